"""People who signed in through GitHub, what they may see, and browsers on their way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from app.db.tables.people import PersonRow, SignInAttemptRow, VisibleRepositoryRow
from app.db.tables.work import WebSessionRow

MOST_PUBLIC = 100  # public repositories that one check asks for; each is a request


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whose token we hold, encrypted."""

    user_id: int
    login: str
    sealed: bytes
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A browser that came back; `binding` is the digest of what only that browser knows."""

    binding: bytes
    goal: str


def begin(
    session: Session,
    digest: bytes,
    *,
    purpose: str,
    binding: bytes,
    goal: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a browser that is sent away; those that never came back are forgotten."""
    connection = session.connection()
    connection.execute(delete(SignInAttemptRow).where(col(SignInAttemptRow.expires_at) <= now))
    session.add(
        SignInAttemptRow(
            digest=digest, purpose=purpose, binding=binding, goal=goal, expires_at=expires_at
        )
    )


def use_attempt(session: Session, digest: bytes, *, purpose: str, now: datetime) -> Attempt | None:
    """Use an attempt up; None when it is unknown, expired, for something else, or was used."""
    row = session.execute(
        text(
            "DELETE FROM sign_in_attempt WHERE digest = :digest AND purpose = :purpose"
            " RETURNING binding, goal, expires_at > :now AS is_in_time"
        ),
        {"digest": digest, "purpose": purpose, "now": now},
    ).one_or_none()
    return Attempt(bytes(row.binding), row.goal) if row is not None and row.is_in_time else None


def person(session: Session, user_id: int) -> KnownPerson | None:
    """Somebody by GitHub's id; None when we hold no token of theirs."""
    row = session.get(PersonRow, user_id)
    if row is None:
        return None
    return KnownPerson(row.user_id, row.login, bytes(row.sealed), row.checked_at)


def keep(session: Session, user_id: int, login: str, sealed: bytes) -> None:
    """Store somebody's token, encrypted, in place of an earlier one."""
    values = {"user_id": user_id, "login": login, "sealed": sealed}
    new = insert(PersonRow).values(values)
    session.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=values))


def claim(session: Session, known: KnownPerson, *, now: datetime, until: datetime) -> bool:
    """Take it upon oneself to ask GitHub about somebody; False while another does."""
    claimed = session.connection().execute(
        update(PersonRow)
        .where(col(PersonRow.user_id) == known.user_id)
        .where(col(PersonRow.checked_at).is_not_distinct_from(known.checked_at))
        .where(col(PersonRow.asking_until).is_(None) | (col(PersonRow.asking_until) <= now))
        .values(asking_until=until)
    )
    return claimed.rowcount == 1


def let_go(session: Session, user_id: int) -> None:
    """Let another ask GitHub about somebody."""
    session.connection().execute(
        update(PersonRow).where(col(PersonRow.user_id) == user_id).values(asking_until=None)
    )


def note_visible(
    session: Session, user_id: int, granted: Mapping[int, int], *, now: datetime
) -> None:
    """Store what GitHub lets somebody read: permissions by repository, in place of the last."""
    connection = session.connection()
    connection.execute(
        update(PersonRow)
        .where(col(PersonRow.user_id) == user_id)
        .values(checked_at=now, asking_until=None)
    )
    connection.execute(
        delete(VisibleRepositoryRow).where(col(VisibleRepositoryRow.user_id) == user_id)
    )
    rows = [
        {"repo_id": repo_id, "user_id": user_id, "permission": permission}
        for repo_id, permission in granted.items()
    ]
    if rows:
        session.execute(insert(VisibleRepositoryRow).on_conflict_do_nothing(), rows)


def public_repositories(session: Session) -> list[tuple[int, str]]:
    """The repositories that we hold to be public: id and owner/name, those last heard of first."""
    rows = session.execute(
        text(
            "SELECT repo_id, full_name FROM repository"
            " WHERE provider = 'github' AND NOT is_private AND removed_at IS NULL"
            " ORDER BY updated_at DESC, repo_id LIMIT :most"
        ),
        {"most": MOST_PUBLIC},
    )
    return [(row.repo_id, row.full_name) for row in rows]


def may_see(session: Session, user_id: int, repo_id: int) -> bool:
    """Whether GitHub let somebody read this repository when it was last asked."""
    return session.get(VisibleRepositoryRow, (repo_id, user_id)) is not None


def permission(session: Session, user_id: int, repo_id: int) -> int:
    """What somebody may do there, as app.ports.Permission; 0 for nothing."""
    row = session.get(VisibleRepositoryRow, (repo_id, user_id))
    return 0 if row is None else row.permission


def may_see_named(session: Session, user_id: int, full_name: str) -> bool:
    """Whether somebody may see a repository of this name."""
    found = session.execute(
        text(
            "SELECT EXISTS (SELECT 1 FROM repository r JOIN visible_repository v USING (repo_id)"
            " WHERE r.full_name = :name AND v.user_id = :user_id)"
        ),
        {"name": full_name, "user_id": user_id},
    )
    return bool(found.scalar_one())


def forget(session: Session, user_id: int) -> None:
    """Drop somebody's sessions and token, and what they saw."""
    connection = session.connection()
    connection.execute(delete(WebSessionRow).where(col(WebSessionRow.user_id) == user_id))
    _forget_token(session, user_id)


def forget_if_absent(session: Session, user_id: int) -> None:
    """Drop somebody's token when they are signed in nowhere any more."""
    query = text("SELECT EXISTS (SELECT 1 FROM web_session WHERE user_id = :user_id)")
    if not session.execute(query, {"user_id": user_id}).scalar_one():
        _forget_token(session, user_id)


def forget_absent(session: Session, *, before: datetime) -> None:
    """Drop the tokens of all who are signed in nowhere any more and were not seen since."""
    absent = session.execute(
        text(
            "SELECT user_id FROM person p WHERE (checked_at IS NULL OR checked_at < :before)"
            " AND NOT EXISTS (SELECT 1 FROM web_session w WHERE w.user_id = p.user_id)"
        ),
        {"before": before},
    ).scalars()
    for user_id in list(absent):
        _forget_token(session, user_id)


def _forget_token(session: Session, user_id: int) -> None:
    connection = session.connection()
    connection.execute(delete(PersonRow).where(col(PersonRow.user_id) == user_id))
    connection.execute(
        delete(VisibleRepositoryRow).where(col(VisibleRepositoryRow.user_id) == user_id)
    )
