"""Who is there: one-time links, ADMIN_TOKEN, and the sessions that they open."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock

from app.core.errors import Missing, NotSignedIn, RateLimited
from app.db.access import people, web_sessions
from app.db.session import Engine, Session, unit_of_work
from app.ports import Person
from app.services.access.people import People

SECRET_BYTES = 32  # 256 bits: nobody guesses it, so a plain hash keeps it
IDLE = timedelta(hours=24)  # a session ends so long after its last visit
LIFETIME = timedelta(days=30)  # and so long after sign-in, however often it is used
LINK_LIFETIME = timedelta(hours=24)
NOT_HERE = "Nothing is here, or nothing for you."
COMING_IN = timedelta(hours=1)  # somebody's token is there a moment before their session
ADMIN = "admin"  # who the one-time link and ADMIN_TOKEN sign in

FAILURES_ALLOWED = 10  # wrong tokens from one address within FAILURE_WINDOW
FAILURE_WINDOW = timedelta(minutes=10)
ADDRESSES_REMEMBERED = 10_000  # bounds the memory that strangers can take
IPV6_NETWORK_BITS = 64  # one customer's share of IPv6: addresses within it are one caller


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in; `csrf` must come back with everything they write."""

    login: str
    csrf: str
    user_id: int | None = None  # GitHub's; None for the administrator

    @property
    def is_admin(self) -> bool:
        """Whether this one sees and sets up everything: a link or ADMIN_TOKEN let them in."""
        return self.user_id is None


@dataclass(frozen=True, slots=True)
class FailedAttempts:
    """Wrong tokens by address, in this process; slows guessing down."""

    _by_address: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def refuse_if_too_many(self, address: str, *, now: datetime) -> None:
        """Raise RateLimited while an address has had its share of wrong tokens."""
        with self._lock:
            recent = self._recent(network_of(address), now)
        if len(recent) >= FAILURES_ALLOWED:
            until = recent[0] + FAILURE_WINDOW
            raise RateLimited(
                "Too many wrong tokens from your address: try again in a few minutes.",
                until=until,
            )

    def note(self, address: str, *, now: datetime) -> None:
        """Count one wrong token."""
        network = network_of(address)
        with self._lock:
            self._by_address[network] = [*self._recent(network, now), now]
            self._by_address.move_to_end(network)
            while len(self._by_address) > ADDRESSES_REMEMBERED:
                self._by_address.popitem(last=False)

    def _recent(self, network: str, now: datetime) -> list[datetime]:
        known = self._by_address.get(network, [])
        return [at for at in known if at + FAILURE_WINDOW > now][-FAILURES_ALLOWED:]


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to tell who is there. `admin_token` None: only links and sessions open it."""

    engine: Engine
    admin_token: str | None = field(default=None, repr=False)
    failed: FailedAttempts = field(default_factory=FailedAttempts)
    people: People | None = None  # None: nobody comes in through GitHub


def cookie_name(*, secure: bool) -> str:
    """What the session's cookie is called; the prefix binds it to this host and to https."""
    return "__Host-flakeguard" if secure else "flakeguard"


def network_of(address: str) -> str:
    """The network that counts as one caller; the text itself where it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), IPV6_NETWORK_BITS), strict=False))


def make_sign_in_link(engine: Engine, *, now: datetime, base_url: str) -> str:
    """A link that signs one browser in, once, within 24 hours."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    with unit_of_work(engine) as session:
        web_sessions.add_link(session, digest_of(token), expires_at=now + LINK_LIFETIME)
    return f"{base_url.rstrip('/')}/sign-in?token={token}"


def sign_in_by_link(door: Door, token: str, *, now: datetime) -> str:
    """Use a one-time link up; the new session's secret. NotSignedIn when it opens nothing."""
    with unit_of_work(door.engine) as session:
        if not web_sessions.use_link(session, digest_of(token), now=now):
            raise NotSignedIn(
                "This link has been used or has expired: each opens the pages once, within 24 "
                "hours. Start FlakeGuard again for a new one, or sign in with ADMIN_TOKEN."
            )
        return _opened(session, ADMIN, None, now=now)


