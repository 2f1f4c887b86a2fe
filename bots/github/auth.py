"""Who we are to GitHub: the App by a JWT, an installation by a token that lasts an hour."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from githubkit import GitHubCore
from githubkit.auth import BaseAuthStrategy
from jwt.algorithms import RSAAlgorithm

from app.clock import Clock

JWT_LIFE = timedelta(minutes=9)  # GitHub refuses more than 10
JWT_BACKDATED = timedelta(seconds=60)  # GitHub's advice: our clock may run ahead of theirs
RENEW_BEFORE = timedelta(minutes=2)  # a token that is about to end may end under way
TOKEN_LIFE = timedelta(hours=1)  # where GitHub does not say
RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)

Flow = Generator[httpx.Request, httpx.Response, None]


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token; the text never shows."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AppKey:
    """The App's id and private key (PEM) for one GitHub."""

    app_id: int
    private_key: str = field(repr=False)
    clock: Clock

    def jwt(self) -> str:
        """A JWT that proves to be the App."""
        now = self.clock()
        claims = {
            "iss": str(self.app_id),
            "iat": int((now - JWT_BACKDATED).timestamp()),
            "exp": int((now - JWT_BACKDATED + JWT_LIFE).timestamp()),
        }
        return jwt.encode(claims, _read(self.private_key), algorithm="RS256")


@lru_cache(maxsize=2)  # reading one takes as long as storing a report
def _read(private_key: str) -> RSAPrivateKey:
    key = RS256.prepare_key(private_key)
    assert isinstance(key, RSAPrivateKey)
    return key


class Tokens:
    """The installation tokens of one GitHub: never shared with another host, safe in threads."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._tokens: dict[int, Token] = {}
        self._lock = threading.Lock()

    def current(self, installation_id: int) -> str | None:
        """The token kept for an installation; None when there is none or it is about to end."""
        with self._lock:
            token = self._tokens.get(installation_id)
        if token is None or token.expires_at - RENEW_BEFORE <= self.clock():
            return None
        return token.text

    def keep(self, installation_id: int, token: Token) -> None:
        """Use this token from now on."""
        with self._lock:
            self._tokens[installation_id] = token

    def drop(self, installation_id: int) -> None:
        """Forget an installation's token: it was revoked, or its permissions changed."""
        with self._lock:
            self._tokens.pop(installation_id, None)


class AsApp(BaseAuthStrategy, httpx.Auth):
    """Signs every request with a fresh JWT of the App."""

    def __init__(self, key: AppKey) -> None:
        self.key = key

    def get_auth_flow(self, github: "GitHubCore[BaseAuthStrategy]") -> httpx.Auth:
        """What httpx asks for every request."""
        return self

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self.key.jwt()}"
        yield request


class AsInstallation(BaseAuthStrategy, httpx.Auth):
    """Signs every request with the installation's token, asking for one when there is none.

    A kept token that GitHub refuses is dropped, and the request tried once more with a new one,
    which may have been granted more since. The request was refused before anything was done, so
    that this is safe for every method.
    """

    def __init__(
        self, key: AppKey, tokens: Tokens, installation_id: int, *, url: Callable[[str], str]
    ) -> None:
        self.key = key
        self.tokens = tokens
        self.installation_id = installation_id
        self.url = url

    def get_auth_flow(self, github: "GitHubCore[BaseAuthStrategy]") -> httpx.Auth:
        """What httpx asks for every request."""
        return self

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the header; renew the token where GitHub refuses it."""
        kept = self.tokens.current(self.installation_id)
        token = kept or (yield from self.new_token(request))
        request.headers["Authorization"] = f"token {token}"
        answer = yield request
        if not is_refused(answer):
            return
        self.tokens.drop(self.installation_id)
        if kept is None:
            return  # it was new: another one would be refused too
        answer.read()
        token = yield from self.new_token(request)
        request.headers["Authorization"] = f"token {token}"
        yield request

    def new_token(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, str]:
        """Ask GitHub for a token and keep it; HTTPStatusError when it gives none."""
        headers = {
            name: request.headers[name]
            for name in ("User-Agent", "Accept", "X-Request-Id")
            if name in request.headers
        }
        headers["Authorization"] = f"Bearer {self.key.jwt()}"
        path = f"app/installations/{self.installation_id}/access_tokens"
        answer = yield httpx.Request("POST", self.url(path), headers=headers)
        answer.read()
        answer.raise_for_status()
        token = token_in(answer, now=self.tokens.clock())
        self.tokens.keep(self.installation_id, token)
        return token.text


def is_refused(answer: httpx.Response) -> bool:
    """Whether GitHub refuses the token, and not only how often we ask."""
    limited = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status_code == httpx.codes.UNAUTHORIZED or (
        answer.status_code == httpx.codes.FORBIDDEN and not limited
    )


def token_in(answer: httpx.Response, *, now: datetime) -> Token:
    """The token that GitHub answered with; DecodingError where there is none in it."""
    try:
        fields = answer.json()
        text = fields["token"]
    except (ValueError, KeyError, TypeError):
        raise httpx.DecodingError("no token in the answer", request=answer.request) from None
    return Token(text=str(text), expires_at=expiry_of(fields.get("expires_at"), now=now))


def expiry_of(value: object, *, now: datetime) -> datetime:
    """When a token ends, as GitHub writes it; an hour from now where that cannot be read."""
    try:
        ends = datetime.fromisoformat(str(value))
    except ValueError:
        return now + TOKEN_LIFE
    return ends if ends.tzinfo else now + TOKEN_LIFE
