"""Signed-in browsers and one-time links; secrets are kept as digests only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.db.tables.work import SignInLinkRow, WebSessionRow

SEEN_EVERY = timedelta(minutes=5)  # how exactly the last visit is known; spares most writes


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in."""

    login: str
    user_id: int | None  # None for the administrator
    created_at: datetime
    seen_at: datetime


def open_session(
    session: Session, digest: bytes, *, login: str, user_id: int | None, now: datetime
) -> None:
    """Remember a browser that has just signed in."""
    session.add(
        WebSessionRow(digest=digest, login=login, user_id=user_id, created_at=now, seen_at=now)
    )
    session.flush()  # who asks next who is signed in finds it


def seen(
    session: Session, digest: bytes, *, now: datetime, idle: timedelta, lifetime: timedelta
) -> OpenSession | None:
    """The session with this digest, marked as seen; None when there is none or it has run out."""
    row = session.get(WebSessionRow, digest)
    if row is None or row.seen_at + idle <= now or row.created_at + lifetime <= now:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        session.connection().execute(
            update(WebSessionRow).where(col(WebSessionRow.digest) == digest).values(seen_at=now)
        )
    return OpenSession(row.login, row.user_id, created_at=row.created_at, seen_at=now)


def close_session(session: Session, digest: bytes) -> int | None:
    """Forget a browser, known or not; whose it was, None for nobody's and the administrator's."""
    closed = session.connection().execute(
        delete(WebSessionRow)
        .where(col(WebSessionRow.digest) == digest)
        .returning(col(WebSessionRow.user_id))
    )
    whose: int | None = closed.scalar_one_or_none()
    return whose


def close_all(session: Session, *, user_id: int | None) -> None:
    """Forget every browser of one person; None is the administrator."""
    whose = col(WebSessionRow.user_id).is_not_distinct_from(user_id)
    session.connection().execute(delete(WebSessionRow).where(whose))


def add_link(session: Session, digest: bytes, *, expires_at: datetime) -> None:
    """Remember a one-time link."""
    session.add(SignInLinkRow(digest=digest, expires_at=expires_at))


def use_link(session: Session, digest: bytes, *, now: datetime) -> bool:
    """Use a link up; False when it is unknown, expired, or was used before.

    One statement, so that of two visits at the same moment only one gets in.
    """
    used = session.connection().execute(
        update(SignInLinkRow)
        .where(col(SignInLinkRow.digest) == digest)
        .where(col(SignInLinkRow.used_at).is_(None), col(SignInLinkRow.expires_at) > now)
        .values(used_at=now)
    )
    return used.rowcount == 1


def forget_stale(session: Session, *, now: datetime, idle: timedelta, lifetime: timedelta) -> None:
    """Drop sessions and links that can no longer open anything."""
    connection = session.connection()
    connection.execute(
        delete(WebSessionRow).where(
            (col(WebSessionRow.seen_at) <= now - idle)
            | (col(WebSessionRow.created_at) <= now - lifetime)
        )
    )
    connection.execute(delete(SignInLinkRow).where(col(SignInLinkRow.expires_at) <= now))