def sign_in_person(door: Door, person: Person, *, now: datetime) -> str:
    """The secret of a new session for somebody whom GitHub has just named."""
    with unit_of_work(door.engine) as session:
        return _opened(session, person.login, person.user_id, now=now)


def _opened(session: Session, login: str, user_id: int | None, *, now: datetime) -> str:
    """A session under a secret of its own: never one that a browser brought along."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    web_sessions.forget_stale(session, now=now, idle=IDLE, lifetime=LIFETIME)
    web_sessions.open_session(session, digest_of(secret), login=login, user_id=user_id, now=now)
    people.forget_absent(session, before=now - COMING_IN)
    return secret


def sign_in_by_token(door: Door, token: str, *, address: str, now: datetime) -> str:
    """The secret of a new session. Raises NotSignedIn or RateLimited."""
    check_admin_token(door, token, address=address, now=now)
    with unit_of_work(door.engine) as session:
        return _opened(session, ADMIN, None, now=now)


def check_admin_token(door: Door, token: str, *, address: str, now: datetime) -> None:
    """Raise NotSignedIn unless this is ADMIN_TOKEN, and RateLimited after too many that were not.

    Compared by digest, in constant time, so that neither length nor prefix shows.
    """
    door.failed.refuse_if_too_many(address, now=now)
    wanted = door.admin_token
    if wanted and hmac.compare_digest(digest_of(token), digest_of(wanted)):
        return
    door.failed.note(address, now=now)
    raise NotSignedIn("That is not this installation's ADMIN_TOKEN.")


def visitor_of(door: Door, secret: str | None, *, now: datetime) -> Visitor | None:
    """Who a cookie's secret belongs to; None when nobody is signed in with it.

    What a person may see is at most ten minutes old then; Unavailable when it is older and GitHub
    does not answer.
    """
    if not secret:
        return None
    with unit_of_work(door.engine) as session:
        found = web_sessions.seen(session, digest_of(secret), now=now, idle=IDLE, lifetime=LIFETIME)
    if found is None:
        return None
    if found.user_id is not None and not (door.people and door.people.is_known(found.user_id)):
        return None
    return Visitor(found.login, csrf_of(secret), found.user_id)


def must_see(door: Door, visitor: Visitor, repo_id: int) -> None:
    """Raise Missing unless this visitor may see the repository: nobody learns that it exists."""
    if visitor.user_id is None:
        return
    with unit_of_work(door.engine) as session:
        if not people.may_see(session, visitor.user_id, repo_id):
            raise Missing(NOT_HERE)


def must_see_named(door: Door, visitor: Visitor, full_name: str) -> None:
    """The same by owner/name."""
    if visitor.user_id is None:
        return
    with unit_of_work(door.engine) as session:
        if not people.may_see_named(session, visitor.user_id, full_name):
            raise Missing(NOT_HERE)


def sign_out(door: Door, secret: str) -> None:
    """End a session; with somebody's last one their token goes."""
    with unit_of_work(door.engine) as session:
        whose = web_sessions.close_session(session, digest_of(secret))
        if whose is not None:
            people.forget_if_absent(session, whose)


def sign_out_everywhere(door: Door, visitor: Visitor) -> None:
    """End every session of this visitor, wherever it is open."""
    with unit_of_work(door.engine) as session:
        web_sessions.close_all(session, user_id=visitor.user_id)
        if visitor.user_id is not None:
            people.forget_if_absent(session, visitor.user_id)


def new_nonce() -> str:
    """A fresh secret for a form that is shown before anybody signed in."""
    return secrets.token_urlsafe(SECRET_BYTES)


def csrf_of(secret: str) -> str:
    """The token that proves a form came from a page of ours; it does not reveal the secret."""
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


def is_same(given: str, wanted: str) -> bool:
    """Whether two tokens are equal, compared in constant time."""
    return hmac.compare_digest(digest_of(given), digest_of(wanted))


def digest_of(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode(errors="surrogateescape")).digest()
