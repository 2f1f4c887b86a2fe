"""Signing in through GitHub, and asking it again and again what somebody may see."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from app.clock import Clock
from app.core.credentials import AppInUse
from app.core.errors import BadInput, ErrorKind, NotSignedIn, Unavailable
from app.db.access import people
from app.db.access.people import KnownPerson
from app.db.session import Engine, unit_of_work
from app.ports import Accounts, Client, Person, UserToken
from app.services.access.vault import Vault

SECRET_BYTES = 32
BACK_WITHIN = timedelta(minutes=10)  # GitHub's codes live as long
ASK_AFTER = timedelta(minutes=5)  # what somebody may see is asked again then
AT_LATEST = timedelta(minutes=10)  # and nothing older counts, whatever keeps GitHub from answering
ASKING_TAKES = timedelta(seconds=30)  # at most; then another process asks
RENEW_BEFORE = timedelta(minutes=2)  # a token that is about to end may end under way
LOOK_EVERY, LOOKS = 0.2, 50  # seconds between looks at whether another has the answer; how many
CALLBACK = "/github/oauth/callback"
SIGN_IN = "sign_in"
WHAT = "A person's token"

NOT_SET_UP = (
    "Nobody can sign in through GitHub yet: that needs PUBLIC_URL and a GitHub App with its client "
    "id and secret; `flakeguard doctor` says which is missing."
)
STARTED_ELSEWHERE = (
    "This sign-in was not started in this browser, took longer than ten minutes, or is over "
    "already: sign in again."
)
NO_ANSWER = "GitHub did not say what you may see: try again in a moment."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """A browser on its way to GitHub: where to, and the secret that it keeps meanwhile."""

    address: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back from GitHub, and where they wanted to go."""

    person: Person
    goal: str


