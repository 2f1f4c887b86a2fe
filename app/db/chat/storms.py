"""Storms: channels in which so many cases turned flaky that one message speaks of the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.pages import NAME_CUT
from app.db.tables.chats import StormCaseRow, StormRow
from app.db.tables.said import ThreadRow

NAMES = text(f"""
SELECT case_id, left(concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters,
       {NAME_CUT}) AS name
FROM storm_case JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND channel = :channel AND began_at = :began
ORDER BY name, case_id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm's message as it stands."""

    repo_id: int
    channel: str
    began_at: datetime
    handle: str
    ts: str | None
    digest: bytes | None


def opened_since(session: Session, repo_id: int, channel: str, *, since: datetime) -> int:
    """How many threads a channel got since then; served by thread_written."""
    query = select(func.count()).where(
        col(ThreadRow.repo_id) == repo_id,
        col(ThreadRow.channel) == channel,
        col(ThreadRow.written_at) > since,
    )
    return session.exec(query).one()


def newest(session: Session, repo_id: int, channel: str) -> Storm | None:
    """The newest storm of a channel; None when there never was one."""
    query = (
        select(StormRow)
        .where(col(StormRow.repo_id) == repo_id, col(StormRow.channel) == channel)
        .order_by(col(StormRow.began_at).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    return Storm(row.repo_id, row.channel, row.began_at, row.handle, row.ts, row.digest)


def begin(session: Session, repo_id: int, channel: str, *, handle: str, now: datetime) -> Storm:
    """Begin a storm."""
    session.add(StormRow(repo_id=repo_id, channel=channel, began_at=now, handle=handle))
    session.flush()  # its cases refer to it
    return Storm(repo_id, channel, now, handle, None, None)


def add(session: Session, storm: Storm, case_id: UUID) -> None:
    """Let a storm speak of a case, also where an earlier one did."""
    values = {"repo_id": storm.repo_id, "case_id": case_id, "channel": storm.channel}
    new = insert(StormCaseRow).values(**values, began_at=storm.began_at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=list(values), set_={"began_at": new.excluded.began_at}
        )
    )


def count(session: Session, storm: Storm) -> int:
    """How many cases a storm speaks of."""
    query = select(func.count()).where(
        col(StormCaseRow.repo_id) == storm.repo_id,
        col(StormCaseRow.channel) == storm.channel,
        col(StormCaseRow.began_at) == storm.began_at,
    )
    return session.exec(query).one()


def names(session: Session, storm: Storm, *, most: int) -> list[tuple[UUID, str]]:
    """The first cases that a storm speaks of, by name."""
    asked = {
        "repo": storm.repo_id,
        "channel": storm.channel,
        "began": storm.began_at,
        "most": most,
    }
    return [(row.case_id, row.name) for row in session.execute(NAMES, asked)]


def note(session: Session, storm: Storm, *, ts: str, digest: bytes) -> None:
    """Write down what the message now says."""
    row = session.get_one(StormRow, (storm.repo_id, storm.channel, storm.began_at))
    row.ts = ts
    row.digest = digest
