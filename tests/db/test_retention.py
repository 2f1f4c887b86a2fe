"""Partitions go whole, runs with their reports, and nothing goes before its time."""

from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.retention import Going, Retention
from app.core.runs import BranchClass
from app.db import retention as rows
from app.db.partitions import month_of
from app.db.session import Engine, unit_of_work
from app.services.retention import retire, would_go
from app.services.rollups import fold_days, fold_repository
from tests.db.rows import count, run_sql
from tests.db.sums import NOW, REPO, Reports

PASS = b'<testsuites><testsuite name="s"><testcase name="a" time="0.1"/></testsuite></testsuites>'


@pytest.fixture
def engine(engine_of_the_day: Engine) -> Engine:
    """A database in which nothing is past its time but what a test puts there."""
    return engine_of_the_day


def partitions_of(engine: Engine, table: str) -> set[str]:
    with unit_of_work(engine) as session:
        query = text(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = :t ::regclass"
        )
        return set(session.execute(query, {"t": table}).scalars())


def name_of(table: str, moment: datetime) -> str:
    return f"{table}_{month_of(moment):%Y_%m}"


def test_a_new_installation_lets_nothing_go(engine: Engine, reports: Reports) -> None:
    reports.store(PASS, at=NOW)

    assert retire(engine, now=NOW).going == ()
    assert count(engine, "execution") == 1


def test_a_past_partition_is_dropped_whole_and_told_before(
    engine: Engine, reports: Reports
) -> None:
    reports.store(PASS, at=NOW - timedelta(hours=3), branch_class=BranchClass.OTHER)
    fold_repository(engine, REPO, now=NOW)
    later = NOW + timedelta(days=80)
    fold_days(engine, now=later)
    run_sql(engine, "ANALYZE")
    expected = name_of("execution", NOW + timedelta(days=30))

    told = would_go(engine, now=later)
    assert count(engine, "execution") == 1
    went = retire(engine, now=later)

    assert Going("execution", expected, 1) in told.going
    assert told == went
    assert count(engine, "execution") == 0
    assert expected not in partitions_of(engine, "execution")
    assert would_go(engine, now=later).going == ()


def test_what_the_sums_do_not_hold_yet_stays(engine: Engine, reports: Reports) -> None:
    reports.store(PASS, at=NOW, branch_class=BranchClass.OTHER)
    later = NOW + timedelta(days=80)
    executions = name_of("execution", NOW + timedelta(days=30))
    hours = name_of("case_rollup", NOW + timedelta(days=30))

    waiting = retire(engine, now=later).waiting
    assert f"{executions} stays until every report of its time is folded." in waiting
    assert count(engine, "execution") == 1

    fold_repository(engine, REPO, now=NOW)
    assert (
        f"{hours} stays until its hours are folded into days." in retire(engine, now=later).waiting
    )
    fold_days(engine, now=later)
    assert retire(engine, now=later).waiting == ()
    assert hours not in partitions_of(engine, "case_rollup")
    assert count(engine, "case_rollup") == 1  # the day


def test_a_table_in_use_is_left_to_the_next_time(
    engine: Engine, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LOCK_WAIT", "50ms")
    later = NOW + timedelta(days=80)
    name = name_of("execution", NOW)
    with unit_of_work(engine) as reader:
        reader.execute(text("SELECT * FROM execution"))
        waiting = retire(engine, now=later).waiting

    assert (
        f"{name} stays until the next time: PostgreSQL did not answer:"
        " canceling statement due to lock timeout" in waiting
    )
    assert name in partitions_of(engine, "execution")
    assert retire(engine, now=later).waiting == ()
    assert name not in partitions_of(engine, "execution")


def test_what_was_detached_and_not_dropped_is_dropped(engine: Engine) -> None:
    later = NOW + timedelta(days=80)
    [oldest, *_] = [
        one for one in _past(engine, later) if one.table == "occurrence" and one.is_attached
    ]
    with unit_of_work(engine) as session:
        rows.detach(session, oldest)

    retire(engine, now=later)

    with unit_of_work(engine) as session:
        left = session.execute(text("SELECT to_regclass(:name)"), {"name": oldest.name})
        assert left.scalar_one() is None


def _past(engine: Engine, now: datetime) -> list[rows.Partition]:
    with unit_of_work(engine) as session:
        return rows.past_partitions(session, now=now)


@pytest.mark.parametrize(
    ("branch_class", "conclusion", "days"),
    [
        (BranchClass.PULL_REQUEST, "success", 90),
        (BranchClass.OTHER, "failure", 180),
        (BranchClass.MERGE_QUEUE, "timed_out", 180),
        (BranchClass.DEFAULT, "failure", 365),
        (BranchClass.DEFAULT, "success", 365),
    ],
)
def test_runs_go_with_their_reports_when_their_time_is_over(
    engine: Engine, reports: Reports, *, branch_class: BranchClass, conclusion: str, days: int
) -> None:
    reports.store(PASS, at=NOW, branch_class=branch_class)
    run_sql(engine, "UPDATE run SET conclusion = :word", word=conclusion)
    fold_repository(engine, REPO, now=NOW)

    retire(engine, now=NOW + timedelta(days=days, hours=-1))
    assert (count(engine, "run"), count(engine, "report")) == (1, 1)
    retire(engine, now=NOW + timedelta(days=days, hours=1))
    assert (count(engine, "run"), count(engine, "report")) == (0, 0)


def test_a_repository_keeps_what_it_wants_as_long_as_it_wants(
    engine: Engine, reports: Reports
) -> None:
    run_sql(
        engine,
        """UPDATE repository SET settings = '{"retention": {"runs": 10, "passed": 5,
        "failed": 5}}'""",
    )
    reports.store(PASS, at=NOW, branch_class=BranchClass.OTHER)
    fold_repository(engine, REPO, now=NOW)

    retire(engine, now=NOW + timedelta(days=11))

    assert count(engine, "run") == 0


def test_a_run_that_is_not_in_the_sums_yet_stays(engine: Engine, reports: Reports) -> None:
    reports.store(PASS, at=NOW, branch_class=BranchClass.OTHER)

    retire(engine, now=NOW + timedelta(days=300))

    assert count(engine, "run") == 1


def test_every_field_of_a_retention_can_be_set() -> None:
    names = [one.name for one in fields(Retention)]
    chosen = Retention.of({"retention": dict.fromkeys(names, 11)})

    assert {getattr(chosen, name) for name in names} == {timedelta(days=11)}
