"""Chat: who hears of a repository, the threads, and the messages in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.tables.said import OutboxRow, SubscriptionRow, ThreadRow


@dataclass(frozen=True, slots=True)
class Thread:
    """A case's thread in a channel."""

    repo_id: int
    case_id: UUID
    channel: str
    handle: str
    ts: str | None  # None until the root message is known to be posted
    digest: bytes | None  # of the root message as it stands


@dataclass(frozen=True, slots=True)
class Message:
    """A reply that waits to be posted."""

    id: int
    channel: str
    once: str
    text: str
    is_loud: bool = False  # said in the channel, too


def channels(session: Session, repo_id: int) -> list[str]:
    """The channels that hear of a repository, in a fixed order."""
    query = select(SubscriptionRow.channel).where(col(SubscriptionRow.repo_id) == repo_id)
    return sorted(set(session.exec(query)))


def subscribe(session: Session, repo_id: int, *, team_id: str, channel: str, now: datetime) -> None:
    """Let a channel hear of a repository."""
    new = insert(SubscriptionRow).values(
        repo_id=repo_id, team_id=team_id, channel=channel, since=now
    )
    session.execute(new.on_conflict_do_nothing())


def threads(session: Session, repo_id: int, case_id: UUID) -> list[Thread]:
    """A case's threads, by channel."""
    query = (
        select(ThreadRow)
        .where(col(ThreadRow.repo_id) == repo_id, col(ThreadRow.case_id) == case_id)
        .order_by(ThreadRow.channel)
    )
    return [_thread(row) for row in session.exec(query)]


def threaded(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that have a thread anywhere."""
    query = select(ThreadRow.case_id).where(
        col(ThreadRow.repo_id) == repo_id, col(ThreadRow.case_id).in_(case_ids)
    )
    return set(session.exec(query))


def thread_by_handle(session: Session, repo_id: int, handle: str) -> Thread | None:
    """The thread whose buttons carry this handle; None when there is none."""
    query = select(ThreadRow).where(
        col(ThreadRow.repo_id) == repo_id, col(ThreadRow.handle) == handle
    )
    row = session.exec(query).first()
    return None if row is None else _thread(row)


def open_thread(
    session: Session, repo_id: int, case_id: UUID, *, channel: str, handle: str, now: datetime
) -> None:
    """Write down that a case is to have a thread in a channel, before it is posted."""
    new = insert(ThreadRow).values(
        repo_id=repo_id, case_id=case_id, channel=channel, handle=handle, written_at=now
    )
    session.execute(new.on_conflict_do_nothing())


def note_root(session: Session, thread: Thread, *, ts: str, digest: bytes) -> None:
    """Write down what the root message now says."""
    row = session.get_one(ThreadRow, (thread.repo_id, thread.case_id, thread.channel))
    row.ts = ts
    row.digest = digest


def say_once(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    channel: str,
    once: str,
    text: str,
    at: datetime,
    is_loud: bool = False,
) -> None:
    """Put a reply into the outbox, unless the same was put there before."""
    new = insert(OutboxRow).values(
        repo_id=repo_id,
        case_id=case_id,
        channel=channel,
        once=once,
        text=text,
        at=at,
        is_loud=is_loud,
    )
    session.execute(new.on_conflict_do_nothing(constraint="outbox_once"))


def said_loudly(
    session: Session, repo_id: int, case_id: UUID, *, channel: str, since: datetime
) -> bool:
    """Whether a reply about a case was put there since then that the channel shows, too."""
    query = (
        select(OutboxRow.message_id)
        .where(col(OutboxRow.repo_id) == repo_id, col(OutboxRow.channel) == channel)
        .where(col(OutboxRow.case_id) == case_id, col(OutboxRow.at) >= since)
        .where(col(OutboxRow.is_loud))
        .limit(1)
    )
    return session.exec(query).first() is not None


def unsent(session: Session, repo_id: int, case_id: UUID) -> list[Message]:
    """The replies that wait to be posted, oldest first."""
    query = (
        select(OutboxRow)
        .where(col(OutboxRow.repo_id) == repo_id, col(OutboxRow.case_id) == case_id)
        .where(col(OutboxRow.sent_at).is_(None))
        .order_by(col(OutboxRow.message_id))
    )
    return [message_in(row) for row in session.exec(query)]


def note_sent(session: Session, repo_id: int, message_id: int, *, ts: str, now: datetime) -> None:
    """A reply was posted."""
    row = session.get_one(OutboxRow, (repo_id, message_id))
    row.ts = ts
    row.sent_at = now


def message_in(row: OutboxRow) -> Message:
    """A reply as its row holds it."""
    return Message(row.message_id, row.channel, row.once, row.text, row.is_loud)


def _thread(row: ThreadRow) -> Thread:
    return Thread(
        repo_id=row.repo_id,
        case_id=row.case_id,
        channel=row.channel,
        handle=row.handle,
        ts=row.ts,
        digest=row.digest,
    )
