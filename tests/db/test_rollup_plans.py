"""On a database with a year of many repositories, each answer reads by the index meant for it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.rollups import Grain, Span
from app.core.runs import BranchClass
from app.db import fold, partitions, rollups
from app.db.partitions import PARTITIONED, month_of
from app.db.session import Engine, Session, unit_of_work
from app.embedded import Servers
from tests.databases import database_of
from tests.db.plans import Read, reads_of
from tests.db.sums import Reports

NOW = utc_now().replace(hour=9)
REPO = 3
CASE = UUID("5" * 32)
KEPT = timedelta(days=20)
FULL = {f"{table}_{month_of(NOW + KEPT):%Y_%m}" for table in PARTITIONED}
"""The only partitions that hold much: reading an empty one whole is quickest."""

# Thirty repositories: a year of days and a month of hours for every shard, and of one suite;
# and 300 reports of 200 executions each, a tenth of them failing, all but ten reports folded.
FILL = (
    """INSERT INTO case_rollup SELECT repo, grain, at, CAST(:until AS timestamptz),
         'default', 'unit', shard, grain = 2, '{55555555-5555-5555-5555-555555555555}', '{1}',
         '{5}', '{1}', '{6}'
       FROM generate_series(1, 30) AS repo, generate_series(0, 63) AS shard,
         (SELECT 2, :now - n * interval '1 day' FROM generate_series(1, 60) AS n
          UNION ALL SELECT 1, :now - n * interval '1 hour' FROM generate_series(1, 48) AS n
         ) AS period(grain, at)""",
    """INSERT INTO suite_rollup SELECT repo, grain, at, CAST(:until AS timestamptz),
         'default', 'unit', md5(suite::text)::uuid, suite::text, grain = 2, '{1}', '{5}', '{1}',
         '{6}'
       FROM generate_series(1, 30) AS repo, generate_series(0, 63) AS suite,
         (SELECT 2, :now - n * interval '1 day' FROM generate_series(1, 60) AS n
          UNION ALL SELECT 1, :now - n * interval '1 hour' FROM generate_series(1, 48) AS n
         ) AS period(grain, at)""",
    """INSERT INTO execution
         (repo_id, case_id, report_id, at, keep_until, nth, outcome, duration_ms)
       SELECT :repo, md5(n::text)::uuid, report_id, at, CAST(:until AS timestamptz), 1, 1,
         n
       FROM report, generate_series(1, 200) AS n ORDER BY report_id""",
    """INSERT INTO occurrence (repo_id, case_id, report_id, at, keep_until, nth, message)
       SELECT repo_id, case_id, report_id, at, keep_until, 1, 'no' FROM execution
       WHERE duration_ms % 10 = 0 ORDER BY report_id""",
    "UPDATE report SET folded_at = :now WHERE report_id <= 290",
)
GREEN = b'<testsuites><testsuite name="s"><testcase name="a" time="0.1"/></testsuite></testsuites>'


@pytest.fixture(scope="module")
def full(servers: Servers) -> Iterator[Engine]:
    assert servers.database_url is not None
    with database_of(servers.database_url, NOW) as engine:
        reports = Reports(engine, NOW, repo_id=REPO)
        reports.open()
        for nth in range(300):
            reports.store(GREEN, at=NOW - timedelta(minutes=nth))
        for statement in FILL:
            with unit_of_work(engine) as session:
                values = {"now": NOW, "until": NOW + KEPT, "repo": REPO}
                session.execute(text(statement), values)
        with unit_of_work(engine) as session:
            session.execute(text("ANALYZE"))
        yield engine


def span(grain: Grain) -> Span:
    return Span(REPO, grain, NOW - timedelta(days=20), NOW, BranchClass.DEFAULT)


def assert_no_partition_is_read_whole(reads: list[Read]) -> None:
    whole = [read.table for read in reads if read.kind == "Seq Scan" and read.table in FULL]
    assert whole == []


def indexes(reads: list[Read]) -> set[str]:
    """The indexes without the month that a partition's own copy carries."""
    return {read.index for read in reads if read.index}


@pytest.mark.parametrize("grain", list(Grain))
def test_a_cases_trend_reads_its_own_64th_and_its_own_executions(
    full: Engine, grain: Grain
) -> None:
    reads = reads_of(full, lambda session: rollups.case_trend(session, span(grain), CASE))

    assert_no_partition_is_read_whole(reads)
    used = indexes(reads)
    assert any("case_rollup" in one and "shard_grain_starts_at" in one for one in used), used
    assert any("execution" in one and "case_id" in one for one in used), used
    assert "report_unfolded" in used


@pytest.mark.parametrize("grain", list(Grain))
def test_a_suites_trend_reads_its_own_rows(full: Engine, grain: Grain) -> None:
    def ask(session: Session) -> object:
        return rollups.suite_trend(session, span(grain), "7")

    reads = reads_of(full, ask)

    assert_no_partition_is_read_whole(reads)
    used = indexes(reads)
    assert any("suite_rollup" in one and "suite_id" in one for one in used), used
    assert "report_unfolded" in used


@pytest.mark.parametrize("grain", list(Grain))
def test_a_repositorys_trend_reads_its_own_rows(full: Engine, grain: Grain) -> None:
    reads = reads_of(full, lambda session: rollups.repository_trend(session, span(grain)))

    assert_no_partition_is_read_whole(reads)


def test_the_slowest_cases_come_from_the_repositorys_own_rows(full: Engine) -> None:
    reads = reads_of(full, lambda session: rollups.slowest_cases(session, span(Grain.DAY)))

    assert_no_partition_is_read_whole(reads)


def test_a_fold_finds_its_executions_by_their_report(full: Engine) -> None:
    def ask(session: Session) -> None:
        fold.fold_reports(session, REPO, kept=timedelta(days=30), now=NOW)

    reads = reads_of(full, ask)

    assert_no_partition_is_read_whole(
        [read for read in reads if read.table and read.table.startswith("execution")]
    )
    assert any("execution" in one and "report_id" in one for one in indexes(reads))


SCANS = """
SELECT coalesce(sum(seq_scan), 0), (
  SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes
  WHERE relname LIKE 'execution_2%' AND indexrelname LIKE '%case_id_at_idx'
) FROM pg_stat_user_tables WHERE relname LIKE 'execution_2%'
"""


def test_a_fold_that_no_statistics_help_reads_no_more_than_its_reports(
    fresh_engine: Engine,
) -> None:
    reports = Reports(fresh_engine, NOW, repo_id=REPO)
    reports.open()
    for nth in range(3):
        reports.store(GREEN, at=NOW - timedelta(minutes=nth))

    with unit_of_work(fresh_engine) as session:
        partitions.summarize(session)
    with unit_of_work(fresh_engine) as session:
        assert fold.fold_reports(session, REPO, kept=timedelta(days=30), now=NOW) == 3
        session.execute(text("SELECT pg_stat_force_next_flush()"))

    with unit_of_work(fresh_engine) as session:
        assert tuple(session.execute(text(SCANS)).one()) == (0, 0)
