"""Questions about the past read the index meant for them, and no partition that is past."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.runs import RunKey
from app.db import (
    aliases,
    artifacts,
    bases,
    case_pages,
    case_reports,
    executions,
    pages,
    proofs,
    scorers,
)
from app.db.observed import observations, reports
from app.db.partitions import month_of
from app.db.session import Engine, Session, unit_of_work
from tests.db.history import FILL, VALUES
from tests.db.plans import Read, laid_out, reads_of
from tests.db.shelf import REPO


@pytest.fixture(scope="module")
def now() -> datetime:
    """In the middle of a month, so that no partition holds so little that it is read whole."""
    return utc_now().replace(day=15)


@pytest.fixture(scope="module")
def full(template: tuple[str, str], now: datetime) -> Iterator[Engine]:
    """A database with two months of runs of two repositories."""
    with laid_out(template, FILL, VALUES, now=now) as engine:
        yield engine


@pytest.fixture(scope="module")
def some_cases(full: Engine) -> list[UUID]:
    with unit_of_work(full) as session:
        query = text("SELECT case_id FROM case_ WHERE name IN ('case 3', 'case 5') ORDER BY name")
        return list(session.execute(query).scalars())


@pytest.fixture(scope="module")
def filled(full: Engine) -> set[str]:
    """The partitions with rows; an empty one is rightly read whole."""
    query = "SELECT tableoid::regclass::text FROM {0} GROUP BY 1"
    with unit_of_work(full) as session:
        return {
            name
            for table in ("execution", "occurrence")
            for name in session.execute(text(query.format(table))).scalars()
        }


def indexes_by_which(reads: list[Read], table: str, filled: set[str]) -> set[str | None]:
    """The indexes by which a table's filled partitions are read, as all partitions call them.

    None stands for a partition that is read whole.
    """
    found = [read for read in reads if read.table in filled and f"{table}_" in read.table]
    assert len({read.table for read in found}) > 1, "several partitions must be at stake"
    return {read.index and read.index.removeprefix(f"{read.table}_") for read in found}


def test_a_cases_pace_costs_one_look_a_set_of_cases(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    reads = reads_of(full, lambda s: bases.pace(s, REPO, some_cases[0], until=now))

    executions_read = {read.index or read.kind for read in reads if read.table in filled}
    assert executions_read
    assert "Seq Scan" not in executions_read
    assert "report_in_time" in {read.index for read in reads}
    with unit_of_work(full) as session:
        assert bases.pace(session, REPO, some_cases[0], until=now).runs_a_day > 0


def test_a_cases_page_is_read_by_report_and_case(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    def ask(session: Session) -> object:
        return case_pages.timeline(session, REPO, some_cases[0], before=None, now=now, size=50)

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_the_reports_with_a_case_are_found_by_time_and_case(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    def ask(session: Session) -> object:
        return case_reports.newest(session, REPO, some_cases[:1], now=now, most=50)

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_a_cases_first_time_is_read_by_report_and_case(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    reads = reads_of(full, lambda s: case_pages.named(s, REPO, some_cases[0], now=now))

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_no_partition_that_is_past_is_read(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    later = now + timedelta(days=62)  # two months on, what ran first is past

    def ask(session: Session) -> object:
        return case_pages.timeline(session, REPO, some_cases[0], before=None, now=later, size=50)

    read = {one.table for one in reads_of(full, ask) if one.table in filled}

    assert read
    assert min(filled) < f"execution_{month_of(later):%Y_%m}"
    assert all(f"execution_{month_of(later):%Y_%m}" <= str(name) for name in read)


def test_the_failures_of_a_run_are_read_by_report(full: Engine, filled: set[str]) -> None:
    def ask(session: Session) -> object:
        return executions.failed_in_run(session, REPO, 7)

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "occurrence", filled) == {"repo_id_report_id_idx"}
    assert not [read for read in reads if read.table and read.table.startswith("execution")]


def test_how_failures_of_runs_ended_is_read_by_report_and_case(
    full: Engine, filled: set[str]
) -> None:
    def ask(session: Session) -> object:
        return executions.last_failures(session, REPO, [7, 8])

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "occurrence", filled) == {"repo_id_report_id_idx"}
    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_the_watched_cases_of_a_run_are_read_by_case(
    full: Engine, filled: set[str], some_cases: list[UUID]
) -> None:
    def ask(session: Session) -> object:
        return executions.seen_in_run(session, RunKey(REPO, 7, 1), some_cases)

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_a_run_that_brings_no_new_set_of_cases_reads_no_execution(full: Engine) -> None:
    with unit_of_work(full) as session:
        explained = session.execute(
            text(f"EXPLAIN (ANALYZE, FORMAT JSON) {aliases.CAME}"),
            {"repo": REPO, "run": 7, "attempt": 1},
        ).scalar_one()

    plans = [explained[0]["Plan"]]
    for plan in plans:
        plans += plan.get("Plans", [])
    looks = {one["Relation Name"]: one["Actual Loops"] for one in plans if "Relation Name" in one}
    assert looks["report"] == 1
    assert {loops for table, loops in looks.items() if table.startswith("execution_")} == {0}


def test_what_a_job_can_move_is_read_by_what_waits_for_it(full: Engine) -> None:
    with unit_of_work(full) as session:
        kept = scorers.current(session, REPO)
    assert kept is not None

    waiting = reads_of(full, lambda session: scorers.waiting(session, kept, ["unit"]))
    held = reads_of(full, lambda session: scorers.watched(session, kept))

    assert {read.index for read in waiting if read.index} == {"scorer_case_waiting"}
    assert {read.index for read in held if read.index} == {"scorer_case_held"}


def test_the_results_of_a_report_are_read_by_what_failed_or_was_skipped(
    full: Engine, filled: set[str]
) -> None:
    with unit_of_work(full) as session:
        [report] = session.execute(text("SELECT report_id FROM report WHERE run_id = 7")).scalars()

    def ask(session: Session) -> object:
        asked = {"repo": REPO, "reports": [report], "every_skip": False}
        return session.execute(observations.RESULTS, asked).all()

    reads = reads_of(full, ask)

    assert indexes_by_which(reads, "occurrence", filled) <= {
        "repo_id_report_id_idx",
        "repo_id_case_id_at_idx",
    }
    assert indexes_by_which(reads, "execution", filled) == {
        "repo_id_at_case_id_idx",
        "repo_id_report_id_idx",
    }


def test_reports_that_wait_are_read_without_those_that_were_seen(full: Engine) -> None:
    def ask(session: Session) -> object:
        return reports.waiting(session, REPO, 1, upto=utc_now())

    reads = reads_of(full, ask)

    assert "report_unobserved" in {read.index for read in reads}


def test_a_part_of_the_history_is_read_in_the_order_of_time(full: Engine, now: datetime) -> None:
    asked = {"repo": REPO, "at": now - timedelta(days=9), "report": 0, "most": 5}

    reads = reads_of(full, lambda session: session.execute(reports.IN_TIME, asked).all())

    assert {read.index for read in reads if read.table == "report"} == {"report_in_time"}


def test_the_list_of_flaky_cases_reads_no_healthy_one(full: Engine) -> None:
    def ask(session: Session) -> object:
        return pages.worst_cases(session, repo_id=REPO, page=1, size=20)

    held = [read for read in reads_of(full, ask) if read.table == "case_state"]

    assert {read.index for read in held} == {"case_state_worst"}


def test_a_cases_last_failure_and_the_trace_it_shares_are_read_by_index(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    def ask(session: Session) -> object:
        return case_pages.last_failure(session, REPO, some_cases[0], now=now)

    assert indexes_by_which(reads_of(full, ask), "occurrence", filled) == {
        "repo_id_case_id_at_idx",
        "repo_id_report_id_idx",
    }


def test_a_cases_attachments_and_a_measurements_course_are_read_by_index(
    full: Engine, some_cases: list[UUID], now: datetime
) -> None:
    attached = reads_of(full, lambda s: artifacts.of_case(s, REPO, some_cases[0], now=now))
    measured = reads_of(
        full, lambda s: artifacts.measured(s, REPO, "coverage.7", since=now - timedelta(days=90))
    )

    assert {read.index for read in attached if read.index} == {"artifact_case"}
    assert {read.index for read in measured if read.index} == {"measurement_name"}


def test_what_a_run_showed_of_held_cases_is_read_by_case(
    full: Engine, filled: set[str], some_cases: list[UUID]
) -> None:
    reads = reads_of(full, lambda s: proofs.seen(s, REPO, 7, some_cases))

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}


def test_what_is_stored_of_a_held_case_is_counted_by_a_look_for_each_report(
    full: Engine, filled: set[str], some_cases: list[UUID], now: datetime
) -> None:
    counting = {"repo": REPO, "id": 1, "case": some_cases[0], "since": now - timedelta(days=50)}
    values = {**counting, "on_default": False, "most": proofs.REPORTS_READ}
    reads = reads_of(full, lambda s: s.execute(proofs.RECOUNT, values))

    assert indexes_by_which(reads, "execution", filled) == {"repo_id_at_case_id_idx"}
