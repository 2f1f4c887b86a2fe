"""Rollups are folded in batches, each a transaction: reports into hours, hours into days."""

from datetime import datetime, timedelta

from app.db import fold, partitions, repositories
from app.db.session import Engine, unit_of_work

PATIENCE = timedelta(minutes=5)  # a report waits this long for others: together they fold cheaper
MANY = 200_000  # executions that are not made to wait: readers would have to add them up
LATE = timedelta(hours=1)  # after midnight, until a day's hours are folded into it
BATCHES_AT_ONCE = 50  # in one go; what is left is found a minute later


def fold_due(engine: Engine, *, now: datetime) -> int:
    """Fold what has waited long enough, or is much; how many reports.

    Safe to be killed anywhere, and for several to do at once.
    """
    with unit_of_work(engine) as session:
        waiting = fold.waiting(session, before=now - PATIENCE, many=MANY)
    if waiting:
        with unit_of_work(engine) as session:
            partitions.summarize(session)
    folded = sum(fold_repository(engine, repo_id, now=now) for repo_id in waiting)
    fold_days(engine, now=now)
    return folded


def fold_repository(engine: Engine, repo_id: int, *, now: datetime) -> int:
    """Fold all of a repository's reports into hours; how many."""
    folded = 0
    for _ in range(BATCHES_AT_ONCE):
        with unit_of_work(engine) as session:
            kept = repositories.retention(session, repo_id).hourly
            batch = fold.fold_reports(session, repo_id, kept=kept, now=now)
        if batch == 0:
            break
        folded += batch
    return folded


def fold_days(engine: Engine, *, now: datetime) -> int:
    """Fold the hours of days that are over into those days; how many batches."""
    before = (now - LATE).replace(hour=0, minute=0, second=0, microsecond=0)
    with unit_of_work(engine) as session:
        waiting = fold.with_old_hours(session, before=before)
    return sum(_fold_days_of(engine, repo_id, before=before, now=now) for repo_id in waiting)


def _fold_days_of(engine: Engine, repo_id: int, *, before: datetime, now: datetime) -> int:
    for batches in range(BATCHES_AT_ONCE):
        with unit_of_work(engine) as session:
            kept = repositories.retention(session, repo_id).daily
            if not fold.fold_hours(session, repo_id, before=before, kept=kept, now=now):
                return batches
    return BATCHES_AT_ONCE
