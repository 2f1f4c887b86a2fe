"""Installing the chat app in many workspaces: out with a state, back with a token, kept sealed."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from app.clock import Clock
from app.core.errors import BadInput, ErrorKind, FlakeGuardError, NotSignedIn, Unavailable
from app.core.workspaces import ChatToken, Grant, Workspace
from app.db.access import people
from app.db.chat import workspaces
from app.db.session import Engine, unit_of_work
from app.ports import Client
from app.services.access.people import SECRET_BYTES, digest_of
from app.services.access.vault import Vault

INSTALL = "slack_install"
CALLBACK = "/slack/oauth_redirect"
BACK_WITHIN = timedelta(minutes=10)  # Slack's codes live as long
RENEWING_TAKES = timedelta(seconds=30)  # at most; then another process renews
CODE = re.compile(r"[A-Za-z0-9._-]{1,500}")
WHAT = "The token of a Slack workspace"

NOT_SET_UP = (
    "The app cannot be installed from here: that needs PUBLIC_URL, SLACK_CLIENT_ID and "
    "SLACK_CLIENT_SECRET."
)
NOT_OURS = (
    "This installation was not started in this session, took longer than ten minutes, or is over "
    "already: start again at /slack/install."
)
REFUSED = "Slack did not install the app: somebody said no to it there."
NO_CODE = "Slack sent no code along: start again at /slack/install."
BEING_RENEWED = "The token of Slack workspace {team_id} has ended and is being renewed."

log = structlog.get_logger(__name__)


class Granting(Protocol):
    """What gives tokens to those whom a workspace let in."""

    def address(self, client_id: str, *, state: str, back: str) -> str:
        """Where a browser goes to choose a workspace; `back` is where it is sent afterwards."""

    def grant(self, client: Client, code: str, *, back: str) -> Grant:
        """The token behind a code; NotSignedIn where it is taken no more."""

    def renewed(self, client: Client, token: ChatToken) -> ChatToken:
        """The token that follows; NotSignedIn where there is none any more."""


@dataclass(frozen=True, slots=True)
class Workspaces:
    """Every workspace that installed the app. Who installs it has been told from others."""

    engine: Engine
    vault: Vault
    granting: Granting
    client: Client | None  # None: the app is not to be installed from here
    public_url: str | None
    clock: Clock

    @property
    def is_set_up(self) -> bool:
        """Whether the app can be installed from here."""
        return self.client is not None and self.public_url is not None

    def begin(self, *, session: str) -> str:
        """Where the browser goes; `session` is what binds the way back to it."""
        client, back = self._set_up()
        state, now = secrets.token_urlsafe(SECRET_BYTES), self.clock()
        with unit_of_work(self.engine) as work:
            people.begin(
                work,
                digest_of(state),
                purpose=INSTALL,
                binding=digest_of(session),
                goal="/slack/install",
                now=now,
                expires_at=now + BACK_WITHIN,
            )
        return self.granting.address(client.id, state=state, back=back)

    def finish(self, *, session: str, state: str, code: str, by: str) -> str:
        """Keep what the workspace gave; its name. NotSignedIn unless this session asked for it."""
        client, back = self._set_up()
        now = self.clock()
        with unit_of_work(self.engine) as work:
            attempt = people.use_attempt(work, digest_of(state), purpose=INSTALL, now=now)
        if attempt is None or not hmac.compare_digest(attempt.binding, digest_of(session)):
            raise NotSignedIn(NOT_OURS)
        if not CODE.fullmatch(code):
            raise BadInput(NO_CODE)
        grant = self.granting.grant(client, code, back=back)
        content = self.vault.seal(grant.token.to_json())
        with unit_of_work(self.engine) as work:
            workspaces.keep(work, grant, content, by=by, now=now)
        log.info("workspace_installed", team=grant.team_id, by=by)
        return grant.name

    def every(self) -> list[Workspace]:
        """Every workspace that is known, by name."""
        with unit_of_work(self.engine) as session:
            return workspaces.every(session)

    def team_of(self, place: str) -> str | None:
        """The workspace of a channel or person; None where nobody told us."""
        with unit_of_work(self.engine) as session:
            return workspaces.team_of(session, place)

    def token(self, team_id: str) -> str | None:
        """What speaks in a workspace, renewed in time; "" where it was removed, None: not known.

        Raises Unavailable, worth trying again, while another renews one that has ended.
        """
        now = self.clock()
        with unit_of_work(self.engine) as session:
            found = workspaces.sealed(session, team_id)
        if found is None or found.is_removed:
            return None if found is None else ""
        opened = self.vault.open(found.content, what=WHAT)
        token = ChatToken.from_json(opened.text)
        if token.must_be_renewed(now):
            return self._renewed(team_id, token, version=found.version, now=now).access
        if not opened.is_current:
            content = self.vault.seal(opened.text)
            with unit_of_work(self.engine) as session:
                workspaces.replace(session, team_id, content, seen=found.version)
        return token.access

    def note_removal(self, team_id: str) -> None:
        """Slack says that the token is worth nothing any more: nothing is said there from now."""
        with unit_of_work(self.engine) as session:
            if workspaces.note_removal(session, team_id, at=self.clock()):
                log.info("workspace_removed", team=team_id)

    def _set_up(self) -> tuple[Client, str]:
        if self.client is None or self.public_url is None:
            raise BadInput(NOT_SET_UP)
        return self.client, self.public_url.rstrip("/") + CALLBACK

    def _renewed(self, team_id: str, token: ChatToken, *, version: int, now: datetime) -> ChatToken:
        """The token that follows; the old one while another is renewing it and it still counts."""
        assert token.ends_at is not None
        has_ended = token.ends_at <= now
        with unit_of_work(self.engine) as session:
            is_mine = self.client is not None and workspaces.begin_renewing(
                session, team_id, now=now, until=now + RENEWING_TAKES
            )
        if not is_mine:
            if has_ended:
                message = BEING_RENEWED.format(team_id=team_id)
                raise Unavailable(message, kind=ErrorKind.SLACK_API)
            return token
        assert self.client is not None
        try:
            renewed = self.granting.renewed(self.client, token)
        except NotSignedIn:
            self.note_removal(team_id)
            raise
        except FlakeGuardError as error:
            if has_ended:
                raise
            log.warning("token_not_renewed", team=team_id, error=str(error))
            return token
        content = self.vault.seal(renewed.to_json())
        with unit_of_work(self.engine) as session:
            workspaces.replace(session, team_id, content, seen=version)
        return renewed


def erase_gone(engine: Engine, *, days: int, now: datetime) -> Sequence[str]:
    """Erase the workspaces that removed the app so many days ago; which."""
    with unit_of_work(engine) as session:
        found = workspaces.gone_since(session, before=now - timedelta(days=days))
    for team_id in found:
        with unit_of_work(engine) as session:
            workspaces.erase(session, team_id)
    return found
