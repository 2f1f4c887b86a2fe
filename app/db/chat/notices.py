"""Notices: messages about many cases, the cases they speak of, and what is said below them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.notices import Notice, NoticeCase, NoticeKind
from app.db.chat.threads import Message, message_in
from app.db.pages import NAME_CUT
from app.db.tables.chats import ChatNoticeCaseRow, ChatNoticeRow
from app.db.tables.said import OutboxRow

CASES = text(f"""
SELECT case_id, nth, at, left(concat_ws('::', nullif(classname, ''), nullif(name, ''))
       || parameters, {NAME_CUT}) AS name
FROM chat_notice_case JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND notice_id = :notice ORDER BY nth
""")
TOLD = text("""
SELECT case_id, max(at) AS at FROM chat_notice_case JOIN chat_notice USING (repo_id, notice_id)
WHERE repo_id = :repo AND kind = :kind AND channel = :channel AND case_id = ANY(:cases)
GROUP BY case_id
""")
NAMING = text("""
SELECT DISTINCT notice_id FROM chat_notice_case JOIN chat_notice USING (repo_id, notice_id)
WHERE repo_id = :repo AND case_id = ANY(:cases) AND over_at IS NULL
ORDER BY notice_id DESC LIMIT :most
""")


def newest(session: Session, repo_id: int, kind: NoticeKind, channel: str) -> Notice | None:
    """The newest notice of a kind in a channel; None when there never was one."""
    query = (
        select(ChatNoticeRow)
        .where(col(ChatNoticeRow.repo_id) == repo_id, col(ChatNoticeRow.kind) == kind.value)
        .where(col(ChatNoticeRow.channel) == channel)
        .order_by(col(ChatNoticeRow.began_at).desc(), col(ChatNoticeRow.notice_id).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return None if row is None else _notice(row)


def going_on(session: Session, repo_id: int, kind: NoticeKind) -> list[Notice]:
    """The notices of a kind that are not over, oldest first; served by chat_notice_newest."""
    query = (
        select(ChatNoticeRow)
        .where(col(ChatNoticeRow.repo_id) == repo_id, col(ChatNoticeRow.kind) == kind.value)
        .where(col(ChatNoticeRow.over_at).is_(None))
        .order_by(col(ChatNoticeRow.notice_id))
    )
    return [_notice(row) for row in session.exec(query)]


def begin(
    session: Session, repo_id: int, kind: NoticeKind, channel: str, *, handle: str, now: datetime
) -> Notice:
    """Write down that something is to be said, before it is posted."""
    row = ChatNoticeRow(
        repo_id=repo_id, kind=kind.value, channel=channel, handle=handle, began_at=now
    )
    session.add(row)
    session.flush()  # the database hands out its id
    return _notice(row)


def notice(session: Session, repo_id: int, notice_id: int) -> Notice | None:
    """A notice by its id."""
    row = session.get(ChatNoticeRow, (repo_id, notice_id))
    return None if row is None else _notice(row)


def by_handle(session: Session, repo_id: int, handle: str) -> Notice | None:
    """The notice whose buttons carry this handle; None when there is none."""
    query = select(ChatNoticeRow).where(
        col(ChatNoticeRow.repo_id) == repo_id, col(ChatNoticeRow.handle) == handle
    )
    row = session.exec(query).first()
    return None if row is None else _notice(row)


def told(
    session: Session, repo_id: int, kind: NoticeKind, channel: str, case_ids: Sequence[UUID]
) -> dict[UUID, datetime]:
    """Of what a channel was told about these cases: since when it is so, by the newest notice."""
    values = {"repo": repo_id, "kind": kind.value, "channel": channel, "cases": list(case_ids)}
    return {row.case_id: row.at for row in session.execute(TOLD, values)}


def naming(session: Session, repo_id: int, case_ids: Sequence[UUID], *, most: int) -> list[int]:
    """The newest notices that speak of any of these cases and are not over.

    Served by chat_notice_case_case.
    """
    values = {"repo": repo_id, "cases": list(case_ids), "most": most}
    return list(session.execute(NAMING, values).scalars())


def add_cases(session: Session, one: Notice, wanted: Sequence[tuple[UUID, datetime]]) -> int:
    """Let a notice speak of these cases, too, each since a moment; the number of the first."""
    query = select(func.coalesce(func.max(ChatNoticeCaseRow.nth), 0)).where(
        col(ChatNoticeCaseRow.repo_id) == one.repo_id, col(ChatNoticeCaseRow.notice_id) == one.id
    )
    first = session.exec(query).one() + 1
    rows = [
        {
            "repo_id": one.repo_id,
            "notice_id": one.id,
            "case_id": case_id,
            "nth": first + place,
            "at": at,
        }
        for place, (case_id, at) in enumerate(wanted)
    ]
    new = insert(ChatNoticeCaseRow).values(rows)
    anew = {"nth": new.excluded.nth, "at": new.excluded.at}
    session.execute(
        new.on_conflict_do_update(index_elements=["repo_id", "notice_id", "case_id"], set_=anew)
    )
    return first


def cases(session: Session, one: Notice) -> list[NoticeCase]:
    """The cases that a notice speaks of, in the order in which they came."""
    rows = session.execute(CASES, {"repo": one.repo_id, "notice": one.id})
    return [NoticeCase(row.case_id, row.nth, row.at, row.name) for row in rows]


def note_facts(session: Session, one: Notice, facts: Mapping[str, float]) -> None:
    """Write down the figures that a notice speaks of."""
    session.get_one(ChatNoticeRow, (one.repo_id, one.id)).facts = dict(facts)


def end(session: Session, one: Notice, *, now: datetime) -> None:
    """What a notice speaks of is over; what comes later begins another."""
    session.get_one(ChatNoticeRow, (one.repo_id, one.id)).over_at = now


def note_said(session: Session, one: Notice, *, ts: str, digest: bytes) -> None:
    """Write down what the message now says."""
    row = session.get_one(ChatNoticeRow, (one.repo_id, one.id))
    row.ts = ts
    row.digest = digest


def say_once(
    session: Session, one: Notice, *, once: str, text: str, at: datetime, is_loud: bool = False
) -> None:
    """Put a reply below a notice into the outbox, unless the same was put there before."""
    new = insert(OutboxRow).values(
        repo_id=one.repo_id,
        notice_id=one.id,
        channel=one.channel,
        once=f"notice:{one.id}:{once}",
        text=text,
        at=at,
        is_loud=is_loud,
    )
    session.execute(new.on_conflict_do_nothing(constraint="outbox_once"))


def unsent(session: Session, one: Notice) -> list[Message]:
    """The replies that wait to be posted, oldest first; served by outbox_of_notice."""
    query = (
        select(OutboxRow)
        .where(col(OutboxRow.repo_id) == one.repo_id, col(OutboxRow.notice_id) == one.id)
        .where(col(OutboxRow.sent_at).is_(None))
        .order_by(col(OutboxRow.message_id))
    )
    return [message_in(row) for row in session.exec(query)]


def _notice(row: ChatNoticeRow) -> Notice:
    return Notice(
        repo_id=row.repo_id,
        id=row.notice_id,
        kind=NoticeKind(row.kind),
        channel=row.channel,
        handle=row.handle,
        ts=row.ts,
        digest=row.digest,
        began_at=row.began_at,
        over_at=row.over_at,
        facts=row.facts,
    )
