"""Deliveries: stored with the task that takes them in, in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.asking import QueueName
from app.core.deliveries import Delivery, NewDelivery
from app.db.tables.work import AskedAgainRow, DeliveryRow, TaskRow

# One round trip for all that came together: each its inbox row and its task, or neither when the
# GUID is known and its work has not failed. A redelivery of one whose work was parked takes it up
# again. They are stored in one order, so that two processes never wait for each other. The bodies
# lie end to end in one value, which goes over as it is: an array of them would be spelled out.
TAKE_IN = text("""
WITH told AS (
  SELECT DISTINCT ON (source, guid) * FROM unnest(
    CAST(:sources AS text[]), CAST(:guids AS text[]), CAST(:events AS text[]),
    CAST(:starts AS int[]), CAST(:sizes AS int[]), CAST(:request_ids AS text[]),
    CAST(:queues AS text[])
  ) AS told (source, guid, event, start, size, request_id, queue)
  ORDER BY source, guid
), arrived AS (
  INSERT INTO delivery (source, guid, event, body, request_id, received_at)
  SELECT source, guid, event, substring(CAST(:bodies AS bytea) FROM start FOR size), request_id,
    :now
  FROM told ORDER BY source, guid
  ON CONFLICT ON CONSTRAINT delivery_once DO NOTHING
  RETURNING delivery_id, source, guid
), asked AS (
  INSERT INTO task (kind, key, queue, arguments, wanted, done, tries,
                    due_at, hinted_at, asked_at, request_id, delivery_id)
  SELECT 'take_delivery', delivery_id::text, queue,
         jsonb_build_object('delivery_id', delivery_id), 1, 0, 0,
         :now, :now, :now, request_id, delivery_id
  FROM arrived JOIN told USING (source, guid)
), revived AS (
  UPDATE task SET parked_at = NULL, tries = 0, due_at = :now, hinted_at = NULL
  FROM delivery JOIN told USING (source, guid)
  WHERE task.delivery_id = delivery.delivery_id AND task.parked_at IS NOT NULL
)
SELECT source, guid, delivery_id FROM arrived
""")


RECENT = text("""
SELECT delivery_id, source, guid, event, received_at FROM delivery
WHERE NOT :failed_only OR delivery_id IN (
  SELECT delivery_id FROM task WHERE parked_at IS NOT NULL)
ORDER BY delivery_id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """A delivery and how the work that follows from it stands."""

    id: int
    source: str
    guid: str
    event: str
    received_at: datetime
    open_tasks: int
    parked: tuple["ParkedTask", ...]


@dataclass(frozen=True, slots=True)
class ParkedTask:
    """A task that was set aside, and why."""

    task_id: int
    kind: str
    key: str
    tries: int
    error: str
    error_kind: str
    parked_at: datetime
    delivery_id: int | None


def take_in(
    session: Session, news: Sequence[tuple[NewDelivery, QueueName]], *, now: datetime
) -> list[int | None]:
    """Store deliveries and ask for them to be taken; of each its id, or None.

    None where its GUID is known, also from one before it in `news`.
    """
    if not news:
        return []
    sizes = [len(new.body) for new, _ in news]
    found = session.execute(
        TAKE_IN,
        {
            "sources": [new.source for new, _ in news],
            "guids": [new.guid for new, _ in news],
            "events": [new.event for new, _ in news],
            "bodies": b"".join([new.body for new, _ in news]),
            "starts": [1 + start for start in accumulate(sizes[:-1], initial=0)],
            "sizes": sizes,
            "request_ids": [new.request_id for new, _ in news],
            "queues": [queue.value for _, queue in news],
            "now": now,
        },
    )
    ids = {(source, guid): int(delivery_id) for source, guid, delivery_id in found}
    return [ids.pop((new.source, new.guid), None) for new, _ in news]


def note_asked_again(session: Session, guid: str, *, sent_at: datetime, now: datetime) -> None:
    """Write down that a delivery is asked for once more, and when it was sent first."""
    new = insert(AskedAgainRow).values(guid=guid, sent_at=sent_at, asked_at=now)
    session.execute(new.on_conflict_do_nothing())


