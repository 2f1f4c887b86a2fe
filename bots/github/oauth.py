"""GitHub's people: signing in, what they may read, and an App made from a manifest."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from pydantic import BeforeValidator, Field

from app.clock import Clock
from app.core.credentials import AppCredential
from app.core.errors import BadInput, Missing, NotSignedIn, Unavailable
from app.ports import Client, Permission, Person, UserToken
from bots.github.addresses import quoted, repo_path
from bots.github.client import TIMEOUT
from bots.github.connection import (
    MAX_PAGES,
    PER_PAGE,
    USER_AGENT,
    add_headers,
    is_loopback,
    items_of,
    json_of,
    next_page,
    read_answer,
    tls,
)
from bots.github.failures import refusal_of, unavailable
from bots.github.payloads import FullName, Id, Payload, Text, or_empty

ACCEPT = "application/vnd.github+json"
GRANTS = (("admin", Permission.ADMIN), ("push", Permission.WRITE), ("pull", Permission.READ))
"""A repository's `permissions`, most first; GitHub folds maintain into push, triage into pull."""

Empty = Annotated[Text, BeforeValidator(or_empty)]


class UserPart(Payload):
    """`/user`."""

    id: Id
    login: Text


class InstallationIdPart(Payload):
    """One of `/user/installations`."""

    id: Id


class ReadablePart(Payload):
    """A repository as its reader sees it."""

    id: Id
    full_name: FullName
    permissions: Mapping[str, bool] = Field(default_factory=dict)

    @property
    def permission(self) -> Permission:
        """The most that is granted; who sees it at all may read it."""
        granted = [level for name, level in GRANTS if self.permissions.get(name)]
        return granted[0] if granted else Permission.READ


class MadePart(Payload):
    """What a manifest's conversion answers."""

    id: Id
    slug: Text
    name: Text
    html_url: Text
    pem: Text
    webhook_secret: Empty = ""
    client_id: Text
    client_secret: Text


