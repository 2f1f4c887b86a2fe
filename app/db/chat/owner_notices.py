"""What owners of cases are told in person: written down once, told or let be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from app.db.pages import NAME_CUT
from app.db.tables.personal import OwnerNoticeRow

WAITING = text(f"""
SELECT notice_id, case_id, text, handle,
       left(concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters, {NAME_CUT})
         AS name
FROM owner_notice JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND login = :login AND settled_at IS NULL ORDER BY notice_id
""")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that an owner is to be told."""

    id: int
    case_id: UUID
    text: str
    handle: str | None  # of the message that was to tell it already
    name: str  # of the case, raw


def add(
    session: Session, repo_id: int, login: str, case_id: UUID, *, once: str, text: str, at: datetime
) -> bool:
    """Write down that an owner is to be told this; False where that was done before."""
    new = insert(OwnerNoticeRow).values(
        repo_id=repo_id, login=login.lower(), case_id=case_id, once=once, text=text, at=at
    )
    added = session.execute(
        new.on_conflict_do_nothing(constraint="owner_notice_once").returning(
            col(OwnerNoticeRow.notice_id)
        )
    )
    return added.first() is not None


def waiting(session: Session, repo_id: int, login: str) -> list[Notice]:
    """What an owner is still to be told of a repository, oldest first."""
    rows = session.execute(WAITING, {"repo": repo_id, "login": login.lower()})
    return [Notice(row.notice_id, row.case_id, row.text, row.handle, row.name) for row in rows]


def note_handle(session: Session, repo_id: int, notices: Sequence[Notice], handle: str) -> None:
    """Write down which message is to tell these."""
    _change(session, repo_id, notices, handle=handle)


def settle(session: Session, repo_id: int, notices: Sequence[Notice], *, now: datetime) -> None:
    """They were told, or are not to be any more."""
    _change(session, repo_id, notices, settled_at=now)


def _change(session: Session, repo_id: int, notices: Sequence[Notice], **values: object) -> None:
    session.connection().execute(
        update(OwnerNoticeRow)
        .where(col(OwnerNoticeRow.repo_id) == repo_id)
        .where(col(OwnerNoticeRow.notice_id).in_([one.id for one in notices]))
        .values(**values)
    )
