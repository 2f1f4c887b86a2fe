"""What runs by the clock: each entry a cron expression and a function; and which are due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import croniter

from app.db import deliveries, partitions, tasks
from app.db.session import unit_of_work
from app.services import rollups
from jobs.context import Context

DELIVERIES_KEPT = timedelta(days=30)
DONE_TASKS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One scheduled job."""

    name: str
    cron: str  # five fields, UTC
    run: Callable[[Context], None]


def make_partitions(context: Context) -> None:
    """Make the coming months' partitions, so that no ingest has to."""
    with unit_of_work(context.engine) as session:
        partitions.make_ahead(session, now=context.clock())


def forget_old_work(context: Context) -> None:
    """Drop deliveries and finished tasks that nobody will ask about any more."""
    now = context.clock()
    with unit_of_work(context.engine) as session:
        tasks.forget_done(session, before=now - DONE_TASKS_KEPT)
        deliveries.forget(session, before=now - DELIVERIES_KEPT)


def fold_rollups(context: Context) -> None:
    """Fold reports into the hourly rollups, and days that are over into the daily ones."""
    rollups.fold_due(context.engine, now=context.clock())


ENTRIES: Sequence[Entry] = (
    Entry("fold_rollups", "* * * * *", fold_rollups),
    Entry("make_partitions", "17 3 * * *", make_partitions),
    Entry("forget_old_work", "37 3 * * *", forget_old_work),
)


def due(
    entries: Sequence[Entry], last_runs: Mapping[str, datetime], *, now: datetime
) -> list[tuple[Entry, datetime]]:
    """The entries whose time has come since their last run, with the newest such time.

    What was missed during a pause is caught up once, not once for each missed time. An entry
    that never ran is due at once.
    """
    found = []
    for entry in entries:
        last = last_runs.get(entry.name)
        newest = croniter(entry.cron, now).get_prev(datetime)
        if last is None or newest > last:
            found.append((entry, newest))
    return found
