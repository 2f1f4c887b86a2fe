"""A series of runs: names, times, and standings equal to those of the executions in full."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import standing_of
from app.core.outcomes import Outcome, ReportedCase, ReportedExecution
from app.core.runs import BranchClass
from app.core.series import FIRST_DAY, RunName, Series, SeriesRun, dated, run_name
from app.core.verdicts import Sighting, verdicts_of

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "run", "code", "attempt"),
    [
        ("4f2c1d9", "4f2c1d9", "4f2c1d9", 1),
        ("4f2c1d9.zip", "4f2c1d9", "4f2c1d9", 1),
        ("4f2c1d9.attempt2", "4f2c1d9", "4f2c1d9", 2),
        ("4f2c1d9.attempt12.ZIP", "4f2c1d9", "4f2c1d9", 12),
        ("4f2c1d9#nightly", "4f2c1d9#nightly", "4f2c1d9", 1),
        ("4f2c1d9#nightly.attempt3.zip", "4f2c1d9#nightly", "4f2c1d9", 3),
        ("build.7", "build.7", "build.7", 1),
        ("run.attempt0", "run", "run", 1),
        ("#", "#", "#", 1),
        (".attempt2", ".attempt2", ".attempt2", 1),
    ],
)
def test_a_name_tells_code_run_and_attempt(name: str, run: str, code: str, attempt: int) -> None:
    assert run_name(name) == RunName(run=run, code=code, attempt=attempt)


def test_runs_without_a_time_follow_the_one_before() -> None:
    told = [
        _run(1, at=START),
        _run(1, attempt=2),
        _run(2),
        _run(3, at=START + timedelta(days=9)),
        _run(4),
    ]

    times = [at for _, at in dated(told)]

    assert times == [
        START,
        START + timedelta(hours=1),
        START + timedelta(days=1, hours=1),
        START + timedelta(days=9),
        START + timedelta(days=10),
    ]


def test_a_series_without_any_time_begins_somewhere() -> None:
    assert [at for _, at in dated([_run(1), _run(2)])] == [
        FIRST_DAY,
        FIRST_DAY + timedelta(days=1),
    ]


executions = st.lists(st.sampled_from(Outcome), min_size=1, max_size=3)
reported = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["", "linux", "windows"]), executions),
    max_size=12,
    unique_by=lambda told: told[:2],
)


@given(reported)
def test_a_series_judges_as_if_it_had_kept_everything(
    told: list[tuple[int, str, list[Outcome]]],
) -> None:
    runs = [_run(n // 2, attempt=n % 2 + 1, at=START + timedelta(days=n)) for n in range(6)]
    series = Series()
    for run, variant, outcomes in told:
        series.add(run, variant, _case(outcomes))

    judged = series.judged(runs, branch="main")

    expected = standing_of(verdicts_of(_sightings(told, runs)), branch="main")
    assert [case.standing for case in judged] == ([expected] if told else [])
    assert series.executions == sum(len(outcomes) for _, _, outcomes in told)


def test_the_worst_comes_first() -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    stories = {
        "healthy": [[passed], [passed]],
        "once": [[passed], [failed]],
        "suspect": [[failed, passed], [passed]],
        "flaky": [[failed, passed], [failed, passed]],
        "broken": [[failed], [failed]],
    }
    series = Series()
    for name, runs in stories.items():
        for number, outcomes in enumerate(runs):
            series.add(number, "", _case(outcomes, name=name))

    judged = series.judged([_run(1, at=START), _run(2)], branch="main")

    assert [case.name.split("::")[1] for case in judged] == [
        "broken",
        "flaky",
        "suspect",
        "once",
        "healthy",
    ]


def test_what_a_report_tells_apart_itself_is_a_variant() -> None:
    series = Series()
    for browser, outcome in [("firefox", Outcome.FAILED), ("webkit", Outcome.PASSED)]:
        series.add(0, "e2e", _case([outcome])._replace(variant=browser))

    (case,) = series.judged([_run(1, at=START)], branch="main")

    assert (case.standing.flakes, case.standing.runs) == (0, 2)


def _run(number: int, *, attempt: int = 1, at: datetime | None = None) -> SeriesRun:
    return SeriesRun(f"c{number}", f"c{number}", run_id=number, attempt=attempt, at=at)


def _case(outcomes: list[Outcome], *, name: str = "test_it") -> ReportedCase:
    *earlier, last = (ReportedExecution(outcome) for outcome in outcomes)
    return ReportedCase("pytest", "shop", name, "", None, None, last, tuple(earlier))


def _sightings(told: list[tuple[int, str, list[Outcome]]], runs: list[SeriesRun]) -> list[Sighting]:
    return [
        Sighting(
            at=runs[number].at or START,
            outcome=outcome,
            code=runs[number].code,
            head_sha=runs[number].shown,
            variant=variant,
            branch_class=BranchClass.DEFAULT,
            pr_number=None,
            is_trusted=True,
            run_id=runs[number].run_id,
            attempt=runs[number].attempt,
            nth=nth,
        )
        for number, variant, outcomes in told
        for nth, outcome in enumerate(outcomes, start=1)
    ]
