"""What a channel hears of an outage: that it began, and that it is over; each once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.tables.said import OutboxRow


@dataclass(frozen=True, slots=True)
class OutageMessage:
    """A message about an outage, posted or not."""

    id: int
    channel: str
    once: str
    text: str
    ts: str | None  # the chat's own id, once posted


def say_once(
    session: Session,
    repo_id: int,
    outage_id: int,
    *,
    channel: str,
    what: str,
    text: str,
    at: datetime,
) -> None:
    """Put a message into the outbox, unless the same was put there before."""
    new = insert(OutboxRow).values(
        repo_id=repo_id,
        outage_id=outage_id,
        channel=channel,
        once=f"outage:{outage_id}:{what}",
        text=text,
        at=at,
    )
    session.execute(new.on_conflict_do_nothing(constraint="outbox_once"))


def messages(session: Session, repo_id: int, outage_id: int) -> list[OutageMessage]:
    """All that is to be said of an outage, oldest first; served by outbox_of_outage."""
    query = (
        select(OutboxRow)
        .where(col(OutboxRow.repo_id) == repo_id, col(OutboxRow.outage_id) == outage_id)
        .order_by(col(OutboxRow.message_id))
    )
    return [
        OutageMessage(row.message_id, row.channel, row.once, row.text, row.ts)
        for row in session.exec(query)
    ]


def note_said(
    session: Session, repo_id: int, message_id: int, *, ts: str, text: str, now: datetime
) -> None:
    """Write down what a message says now, and where it stands."""
    row = session.get_one(OutboxRow, (repo_id, message_id))
    row.ts, row.text = ts, text
    row.sent_at = row.sent_at or now
