"""Tasks: asked for with what caused them, leased while worked on, finished with their results."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, text, update
from sqlmodel import Session, col, select

from app.core.asking import QueueName, Request
from app.core.errors import ErrorKind
from app.core.handed import Progress, Turn
from app.core.request_kinds import arguments, request_from
from app.db.tables.work import TaskRow


@dataclass(frozen=True, slots=True)
class Asking:
    """A request with where it came from.

    With `after`, it waits so long for more of its kind; the sweep then hints at it.
    """

    request: Request
    queue: QueueName
    request_id: str
    delivery_id: int | None = None
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a task alone, until it runs out."""

    task_id: int
    token: str
    request: Request
    queue: QueueName
    seen: int  # askings that this turn covers
    tries: int  # failed turns before this one
    request_id: str
    delivery_id: int | None


@dataclass(frozen=True, slots=True)
class Finish:
    """A turn that is done."""

    again: QueueName | None  # where what was asked for meanwhile belongs; None if nothing was


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that somebody should take up."""

    request: Request
    queue: QueueName


# An asking that may wait puts nothing off that somebody waits for already.
ASK = text("""
INSERT INTO task (kind, key, queue, arguments, wanted, done, tries, due_at, hinted_at, asked_at,
  request_id, delivery_id)
VALUES (:kind, :key, :queue, CAST(:arguments AS jsonb), 1, 0, 0, :due, :hinted, :now,
  :request_id, :delivery)
ON CONFLICT ON CONSTRAINT task_once DO UPDATE SET
  wanted = task.wanted + 1,
  queue = excluded.queue,
  due_at = CASE
    WHEN task.wanted > task.done AND task.tries = 0 AND task.lease_token IS NULL
      AND task.parked_at IS NULL
    THEN least(task.due_at, excluded.due_at) ELSE excluded.due_at END,
  hinted_at = coalesce(excluded.hinted_at, CASE
    WHEN task.wanted > task.done AND task.lease_token IS NULL AND task.parked_at IS NULL
    THEN task.hinted_at END),
  asked_at = excluded.asked_at,
  parked_at = NULL,
  tries = 0,
  request_id = excluded.request_id,
  delivery_id = coalesce(excluded.delivery_id, task.delivery_id)
