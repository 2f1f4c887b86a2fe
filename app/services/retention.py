"""Retention: what is past its time goes, or is only told; what cannot go yet waits."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.core.errors import Missing, Unavailable
from app.core.retention import DELIVERIES, SETTING, Going, Retention, Went
from app.db import repositories, retention, trail
from app.db.retention import Partition, Small
from app.db.session import Engine, unit_of_work
from app.services.access.tokens import By

BATCHES_AT_ONCE = 200  # of one table's rows in one pass; the next pass goes on


def would_go(engine: Engine, *, now: datetime) -> Went:
    """What a pass of retention would take now; changes nothing."""
    going, waiting = [], []
    with unit_of_work(engine) as session:
        for partition in retention.past_partitions(session, now=now):
            if reason := retention.reason_to_keep(session, partition):
                waiting.append(reason)
            else:
                going.append(_whole(partition))
    for small, values in _small(engine, now=now):
        with unit_of_work(engine) as session:
            going.append(Going(small.table, None, retention.count_of(session, small, values)))
    return Went(_summed(going), tuple(waiting))


def retire(engine: Engine, *, now: datetime) -> Went:
    """Drop past partitions and delete what small tables need not keep.

    Each partition and each batch is a transaction of its own: a pass that is cut short has
    done what it did. What is in use is left to the next pass, and said.
    """
    going, waiting = [], []
    with unit_of_work(engine) as session:
        partitions = retention.past_partitions(session, now=now)
    for partition in partitions:
        if reason := _drop(engine, partition):
            waiting.append(reason)
        else:
            going.append(_whole(partition))
    for small, values in _small(engine, now=now):
        going.append(Going(small.table, None, _delete(engine, small, values)))
    return Went(_summed(going), tuple(waiting))


def keep(
    engine: Engine, repository: str, days: Mapping[str, int], *, by: By, now: datetime
) -> Retention:
    """Let a repository keep these things for so many days; the others stay as they are.

    What is stored already goes when it was to go; runs, which have no such date, go by the new.
    Raises Missing for a repository that nobody has named, BadInput for what is no retention.
    """
    with unit_of_work(engine) as session:
        found = repositories.repository_named(session, repository)
        if found is None:
            raise Missing(f"We do not know {repository[:200]}.")
        before = repositories.settings(session, found.id)
        after = {**before, SETTING: {**(before.get(SETTING) or {}), **days}}
        chosen = Retention.of(after)
        repositories.note_settings(session, found.id, after, now=now)
        trail.write(
            session,
            found.id,
            at=now,
            actor=by.actor,
            surface=by.surface,
            act="keep",
            case_id=None,
            before=before.get(SETTING) or {},
            after=after[SETTING],
            request_id=by.request_id,
        )
    return chosen


def _small(engine: Engine, *, now: datetime) -> Iterator[tuple[Small, Mapping[str, Any]]]:
    """Every small table with the values for which its rows may go; runs last, they cascade."""
    before = {"before": now - DELIVERIES}
    yield retention.TASKS, before
    yield retention.DELIVERIES, before
    yield retention.ASKED_AGAIN, before
    yield retention.SAYINGS, before
    yield retention.ARTIFACTS, {"now": now}
    with unit_of_work(engine) as session:
        all_of_them = retention.repositories(session)
    for repo_id, kept in all_of_them:
        values = retention.of_repository(repo_id, kept, now=now)
        yield retention.AUDIT, values
        for small in retention.ANSWERS:
            yield small, {"repo": repo_id, **before}
        yield retention.REFUSALS, {"repo": repo_id, **before}
        for small in retention.OF_REPOSITORY:
            yield small, values
        yield retention.RUNS, values


def _drop(engine: Engine, partition: Partition) -> str | None:
    """Drop a partition; the sentence that says why it must wait, or None when it is gone."""
    try:
        if partition.is_attached:
            with unit_of_work(engine) as session:
                if reason := retention.reason_to_keep(session, partition):
                    return reason
                retention.detach(session, partition)
        with unit_of_work(engine) as session:
            retention.drop(session, partition)
    except Unavailable as error:
        return f"{partition.name} stays until the next time: {error}"
    return None


def _delete(engine: Engine, small: Small, values: Mapping[str, Any]) -> int:
    deleted = 0
    for _ in range(BATCHES_AT_ONCE):
        with unit_of_work(engine) as session:
            batch = retention.delete_some(session, small, values)
        deleted += batch
        if batch < small.at_once:
            break
    return deleted


def _whole(partition: Partition) -> Going:
    return Going(partition.table, partition.name, partition.rows)


def _summed(going: list[Going]) -> tuple[Going, ...]:
    """Partitions one by one; rows once for each table, and only where there are any."""
    rows: dict[str, int] = {}
    for one in going:
        if one.partition is None:
            rows[one.what] = rows.get(one.what, 0) + one.rows
    whole = [one for one in going if one.partition is not None]
    return (*whole, *(Going(what, None, count) for what, count in rows.items() if count))
