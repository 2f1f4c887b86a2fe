"""The GitHub App's credentials: stored encrypted, taken up by every process within seconds."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Thread

import structlog

from app.clock import Clock
from app.core.credentials import AppCredential, AppInUse, GivenApp, in_use
from app.core.errors import BadInput, Conflict, FlakeGuardError, Missing
from app.db.access import credentials
from app.db.session import Engine, unit_of_work
from app.services.access.vault import Vault

NAME = "github"
FRESH = timedelta(seconds=2)  # how long what was read holds; one row by its key, so it costs little
AT_ONCE = timedelta(seconds=0.2)  # how long it holds for who was refused by it
SECRET_BYTES = 32  # of a webhook secret that we make
WHAT = "The stored GitHub App's credentials"
ALREADY = "A GitHub App is set up already: say that it is to be replaced."
MEANWHILE = "The credentials were changed by somebody else meanwhile: look again."
NONE_STORED = "No GitHub App is stored here: what is set in the environment is changed there."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CredentialStore:
    """The one stored App. Every change replaces the version that was read, or nothing."""

    engine: Engine
    vault: Vault

    def read(self, *, now: datetime) -> AppCredential | None:
        """What is stored, sealed anew where an older key had sealed it; None when nothing is.

        Raises BadInput when no key opens it.
        """
        with unit_of_work(self.engine) as session:
            found = credentials.sealed(session, NAME)
        if found is None:
            return None
        opened = self.vault.open(found.content, what=WHAT)
        if not opened.is_current:
            content = self.vault.seal(opened.text)
            with unit_of_work(self.engine) as session:
                credentials.replace(session, NAME, content, seen=found.version, now=now)
            log.info("credential_sealed_anew", name=NAME)
        return AppCredential.from_json(opened.text)

    def is_empty(self) -> bool:
        """Whether no App is stored, readable or not."""
        with unit_of_work(self.engine) as session:
            return credentials.sealed(session, NAME) is None

    def keep(self, made: AppCredential, *, replaces: bool, now: datetime) -> None:
        """Store an App; Conflict when there is one and it is not to be replaced."""
        content = self.vault.seal(made.to_json())
        with unit_of_work(self.engine) as session:
            if credentials.add(session, NAME, content, now=now):
                return
            before = credentials.sealed(session, NAME)
            if before is None or not replaces:
                raise Conflict(ALREADY)
            if not credentials.replace(session, NAME, content, seen=before.version, now=now):
                raise Conflict(MEANWHILE)

    def rotate_secret(self, *, now: datetime) -> str:
        """A new webhook secret, valid from now on beside the old one; GitHub must hear of it."""
        secret = secrets.token_hex(SECRET_BYTES)
        self._change(lambda stored: stored.with_new_secret(secret, now=now), now=now)
        return secret

    def take_secret_back(self, *, now: datetime) -> None:
        """The webhook secret of before again: GitHub could not be told of the new one."""
        self._change(lambda stored: stored.with_secrets_swapped(now=now), now=now)

    def _change(self, change: Callable[[AppCredential], AppCredential], *, now: datetime) -> None:
        with unit_of_work(self.engine) as session:
            before = credentials.sealed(session, NAME)
            if before is None:
                raise Missing(NONE_STORED)
            stored = AppCredential.from_json(self.vault.open(before.content, what=WHAT).text)
            content = self.vault.seal(change(stored).to_json())
            if not credentials.replace(session, NAME, content, seen=before.version, now=now):
                raise Conflict(MEANWHILE)


@dataclass(slots=True)
class LiveApp:
    """The App as it is in use now; looks again every few seconds, so nothing needs a restart."""

    given: GivenApp
    store: CredentialStore
    api_url: str
    clock: Clock
    _found: AppInUse | None = None
    _read_at: datetime | None = None
    _is_looking: bool = False
    _lock: Lock = field(default_factory=Lock)

    def current(self) -> AppInUse:
        """The App, at most two seconds old. May ask the database: not for an event loop."""
        if self._found is None or self._is_stale(FRESH):
            self.refresh()
        assert self._found is not None
        return self._found

    def just_now(self) -> AppInUse:
        """The App as it is at this moment: somebody else may just have changed it."""
        if self._found is None or self._is_stale(AT_ONCE):
            self.refresh()
        assert self._found is not None
        return self._found

    def known(self) -> AppInUse:
        """What was last read, without waiting; when that is old, another thread looks again."""
        with self._lock:
            must_look = self._is_stale(FRESH) and not self._is_looking
            self._is_looking = self._is_looking or must_look
        if must_look:
            Thread(target=self._look, daemon=True, name="credentials").start()
        return self._found or in_use(self.given, None, now=self.clock())

    def refresh(self) -> None:
        """Look at once; when the database is away, what was known stays."""
        now = self.clock()
        try:
            found = self._read(now)
        except FlakeGuardError as error:
            if self._found is None:
                raise
            log.warning("credentials_not_read", error=str(error))
            return
        self._found, self._read_at = found, now

    def _read(self, now: datetime) -> AppInUse:
        if self.given.is_whole:
            return in_use(self.given, None, now=now)
        try:
            stored = self.store.read(now=now)
        except BadInput as error:
            return in_use(self.given, None, now=now, fault=str(error))
        if stored is not None and stored.api_url != self.api_url:
            fault = (
                f"The stored GitHub App belongs to {stored.api_url}, and GITHUB_API_URL is "
                f"{self.api_url}: set it back, or set another App up at /github/setup."
            )
            return in_use(self.given, None, now=now, fault=fault)
        return in_use(self.given, stored, now=now)

    def _is_stale(self, after: timedelta) -> bool:
        return self._read_at is None or self._read_at + after <= self.clock()

    def _look(self) -> None:
        try:
            self.refresh()
        except FlakeGuardError as error:
            log.warning("credentials_not_read", error=str(error))
        finally:
            self._is_looking = False
