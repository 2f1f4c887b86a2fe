"""Slack's OAuth: the address where a workspace is chosen, and the tokens that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from app import __version__
from app.clock import Clock, utc_now
from app.core.errors import NotSignedIn
from app.core.workspaces import ChatToken, Grant
from app.ports import Client
from bots.slack.client import API_URL, NETWORK_ERRORS, TIMEOUT, is_loopback, unreachable
from bots.slack.failures import failure_of, unavailable
from bots.slack.manifest import bot_scopes

METHOD = "oauth.v2.access"
NO_MORE = {
    "bad_redirect_uri",
    "code_already_used",
    "invalid_code",
    "invalid_grant",
    "invalid_refresh_token",
    "token_revoked",
}
"""What Slack answers when a code or a refresh token is good for nothing any more."""


@dataclass(frozen=True, slots=True)
class SlackOAuth:
    """Slack as it grants tokens."""

    api_url: str = API_URL
    timeout: int = TIMEOUT
    clock: Clock = utc_now

    def address(self, client_id: str, *, state: str, back: str) -> str:
        """Where a browser goes to choose a workspace; `back` is where it is sent afterwards."""
        asked = {
            "client_id": client_id,
            "scope": ",".join(bot_scopes()),
            "redirect_uri": back,
            "state": state,
        }
        return f"{self.site}/oauth/v2/authorize?{urlencode(asked)}"

    def grant(self, client: Client, code: str, *, back: str) -> Grant:
        """The token behind a code; NotSignedIn where Slack takes it no more."""
        told = self._access(client, code=code, redirect_uri=back)
        team = told.get("team")
        if told.get("is_enterprise_install") or not isinstance(team, Mapping):
            raise unavailable(
                "The app was installed for a whole organization, which it cannot serve; "
                "install it in single workspaces.",
                permanent=True,
            )
        return Grant(
            team_id=str(team["id"]),
            name=str(team.get("name") or team["id"]),
            token=self._token(told),
            scopes=tuple(str(told.get("scope", "")).split(",")),
            bot_user=str(told.get("bot_user_id", "")),
        )

    def renewed(self, client: Client, token: ChatToken) -> ChatToken:
        """The token that follows; NotSignedIn where Slack gives none any more."""
        asked = {"grant_type": "refresh_token", "refresh_token": token.refresh}
        return self._token(self._access(client, **asked))

    @property
    def site(self) -> str:
        """Where Slack's pages are: above its API."""
        return self.api_url.rstrip("/").removesuffix("/api")

    def _access(self, client: Client, **asked: str) -> Mapping[str, Any]:
        web = WebClient(
            base_url=self.api_url.rstrip("/") + "/",
            timeout=self.timeout,
            user_agent_prefix=f"flakeguard/{__version__}",
            retry_handlers=[],
        )
        if is_loopback(self.api_url):
            web.proxy = None
        secret = {"client_id": client.id, "client_secret": client.secret}
        try:
            answer = web.api_call(METHOD, data=asked, auth=secret)
        except SlackApiError as error:
            code = error.response.get("error")
            if code in NO_MORE:
                raise NotSignedIn(f"Slack answered {METHOD} with {code}.") from error
            raise failure_of(error, METHOD, now=self.clock()) from error
        except NETWORK_ERRORS as error:
            raise unreachable(METHOD, error) from error
        return answer.data if isinstance(answer.data, dict) else {}

    def _token(self, told: Mapping[str, Any]) -> ChatToken:
        access = str(told.get("access_token") or "")
        if not access:
            raise unavailable(f"Slack answered {METHOD} with no bot token.", permanent=True)
        lasts = told.get("expires_in")
        return ChatToken(
            access=access,
            refresh=str(told.get("refresh_token") or ""),
            ends_at=self.clock() + timedelta(seconds=lasts) if isinstance(lasts, int) else None,
        )
