"""What quarantines, costs and the clock ask reads the index meant for it, and no whole table."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db import bases, cases, decisions, endings, feedback, held, judgements, plans
from app.db.chat import digests, quarantine_reports
from app.db.session import Engine, Session, unit_of_work
from tests.db.plans import laid_out, reads_of
from tests.db.shelf import REPO

CASES, RUNS = 1_000, 2_000

FILL = (
    """
    INSERT INTO case_ (repo_id, case_id, identity_version, suite, classname, name, parameters,
                       properties, first_seen_at)
    SELECT :repo, md5('case' || n)::uuid, 1, 'unit', 'Cart', 'case ' || n, '', '{}', :now
    FROM generate_series(1, :cases) AS n
    """,
    """
    INSERT INTO case_state (repo_id, case_id, state, score, rate, rate_low, rate_high, runs,
                            failures, flakes, last_seen_at, evidence, algorithm_version,
                            updated_at)
    SELECT repo_id, case_id, CASE WHEN name LIKE '%77' THEN 'flaky' ELSE 'healthy' END, 0.5, 0, 0,
           0, 1, 1, 1, :now, '[]', 1, :now
    FROM case_ WHERE repo_id = :repo
    """,
    """
    INSERT INTO run (repo_id, run_id, attempt, workflow, event, status, conclusion, head_sha, code,
                     branch, branch_class, is_trusted, actor, started_at, url)
    SELECT :repo, n, attempt, 'tests', 'push', 'completed', 'failure', md5(n::text), md5(n::text),
           'main', 'default', true, 'mona', CAST(:now AS timestamptz) - n * interval '6 hours', ''
    FROM generate_series(1, :runs) AS n, generate_series(1, 2) AS attempt
    """,
    """
    INSERT INTO job (repo_id, run_id, attempt, job_id, name, status, started_at, completed_at, url)
    SELECT repo_id, run_id, attempt, run_id * 10 + attempt, 'test', 'completed', started_at,
           started_at + interval '5 minutes', '' FROM run
    """,
    """
    INSERT INTO finding (repo_id, run_id, attempt, case_id, variant, cause, p_flaky, evidence,
                         algorithm_version, found_at)
    SELECT run.repo_id, run_id, 1, md5('case' || n)::uuid, 'test', 'flaky', 0.9, '[]', 1, :now
    FROM run, generate_series(1, 5) AS n WHERE attempt = 1
    """,
    """
    INSERT INTO quarantine (repo_id, case_id, state, reason, decided_by, since, evidence_at, until)
    SELECT repo_id, case_id, CASE WHEN name LIKE '%77' THEN 'active' ELSE 'dismissed' END, '',
           '@mona', :now, :now, CAST(:now AS timestamptz) + interval '2 days'
    FROM case_ WHERE repo_id = :repo
    """,
    """
    INSERT INTO feedback (repo_id, case_id, at, kind, actor, p_flaky, algorithm_version)
    SELECT repo_id, case_id, CAST(:now AS timestamptz) - n * interval '10 days', 'proven_fix',
           '@mona', 0.9, 1
    FROM case_, generate_series(1, 20) AS n WHERE repo_id = :repo
    """,
)


@pytest.fixture(scope="module")
def now() -> datetime:
    return utc_now()


@pytest.fixture(scope="module")
def full(template: tuple[str, str], now: datetime) -> Iterator[Engine]:
    values = {"cases": CASES, "runs": RUNS}
    with laid_out(template, FILL, values, now=now) as engine:
        yield engine


def indexes(engine: Engine, ask: object, table: str) -> set[str | None]:
    found = reads_of(engine, ask)  # type: ignore[arg-type]
    return {read.index for read in found if read.table == table or read.table is None}


@pytest.fixture(scope="module")
def case_id(full: Engine) -> UUID:
    with unit_of_work(full) as session:
        return UUID(str(session.execute(text("SELECT md5('case3')::uuid")).scalar_one()))


def test_what_is_held_is_found_among_what_is_open(full: Engine, now: datetime) -> None:
    of_open = {"quarantine_open", "quarantine_ending"}  # both hold what is open, and no more

    for ask in (lambda s: decisions.holding(s, REPO), lambda s: held.held(s, REPO, now=now)):
        reads = reads_of(full, ask)
        assert {read.index for read in reads} & of_open
        assert "Seq Scan" not in {read.kind for read in reads if read.table == "quarantine"}


def test_the_clock_finds_ends_by_their_time(full: Engine, now: datetime) -> None:
    def due(session: Session) -> object:
        return endings.due(session, now=now + timedelta(days=3), limit=10)

    def soon(session: Session) -> object:
        return endings.soon(session, now=now, before=now + timedelta(days=3), limit=10)

    assert "quarantine_ending" in indexes(full, due, "quarantine")
    assert "quarantine_ending" in indexes(full, soon, "quarantine")


def test_costs_read_the_runs_of_their_window(full: Engine, now: datetime) -> None:
    since = now - timedelta(days=5)

    failures = reads_of(full, lambda s: plans.failures(s, REPO, since=since, until=now))
    reruns = reads_of(full, lambda s: plans.reruns(s, REPO, since=since, until=now))

    for found, other in ((failures, "finding_pkey"), (reruns, "job_pkey")):
        assert {read.kind for read in found if read.table} & {"Seq Scan"} == set()
        assert {read.index for read in found if read.index} == {"run_recent", other}


def test_reports_and_charts_read_the_runs_of_their_window(full: Engine, now: datetime) -> None:
    since = now - timedelta(days=5)

    def worth(session: Session) -> object:
        return quarantine_reports.excused(session, REPO, since=since, until=now)

    def met(session: Session) -> object:
        return quarantine_reports.met(session, REPO, since=since, until=now)

    def drawn(session: Session) -> object:
        return digests.failures(session, REPO, since=since, until=now, zone=UTC)

    for ask in (worth, met, drawn):
        found = reads_of(full, ask)
        assert "run_recent" in {read.index for read in found}
        whole = {read.table for read in found if read.kind == "Seq Scan"}
        assert whole <= {"quarantine_event", None}  # it is empty here


def test_a_cases_basis_and_last_finding_are_read_by_index(
    full: Engine, case_id: UUID, now: datetime
) -> None:
    since = now - timedelta(days=60)

    def read(session: Session) -> object:
        case = cases.cases(session, REPO, [case_id])[case_id]
        return bases.basis(session, REPO, case, since=since)

    basis = reads_of(full, read)
    last = reads_of(full, lambda s: judgements.last_finding(s, REPO, case_id))

    assert "finding_case" in {read.index for read in basis}
    assert {read.index for read in last} == {"finding_case"}


def test_corrections_are_read_by_their_time(full: Engine, now: datetime) -> None:
    found = reads_of(full, lambda s: feedback.since(s, REPO, now - timedelta(days=15)))

    assert "feedback_recent" in {read.index for read in found}