@dataclass(frozen=True, slots=True)
class People:
    """Who signs in through GitHub. Built once, by the root."""

    engine: Engine
    vault: Vault
    accounts: Accounts
    app: Callable[[], AppInUse]
    clock: Clock
    public_url: str | None
    pause: Callable[[float], None] = time.sleep

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a way through GitHub at all."""
        return self.public_url is not None and self.app().can_sign_in

    @property
    def callback(self) -> str:
        """Where GitHub sends people back to: never taken from a request."""
        return f"{self.public_url}{CALLBACK}"

    def start(self, goal: str, *, purpose: str = SIGN_IN) -> Started:
        """Send a browser to GitHub. `goal` comes back with it; where it is a path of ours, the
        caller has checked it.
        """
        client = self._client()
        state, nonce = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(2))
        state = f"{purpose}.{state}"
        now = self.clock()
        with unit_of_work(self.engine) as session:
            people.begin(
                session,
                digest_of(state),
                purpose=purpose,
                binding=digest_of(nonce),
                goal=goal,
                now=now,
                expires_at=now + BACK_WITHIN,
            )
        address = self.accounts.sign_in_address(
            client.id, state=state, challenge=challenge_of(verifier_of(nonce)), back=self.callback
        )
        return Started(address, nonce)

    def finish(self, *, state: str, code: str, nonce: str) -> Returned:
        """Take a browser back that GitHub sends; NotSignedIn unless it is one that we sent."""
        now = self.clock()
        returned, token = self._back(state, code, nonce, SIGN_IN, now=now)
        self._ask(returned.person, token, at=now)
        log.info("person_signed_in", login=returned.person.login, user=returned.person.user_id)
        return returned

    def named(self, *, state: str, code: str, nonce: str, purpose: str) -> Returned:
        """Whom GitHub names, for this once: their token is not kept. NotSignedIn as above."""
        return self._back(state, code, nonce, purpose, now=self.clock())[0]

    def _back(
        self, state: str, code: str, nonce: str, purpose: str, *, now: datetime
    ) -> tuple[Returned, UserToken]:
        """The attempt is used up before the code is: of two visits with one address one gets in."""
        with unit_of_work(self.engine) as session:
            attempt = people.use_attempt(session, digest_of(state), purpose=purpose, now=now)
        if attempt is None or not hmac.compare_digest(attempt.binding, digest_of(nonce)):
            raise NotSignedIn(STARTED_ELSEWHERE)
        token = self.accounts.token_for(
            self._client(), code, verifier=verifier_of(nonce), back=self.callback
        )
        return Returned(self.accounts.person(token), attempt.goal), token

    def is_known(self, user_id: int) -> bool:
        """Whether somebody may still come in; what they may see is at most ten minutes old then.

        Raises Unavailable when it is older and GitHub does not answer.
        """
        for _ in range(LOOKS):
            with unit_of_work(self.engine) as session:
                known = people.person(session, user_id)
            if known is None:
                return False
            now = self.clock()
            if _is_younger(known, ASK_AFTER, now=now):
                return True
            with unit_of_work(self.engine) as session:
                mine = people.claim(session, known, now=now, until=now + ASKING_TAKES)
            if mine:
                return self._ask_again(known, now=now)
            if _is_younger(known, AT_LATEST, now=now):
                return True
            self.pause(LOOK_EVERY)
        raise Unavailable(NO_ANSWER, kind=ErrorKind.GITHUB_API)

    def forget(self, user_id: int) -> None:
        """Drop somebody's sessions and token."""
        with unit_of_work(self.engine) as session:
            people.forget(session, user_id)

    def _ask_again(self, known: KnownPerson, *, now: datetime) -> bool:
        try:
            token = self._token_of(known, now=now)
            self._ask(Person(known.user_id, known.login), token, at=now)
        except (NotSignedIn, BadInput) as error:
            log.info("person_forgotten", user=known.user_id, because=str(error))
            self.forget(known.user_id)
            return False
        except Unavailable as error:
            with unit_of_work(self.engine) as session:
                people.let_go(session, known.user_id)
            if _is_younger(known, AT_LATEST, now=self.clock()):
                log.warning("visible_not_asked", user=known.user_id, error=str(error))
                return True
            raise Unavailable(f"{NO_ANSWER} {error}", kind=error.kind) from error
        return True

    def _token_of(self, known: KnownPerson, *, now: datetime) -> UserToken:
        """Somebody's token, renewed when it is about to end: that is stored before it is used."""
        token = token_from(self.vault.open(known.sealed, what=WHAT).text)
        if token.ends_at is None or token.ends_at - RENEW_BEFORE > now:
            return token
        if not token.refresh:
            raise NotSignedIn("The token has ended.")
        token = self.accounts.renewed(self._client(), token)
        sealed = self.vault.seal(text_of(token))
        with unit_of_work(self.engine) as session:
            people.keep(session, known.user_id, known.login, sealed)
        return token

    def _ask(self, person: Person, token: UserToken, *, at: datetime) -> None:
        """Ask GitHub what somebody may see, and store it with their token, sealed anew."""
        with unit_of_work(self.engine) as session:
            public = people.public_repositories(session)
        granted = self.accounts.readable(token, public)
        sealed = self.vault.seal(text_of(token))
        with unit_of_work(self.engine) as session:
            people.keep(session, person.user_id, person.login, sealed)
            people.note_visible(session, person.user_id, granted, now=at)

    def _client(self) -> Client:
        app = self.app()
        if self.public_url is None or app.client_id is None or app.client_secret is None:
            raise BadInput(NOT_SET_UP)
        return Client(app.client_id, app.client_secret)


def _is_younger(known: KnownPerson, age: timedelta, *, now: datetime) -> bool:
    return known.checked_at is not None and now - known.checked_at < age


def verifier_of(nonce: str) -> str:
    """PKCE's verifier: only who holds the browser's secret can make it, so none is stored."""
    return _base64url(hmac.new(nonce.encode(), b"pkce", sha256).digest())


def challenge_of(verifier: str) -> str:
    """PKCE's challenge, S256. Source: RFC 7636, section 4.2."""
    return _base64url(sha256(verifier.encode()).digest())


def digest_of(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode(errors="surrogateescape")).digest()


def text_of(token: UserToken) -> str:
    """A token as it is sealed."""
    ends_at = token.ends_at.isoformat() if token.ends_at else None
    return json.dumps({"access": token.access, "refresh": token.refresh, "ends_at": ends_at})


def token_from(text: str) -> UserToken:
    """A token as it was sealed."""
    stored = json.loads(text)
    ends_at = datetime.fromisoformat(stored["ends_at"]) if stored["ends_at"] else None
    return UserToken(stored["access"], stored["refresh"], ends_at)


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