def sent_first(session: Session, guid: str) -> datetime | None:
    """When a delivery that was asked for again was sent first; None for any other."""
    row = session.get(AskedAgainRow, guid)
    return None if row is None else row.sent_at


def delivery(session: Session, delivery_id: int) -> Delivery | None:
    """A stored delivery; None when retention has taken it."""
    row = session.get(DeliveryRow, delivery_id)
    if row is None:
        return None
    return Delivery(row.delivery_id, row.source, row.guid, row.event, row.body, row.received_at)


def known(session: Session, guids: Iterable[str]) -> set[str]:
    """Those of these GUIDs that GitHub's deliveries have come with."""
    query = select(DeliveryRow.guid).where(
        col(DeliveryRow.source) == "github", col(DeliveryRow.guid).in_(list(guids))
    )
    return set(session.exec(query))


def parked_tasks(session: Session, *, limit: int = 200) -> list[ParkedTask]:
    """What was set aside, newest first."""
    rows = session.exec(
        select(TaskRow)
        .where(col(TaskRow.parked_at).is_not(None))
        .order_by(col(TaskRow.parked_at).desc())
        .limit(limit)
    )
    return [_parked(row) for row in rows]


def recent(session: Session, *, failed_only: bool, limit: int = 50) -> list[DeliverySummary]:
    """The newest deliveries, newest first; only those with parked work when `failed_only`."""
    rows = session.execute(RECENT, {"failed_only": failed_only, "limit": limit})
    heads = [tuple(row) for row in rows]
    tasks = _tasks_of(session, [head[0] for head in heads])
    return [_summary(head, tasks.get(head[0], [])) for head in heads]


def parked_of(session: Session, reference: str) -> list[int]:
    """Parked tasks of a delivery, named by its number or GUID; their ids."""
    named = col(DeliveryRow.guid) == reference
    if reference.isdecimal():
        named = named | (col(DeliveryRow.delivery_id) == int(reference))
    rows = session.exec(
        select(TaskRow.task_id)
        .join(DeliveryRow, col(DeliveryRow.delivery_id) == TaskRow.delivery_id)
        .where(named, col(TaskRow.parked_at).is_not(None))
    )
    return list(rows)


def exists(session: Session, reference: str) -> bool:
    """Whether a delivery has this number or GUID."""
    named = col(DeliveryRow.guid) == reference
    if reference.isdecimal():
        named = named | (col(DeliveryRow.delivery_id) == int(reference))
    return session.exec(select(DeliveryRow.delivery_id).where(named)).first() is not None


def _tasks_of(session: Session, ids: list[int]) -> dict[int, list[TaskRow]]:
    found: dict[int, list[TaskRow]] = {}
    for row in session.exec(select(TaskRow).where(col(TaskRow.delivery_id).in_(ids))):
        assert row.delivery_id is not None
        found.setdefault(row.delivery_id, []).append(row)
    return found


def _summary(head: tuple[Any, ...], tasks: list[TaskRow]) -> DeliverySummary:
    delivery_id, source, guid, event, received_at = head
    unfinished = [task for task in tasks if task.wanted > task.done]
    parked = tuple(_parked(task) for task in unfinished if task.parked_at is not None)
    open_tasks = len(unfinished) - len(parked)
    return DeliverySummary(delivery_id, source, guid, event, received_at, open_tasks, parked)


def _parked(row: TaskRow) -> ParkedTask:
    assert row.parked_at is not None
    return ParkedTask(
        task_id=row.task_id,
        kind=row.kind,
        key=row.key,
        tries=row.tries,
        error=row.error or "",
        error_kind=row.error_kind or "",
        parked_at=row.parked_at,
        delivery_id=row.delivery_id,
    )


def last_received_at(session: Session, *, source: str) -> datetime | None:
    """When the newest delivery of those that are kept came; None when there is none."""
    query = text("SELECT max(received_at) FROM delivery WHERE source = :source")
    found: datetime | None = session.execute(query, {"source": source}).scalar_one()
    return found