class GitHubAccounts:
    """The port Accounts for one GitHub: its pages at `server_url`, its API at `api_url`."""

    def __init__(
        self, *, server_url: str, api_url: str, clock: Clock, timeout: float = TIMEOUT
    ) -> None:
        self.server_url = server_url.rstrip("/")
        self.api_url = api_url.rstrip("/")
        self.clock = clock
        self.timeout = timeout

    def sign_in_address(self, client_id: str, *, state: str, challenge: str, back: str) -> str:
        """Where a browser goes to say who it is; `back` is where GitHub sends it afterwards."""
        asked = {
            "client_id": client_id,
            "redirect_uri": back,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.server_url}/login/oauth/authorize?{urlencode(asked)}"

    def token_for(self, client: Client, code: str, *, verifier: str, back: str) -> UserToken:
        """The token behind a code; NotSignedIn where GitHub takes the code no more, or not here."""
        given = {"code": code, "code_verifier": verifier, "redirect_uri": back}
        return self._token(client, given)

    def renewed(self, client: Client, token: UserToken) -> UserToken:
        """The token that follows; NotSignedIn where GitHub gives none any more."""
        given = {"grant_type": "refresh_token", "refresh_token": token.refresh}
        return self._token(client, given)

    def person(self, token: UserToken) -> Person:
        """Whose token this is; NotSignedIn where GitHub takes it no more."""
        with self._client(token) as http:
            part = read_answer(UserPart, self._json(http, "/user"), "GET /user")
        return Person(part.id, part.login)

    def readable(
        self, token: UserToken, public: Sequence[tuple[int, str]]
    ) -> Mapping[int, Permission]:
        """What a person may do in each repository that they may read and the App is on.

        GitHub lists those that somebody was given; `public` ones (id, owner/name), which need
        nobody's leave, are asked for one by one. NotSignedIn where it takes the token no more.
        """
        found: dict[int, Permission] = {}
        with self._client(token) as http:
            for one in self._all(http, "/user/installations", inside="installations"):
                where = read_answer(InstallationIdPart, one, "GET /user/installations")
                found |= self._installed(http, where.id)
            for repo_id, full_name in public:
                if repo_id not in found:
                    found |= self._public(http, repo_id, full_name)
        return found

    def made_app(self, code: str) -> AppCredential:
        """The credentials of an App made from our manifest; each code works once, for an hour."""
        path = f"/app-manifests/{quoted(code)}/conversions"
        what = "POST /app-manifests/{code}/conversions"  # a code is a secret until it was used
        with self._client(None) as http:
            answer = self._sent(http, "POST", path, what)
        part = read_answer(MadePart, json_of(answer, what), what)
        return AppCredential(
            app_id=part.id,
            slug=part.slug,
            name=part.name,
            url=part.html_url,
            private_key=part.pem,
            webhook_secret=part.webhook_secret,
            client_id=part.client_id,
            client_secret=part.client_secret,
            api_url=self.api_url,
        )

    def _token(self, client: Client, given: Mapping[str, str]) -> UserToken:
        what = "POST /login/oauth/access_token"
        form = {"client_id": client.id, "client_secret": client.secret, **given}
        url = f"{self.server_url}/login/oauth/access_token"
        now = self.clock()
        with self._client(None) as http:
            answer = self._sent(http, "POST", url, what, data=form, accept="application/json")
        said = json_of(answer, what)
        if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
            error = said.get("error") if isinstance(said, dict) else None
            if error in {"incorrect_client_credentials", "redirect_uri_mismatch"}:
                raise unavailable(f"GitHub refused to sign anybody in: {error}.", permanent=True)
            raise NotSignedIn("GitHub did not take its own code again: sign in anew.")
        return UserToken(
            access=said["access_token"],
            refresh=str(said.get("refresh_token") or ""),
            ends_at=_after(now, said.get("expires_in")),
        )

    def _installed(self, http: httpx.Client, installation_id: int) -> Mapping[int, Permission]:
        """What a person was given of one installation; nothing of one that GitHub has closed."""
        path = f"/user/installations/{installation_id}/repositories"
        found: dict[int, Permission] = {}
        try:
            for item in self._all(http, path, inside="repositories"):
                part = read_answer(ReadablePart, item, f"GET {path}")
                found[part.id] = part.permission
        except Missing:
            return {}
        except Unavailable as error:
            if not error.permanent:
                raise
            return {}
        return found

    def _public(self, http: httpx.Client, repo_id: int, full_name: str) -> Mapping[int, Permission]:
        path = repo_path(full_name)
        try:
            part = read_answer(ReadablePart, self._json(http, path), f"GET {path}")
        except (Missing, BadInput):
            return {}
        except Unavailable as error:
            if not error.permanent:
                raise
            return {}  # moved, blocked, or hidden from them: nothing that they may read
        return {repo_id: part.permission} if part.id == repo_id else {}

    def _all(self, http: httpx.Client, path: str, *, inside: str) -> Iterator[object]:
        what = f"GET {path}"
        asked = {"per_page": str(PER_PAGE)}
        for _ in range(MAX_PAGES):
            answer = self._sent(http, "GET", path, what, params=asked)
            yield from items_of(json_of(answer, what), inside, what)
            following = next_page(answer)
            if following is None:
                return
            asked = {**asked, **following}

    def _json(self, http: httpx.Client, path: str) -> Any:  # noqa: ANN401 -- it is JSON
        what = f"GET {path}"
        return json_of(self._sent(http, "GET", path, what), what)

    def _sent(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        what: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        accept: str = ACCEPT,
    ) -> httpx.Response:
        """The successful answer; errors name `what`, never an address that may hold a secret."""
        try:
            answer = http.request(
                method, path, params=params, data=data, headers={"Accept": accept}
            )
        except httpx.TimeoutException:
            raise unavailable(f"GitHub did not answer {what} in time.") from None
        except httpx.HTTPError as error:
            message = f"GitHub could not be reached for {what}: {type(error).__name__}."
            raise unavailable(message) from None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise NotSignedIn("GitHub takes this sign-in no more: sign in anew.")
        if not answer.is_success:
            raise refusal_of(answer, what, now=self.clock())
        return answer

    def _client(self, token: UserToken | None) -> httpx.Client:
        headers = {"User-Agent": USER_AGENT}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access}"
        return httpx.Client(
            base_url=self.api_url,
            headers=headers,
            timeout=self.timeout,
            verify=tls(),
            trust_env=not is_loopback(self.api_url),
            follow_redirects=False,  # a redirect must lead our secrets nowhere
            event_hooks={"request": [add_headers]},
        )


def _after(now: datetime, seconds: object) -> datetime | None:
    """When a token ends; None when it does not end by itself."""
    return now + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
