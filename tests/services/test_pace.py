"""How long a proof takes: by the runs that have the case, however many jobs a run has."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db import bases, decisions, standings
from app.db.bases import Pace
from app.db.session import unit_of_work
from app.services import acts
from app.services.acts.terms import Wish
from tests.services.acting import MONA
from tests.services.live import REPO, Attempt, Live

FLAKY, OTHER = "case0-0", "case0-1"


def flaked(live: Live, *, jobs: int, runs: int = 40, days: float = 10) -> UUID:
    """Runs of main over some days, each in so many jobs, of which the first flaked three times."""
    for number in range(runs):
        at = live.now - timedelta(days=days * (1 - number / runs))
        for job in range(jobs):
            fails = job == 0 and number % 13 == 7
            results = {FLAKY: (False, True) if fails else (True,), OTHER: (True,)}
            sha = f"{number:040x}"
            live.see([Attempt(number + 1, 1, at, sha, None, None, f"job{job}", results)])
    with unit_of_work(live.engine) as session:
        every = standings.standings(session, REPO)
    return next(one.case_id for one in every if one.name == FLAKY)


def pace(live: Live, case_id: UUID) -> Pace:
    with unit_of_work(live.engine) as session:
        return bases.pace(session, REPO, case_id, until=live.now)


def test_the_jobs_of_a_run_make_a_proof_no_longer(live: Live) -> None:
    case_id = flaked(live, jobs=3)

    with unit_of_work(live.engine) as session:
        acts.activate(session, REPO, case_id, MONA, now=live.now)
        held = decisions.newest(session, REPO, [case_id])[case_id]

    found = pace(live, case_id)
    assert found.runs_a_day == pytest.approx(4.0, rel=0.05)
    assert found.jobs == 3.0
    assert 30 < held.clean_needed < 70  # about 3/p of the 40 runs that it failed three times


def test_runs_without_the_case_bring_its_proof_no_nearer(live: Live) -> None:
    case_id = flaked(live, jobs=1, runs=20, days=2)
    for number in range(100, 130):
        at = live.now - timedelta(hours=number - 99)
        lint = Attempt(number, 1, at, f"{number:040x}", None, None, "lint", {OTHER: (True,)})
        live.store(lint)

    assert pace(live, case_id).runs_a_day == pytest.approx(10.0, rel=0.1)


def test_a_renewal_that_asks_for_no_end_keeps_a_later_one(live: Live) -> None:
    case_id = flaked(live, jobs=1, runs=80, days=2)
    with unit_of_work(live.engine) as session:
        acts.activate(session, REPO, case_id, MONA, now=live.now, wish=Wish(days=30))
    with unit_of_work(live.engine) as session:
        acts.renew(session, REPO, case_id, MONA, reason="Not yet.", now=live.now)
        kept = decisions.newest(session, REPO, [case_id])[case_id].until
    with unit_of_work(live.engine) as session:
        wish = Wish(days=4)
        acts.renew(session, REPO, case_id, MONA, reason="Sooner.", now=live.now, wish=wish)
        asked = decisions.newest(session, REPO, [case_id])[case_id].until

    assert kept == live.now + timedelta(days=30)
    assert asked == live.now + timedelta(days=4)


def test_a_case_that_never_ran_has_no_pace(live: Live) -> None:
    case_id = flaked(live, jobs=1, runs=20)
    with unit_of_work(live.engine) as session:
        session.execute(text("DELETE FROM execution"))

    assert pace(live, case_id) == Pace(0.0, 1.0)


def test_one_report_tells_of_all_that_ran_the_same_cases(live: Live) -> None:
    case_id = flaked(live, jobs=1)
    before = pace(live, case_id)
    with unit_of_work(live.engine) as session:
        session.execute(
            text("DELETE FROM execution WHERE at < (SELECT max(at) FROM report)")  # retention
        )

    assert pace(live, case_id) == before


def test_each_case_has_the_pace_of_a_time_of_its_own(live: Live) -> None:
    case_id = flaked(live, jobs=1, runs=40, days=10)
    early = live.now - timedelta(days=5)
    with unit_of_work(live.engine) as session:
        [other] = session.execute(
            text("SELECT case_id FROM case_ WHERE name = :name"), {"name": OTHER}
        ).scalars()
        found = bases.paces(session, REPO, {case_id: live.now, other: early})
        alone = {
            case_id: bases.pace(session, REPO, case_id, until=live.now),
            other: bases.pace(session, REPO, other, until=early),
        }

    assert found == alone
    assert found[case_id].runs_a_day == pytest.approx(4.0, rel=0.05)
    assert found[other].runs_a_day == pytest.approx(4.2, rel=0.05)