RETURNING task_id, wanted
""")


def ask(session: Session, askings: Iterable[Asking], *, now: datetime) -> list[Turn]:
    """Store work to be done; the turns that will have done it.

    Asking again while it waits adds nothing; while it is worked on, another turn follows. A
    parked task is taken up again: somebody asked anew.
    """
    turns = []
    for asking in askings:
        values = {
            "kind": asking.request.kind,
            "key": asking.request.key,
            "queue": asking.queue.value,
            "arguments": json.dumps(arguments(asking.request)),
            "due": now + asking.after,
            "hinted": None if asking.after else now,
            "now": now,
            "request_id": asking.request_id,
            "delivery": asking.delivery_id,
        }
        turns.append(Turn(*session.execute(ASK, values).one()))
    return turns


def was_asked(session: Session, request: Request) -> bool:
    """Whether this work was ever asked for, done or not."""
    query = select(TaskRow.task_id).where(
        col(TaskRow.kind) == request.kind, col(TaskRow.key) == request.key
    )
    return session.exec(query).first() is not None


def progress(session: Session, turns: Iterable[Turn]) -> dict[Turn, Progress]:
    """How far each asking has come. A task that is gone was done long ago."""
    wanted = set(turns)
    query = select(TaskRow.task_id, TaskRow.done, TaskRow.parked_at).where(
        col(TaskRow.task_id).in_({turn.task_id for turn in wanted})
    )
    tasks = {task_id: (done, parked_at) for task_id, done, parked_at in session.exec(query)}
    return {turn: _progress(turn, *tasks.get(turn.task_id, (turn.number, None))) for turn in wanted}


def _progress(turn: Turn, done: int, parked_at: datetime | None) -> Progress:
    if done >= turn.number:
        return Progress.DONE
    return Progress.WAITING if parked_at is None else Progress.PARKED


def claim(
    session: Session, kind: str, key: str, *, token: str, now: datetime, lease: timedelta
) -> Lease | None:
    """Take a task for `lease`; None when it is done, parked, not due, or somebody else's.

    Taking over from somebody who died in the middle of it counts as a failed turn.
    """
    died = case((col(TaskRow.lease_token).is_not(None), 1), else_=0)
    row = session.exec(
        update(TaskRow)
        .where(col(TaskRow.kind) == kind, col(TaskRow.key) == key, _is_open(), _is_free(now))
        .where(col(TaskRow.due_at) <= now)
        .values(lease_until=now + lease, lease_token=token, tries=col(TaskRow.tries) + died)
        .returning(TaskRow)
    ).first()
    if row is None:
        return None
    task: TaskRow = row[0]
    return Lease(
        task_id=task.task_id,
        token=token,
        request=request_from(task.kind, task.arguments),
        queue=QueueName(task.queue),
        seen=task.wanted,
        tries=task.tries,
        request_id=task.request_id,
        delivery_id=task.delivery_id,
    )


def renew(session: Session, lease: Lease, *, until: datetime) -> bool:
    """Hold on to a lease; False when it was lost."""
    return _mine(session, lease, {"lease_until": until})


def finish(session: Session, lease: Lease, *, now: datetime) -> Finish | None:
    """Mark the turn as done, in the transaction of its results; None when the lease was lost.

    A hint that came while the turn lasted found the task taken, so whoever finishes gives it
    again when more was asked for and is due.
    """
    row = session.exec(
        update(TaskRow)
        .where(col(TaskRow.task_id) == lease.task_id, col(TaskRow.lease_token) == lease.token)
        .values(
            done=lease.seen,
            done_at=now,
            tries=0,
            error=None,
            error_kind=None,
            lease_until=None,
            lease_token=None,
        )
        .returning(col(TaskRow.wanted), col(TaskRow.queue), col(TaskRow.due_at))
    ).first()
    if row is None:
        return None
    wanted, queue, due_at = row
    return Finish(again=QueueName(queue) if wanted > lease.seen and due_at <= now else None)


def postpone(
    session: Session, lease: Lease, *, until: datetime, error: str, kind: ErrorKind, counts: bool
) -> bool:
    """Give the task back to be tried at `until`; the try counts unless it never began."""
    values = {
        "due_at": until,
        "hinted_at": None,
        "lease_until": None,
        "lease_token": None,
        "error": error,
        "error_kind": kind,
        "tries": lease.tries + counts,
    }
    return _mine(session, lease, values)


def park(session: Session, lease: Lease, *, now: datetime, error: str, kind: ErrorKind) -> bool:
    """Set a hopeless task aside: only a person, or a new asking, starts it again."""
    values = {
        "parked_at": now,
        "lease_until": None,
        "lease_token": None,
        "error": error,
        "error_kind": kind,
        "tries": lease.tries + 1,
    }
    return _mine(session, lease, values)


def unpark(session: Session, *, now: datetime, task_ids: Sequence[int]) -> list[Waiting]:
    """Take parked tasks up again, with their tries forgotten; those that were parked."""
    rows = session.exec(
        update(TaskRow)
        .where(col(TaskRow.task_id).in_(task_ids), col(TaskRow.parked_at).is_not(None))
        .values(parked_at=None, tries=0, due_at=now, hinted_at=now)
        .returning(TaskRow)
    )
    return [_waiting(row[0]) for row in rows]


def unpark_ungranted(session: Session, installation_id: int, *, now: datetime) -> None:
    """Take up again what an account did not let us do; the sweep hints at it."""
    session.execute(
        text(
            "UPDATE task SET parked_at = NULL, tries = 0, due_at = :now, hinted_at = NULL"
            " WHERE parked_at IS NOT NULL AND error_kind = :kind"
            " AND (arguments ->> 'repo_id')::bigint IN"
            " (SELECT repo_id FROM repository WHERE installation_id = :id)"
        ),
        {"now": now, "kind": ErrorKind.PERMISSION.value, "id": installation_id},
    )


def neglected(
    session: Session, *, now: datetime, hinted_before: datetime, limit: int
) -> list[Waiting]:
    """Open tasks that are due, in nobody's hands, and whose hint is old or was never given.

    Click before run before history, oldest first. They are marked as hinted at `now`, so that
    two sweeps do not say the same.
    """
    urgency = func.array_position([name.value for name in QueueName], TaskRow.queue)
    chosen = (
        select(TaskRow.task_id)
        .where(_is_open(), _is_free(now), col(TaskRow.due_at) <= now)
        .where(or_(col(TaskRow.hinted_at).is_(None), col(TaskRow.hinted_at) <= hinted_before))
        .order_by(urgency, col(TaskRow.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.exec(
        update(TaskRow)
        .where(col(TaskRow.task_id).in_(chosen))
        .values(hinted_at=now)
        .returning(TaskRow)
    ).all()
    order = {name.value: place for place, name in enumerate(QueueName)}
    tasks = sorted((row[0] for row in rows), key=lambda task: (order[task.queue], task.due_at))
    return [_waiting(task) for task in tasks]


def count_open(session: Session) -> int:
    """How many tasks are still to be done, parked ones apart."""
    return int(session.exec(select(func.count()).select_from(TaskRow).where(_is_open())).one())


def _is_open() -> Any:  # noqa: ANN401 -- SQLAlchemy's clauses have no simpler type
    return and_(col(TaskRow.wanted) > col(TaskRow.done), col(TaskRow.parked_at).is_(None))


def _is_free(now: datetime) -> Any:  # noqa: ANN401 -- SQLAlchemy's clauses have no simpler type
    return or_(col(TaskRow.lease_until).is_(None), col(TaskRow.lease_until) < now)


def _mine(session: Session, lease: Lease, values: dict[str, Any]) -> bool:
    result = session.connection().execute(
        update(TaskRow)
        .where(col(TaskRow.task_id) == lease.task_id, col(TaskRow.lease_token) == lease.token)
        .values(values)
    )
    return bool(result.rowcount)


def _waiting(row: TaskRow) -> Waiting:
    return Waiting(request_from(row.kind, row.arguments), QueueName(row.queue))
