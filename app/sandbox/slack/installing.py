"""The Slack app itself: its client id and secret, and the tokens that installing it gives."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from app.sandbox.slack.arguments import Arguments, SlackError, text
from app.sandbox.slack.entities import Json
from app.sandbox.slack.sockets import Sockets
from app.sandbox.slack.state import SlackState

CODE_LIFE = timedelta(minutes=10)
ROTATED_AFTER = timedelta(hours=12)  # Slack's own life of a rotating token
SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Code:
    """What a browser brings back after somebody said yes."""

    workspace: SlackState
    scopes: str
    redirect_uri: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class BotToken:
    """A token of one workspace; `ends_at` None: it does not end by itself."""

    workspace: SlackState
    scopes: str
    ends_at: datetime | None = None


@dataclass
class SlackApp:
    """One app, and every workspace that it may be installed in, the first one's token given."""

    workspaces: list[SlackState]
    client_id: str = "2147483647.1234567890"
    client_secret: str = field(default_factory=lambda: token_hex(SECRET_BYTES), repr=False)
    rotates: bool = False
    codes: dict[str, Code] = field(default_factory=dict, repr=False)
    tokens: dict[str, BotToken] = field(default_factory=dict, repr=False)
    revoked: set[str] = field(default_factory=set, repr=False)
    refreshes: dict[str, BotToken] = field(default_factory=dict, repr=False)
    sockets: Sockets = field(default_factory=Sockets)

    def __post_init__(self) -> None:
        for one in self.workspaces:
            one.sockets = self.sockets

    def workspace_of(self, token: str) -> SlackState:
        """Whose token this is; SlackError for one that is nobody's any more."""
        for one in self.workspaces:
            if token == one.bot_token:
                return one
        held = self.tokens.get(token)
        if held is None:
            is_gone = token in self.revoked or self.workspaces[0].bot_token is None
            raise SlackError("token_revoked" if is_gone else "invalid_auth")
        if held.ends_at is not None and held.ends_at <= held.workspace.clock():
            raise SlackError("token_expired")
        return held.workspace

    def scopes_of(self, token: str) -> dict[str, str]:
        """The header that tells what a token may do."""
        held = self.tokens.get(token)
        scopes = held.scopes if held is not None else self.workspaces[0].scopes
        return {} if scopes is None else {"X-OAuth-Scopes": scopes}

    def say_yes(self, client_id: str, scopes: str, redirect_uri: str, team_id: str) -> str:
        """Somebody allows the app into a workspace; the code that their browser brings back."""
        if client_id != self.client_id:
            raise SlackError("bad_client_id")
        here = [one for one in self.workspaces if team_id in {"", one.team_id}]
        if not here:
            raise SlackError("no_such_team")
        code = f"{token_hex(SECRET_BYTES)}"
        self.codes[code] = Code(here[0], scopes, redirect_uri, here[0].clock())
        return code

    def access(self, given: Arguments, client_id: str, client_secret: str) -> Json:
        """oauth.v2.access: a token for a code, or the next one for a refresh token."""
        if client_id != self.client_id:
            raise SlackError("invalid_client_id")
        if client_secret != self.client_secret:
            raise SlackError("bad_client_secret")
        if text(given, "grant_type") == "refresh_token":
            held = self.refreshes.pop(text(given, "refresh_token") or "", None)
            if held is None:
                raise SlackError("invalid_refresh_token")
            return self._granted(held.workspace, held.scopes)
        code = self.codes.pop(text(given, "code") or "", None)
        if code is None or code.workspace.clock() - code.made_at > CODE_LIFE:
            raise SlackError("invalid_code")
        if code.redirect_uri != (text(given, "redirect_uri") or ""):
            raise SlackError("bad_redirect_uri")
        return self._granted(code.workspace, code.scopes)

    def revoke(self, token: str) -> Json:
        """auth.revoke: this token is worth nothing any more."""
        if self.tokens.pop(token, None) is None:
            self.workspace_of(token).bot_token = None
        self.revoked.add(token)
        return {"revoked": True}

    def forget(self, workspace: SlackState) -> None:
        """Everything that was granted for a workspace is worth nothing any more."""
        for token in [token for token, one in self.tokens.items() if one.workspace is workspace]:
            del self.tokens[token]
            self.revoked.add(token)
        for kept in [kept for kept, one in self.refreshes.items() if one.workspace is workspace]:
            del self.refreshes[kept]

    def _granted(self, workspace: SlackState, scopes: str) -> Json:
        rotation: Json = {}
        prefix, ends_at = "xoxb-", None
        if self.rotates:
            prefix, ends_at = "xoxe.xoxb-", workspace.clock() + ROTATED_AFTER
            rotation = {
                "refresh_token": f"xoxe-1-{token_hex(SECRET_BYTES)}",
                "expires_in": int(ROTATED_AFTER.total_seconds()),
            }
        token = prefix + token_hex(SECRET_BYTES)
        self.tokens[token] = BotToken(workspace, scopes, ends_at)
        if "refresh_token" in rotation:
            self.refreshes[str(rotation["refresh_token"])] = self.tokens[token]
        return {
            "app_id": workspace.app_id,
            "authed_user": {"id": workspace.bot.id},
            "scope": scopes,
            "token_type": "bot",
            "access_token": token,
            "bot_user_id": workspace.bot.id,
            "team": {"id": workspace.team_id, "name": workspace.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
            **rotation,
        }
