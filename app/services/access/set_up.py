"""Setting the GitHub App up from a page: out with a manifest, back with credentials."""

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from app.clock import Clock
from app.core.credentials import AppInUse
from app.core.errors import BadInput, Conflict, FlakeGuardError, NotSignedIn
from app.core.set_up import Progress
from app.db import set_up
from app.db.access import people
from app.db.session import Engine, unit_of_work
from app.ports import Accounts
from app.services.access.credentials import ALREADY, CredentialStore, LiveApp
from app.services.access.people import SECRET_BYTES, digest_of

SET_UP = "set_up"
BACK_WITHIN = timedelta(hours=1)  # GitHub's own limit for a manifest's code
FIRST, REPLACE = "first", "replace"
ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")  # GitHub's rule for logins
CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")

NO_ADDRESS = "Set PUBLIC_URL to where GitHub and people reach FlakeGuard, and start it again."
IN_ENVIRONMENT = (
    "GITHUB_APP_ID is set, and what is set wins over what is stored: remove it, and "
    "GITHUB_APP_PRIVATE_KEY, and start FlakeGuard again to set an App up here."
)
NO_ORGANIZATION = "That is no organization's name: letters, digits and single hyphens, at most 39."
NOT_OURS = (
    "This set-up was not started in this session, took longer than an hour, or is over already: "
    "start again at /github/setup."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """What a browser carries to GitHub: where to post it, and the manifest."""

    address: str
    manifest: str  # JSON


@dataclass(frozen=True, slots=True)
class SetUp:
    """Sets the App up. Who calls has made sure that the administrator asks."""

    engine: Engine
    store: CredentialStore
    app: LiveApp
    accounts: Accounts
    manifest: Callable[[str], Mapping[str, object]]  # for a public URL
    tell_secret: Callable[[str], None]  # lets GitHub sign with another webhook secret
    server_url: str
    public_url: str | None
    clock: Clock

    def begin(self, *, session: str, organization: str, replaces: bool) -> Sending:
        """A manifest on its way; `session` is what binds it to the administrator's browser."""
        if self.public_url is None:
            raise BadInput(NO_ADDRESS)
        if organization and not ORGANIZATION.fullmatch(organization):
            raise BadInput(NO_ORGANIZATION)
        self._may_set_up(replaces=replaces)
        state, now = secrets.token_urlsafe(SECRET_BYTES), self.clock()
        with unit_of_work(self.engine) as work:
            people.begin(
                work,
                digest_of(state),
                purpose=SET_UP,
                binding=digest_of(session),
                goal=REPLACE if replaces else FIRST,
                now=now,
                expires_at=now + BACK_WITHIN,
            )
        where = f"/organizations/{organization}" if organization else ""
        address = f"{self.server_url.rstrip('/')}{where}/settings/apps/new?state={state}"
        return Sending(address, json.dumps(self.manifest(self.public_url)))

    def finish(self, *, session: str, state: str, code: str) -> None:
        """Store the App that GitHub made; NotSignedIn unless this session had asked for it."""
        now = self.clock()
        with unit_of_work(self.engine) as work:
            attempt = people.use_attempt(work, digest_of(state), purpose=SET_UP, now=now)
        if attempt is None or not hmac.compare_digest(attempt.binding, digest_of(session)):
            raise NotSignedIn(NOT_OURS)
        if not CODE.fullmatch(code):
            raise BadInput("GitHub sent no code along: start again at /github/setup.")
        replaces = attempt.goal == REPLACE
        self._may_set_up(replaces=replaces)  # before the code is used up
        made = self.accounts.made_app(code)
        self.store.keep(made, replaces=replaces, now=now)
        self.app.refresh()
        log.info("github_app_set_up", app=made.app_id, name=made.name)

    def rotate(self) -> None:
        """Another webhook secret: valid here first, then GitHub hears; the old one stays a day."""
        secret = self.store.rotate_secret(now=self.clock())
        self.app.refresh()
        try:
            self.tell_secret(secret)
        except FlakeGuardError:
            self.store.take_secret_back(now=self.clock())
            self.app.refresh()
            raise
        log.info("webhook_secret_rotated")

    def progress(self) -> tuple[AppInUse, Progress]:
        """The App as it is in use, and how far it has come."""
        app = self.app.current()
        with unit_of_work(self.engine) as session:
            return app, set_up.progress(session)

    def _may_set_up(self, *, replaces: bool) -> None:
        if self.app.given.app_id is not None:
            raise Conflict(IN_ENVIRONMENT)
        if not replaces and not self.store.is_empty():
            raise Conflict(ALREADY)
