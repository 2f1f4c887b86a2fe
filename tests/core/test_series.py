"""A series of runs: names, times, and standings that are those of a backtest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import State
from app.core.history.records import CaseSet, Execution, Observation
from app.core.identity import case_id
from app.core.outcomes import Outcome
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import replay
from app.core.series import (
    FIRST_DAY,
    NO_REPOSITORY,
    RunName,
    Series,
    SeriesRun,
    dated,
    run_name,
)
from app.core.statistics import wilson_interval
from tests.core.stories import case, standing

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
def test_a_series_is_judged_as_a_backtest_of_the_same_runs_is(
    told: list[tuple[int, str, list[Outcome]]],
) -> None:
    runs = [_run(n // 2, attempt=n % 2 + 1, at=START + timedelta(days=n)) for n in range(6)]
    series = Series()
    for number in range(6):
        for run, variant, outcomes in told:
            if run == number:
                series.add(variant, "junit.xml", case(outcomes))
        series.end_run(number)

    judged = series.judged(runs, branch="main")

    replayed = replay(_observations(told), scorer_of(ScorerName.EVIDENCE), reports=0, checkpoints=0)
    found = [one.standing for one in judged if one.standing.failures]
    assert [(one.state, one.score, one.rate, one.rate_interval) for one in found] == [
        (one.state, one.score, one.rate, one.rate_interval) for one in replayed.judged()
    ]
    assert series.executions == sum(len(outcomes) for _, _, outcomes in told)


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("PPPP", State.HEALTHY),
        ("PXPP", State.SUSPECT),
        ("PXPXPP", State.FLAKY),
        ("PPFFF", State.BROKEN),
        ("SSSS", State.HEALTHY),
    ],
)
def test_a_story_ends_in_a_state(story: str, state: State) -> None:
    assert standing(story).state is state


def test_a_case_that_never_failed_has_the_interval_of_its_runs() -> None:
    found = standing("PPSPP")

    assert (found.rate, found.rate_interval, found.runs) == (0.0, wilson_interval(0, 4), 4)


def test_the_worst_comes_first() -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    stories = {
        "healthy": [[passed], [passed], [passed]],
        "suspect": [[failed, passed], [passed], [passed]],
        "flaky": [[failed, passed], [failed, passed], [passed]],
        "broken": [[passed], [failed], [failed]],
    }
    series = Series()
    for number in range(3):
        for name, told in stories.items():
            series.add("", "junit.xml", case(told[number], name=name))
        series.end_run(number)

    judged = series.judged([_run(1, at=START), _run(2), _run(3)], branch="main")

    assert [one.name.split("::")[1] for one in judged] == ["broken", "flaky", "suspect", "healthy"]


def test_what_a_report_tells_apart_itself_is_a_job() -> None:
    series = Series()
    for browser, outcome in [("firefox", Outcome.FAILED), ("webkit", Outcome.PASSED)]:
        series.add("e2e", "junit.xml", case([outcome])._replace(variant=browser))
    series.end_run(0)

    (found,) = series.judged([_run(1, at=START)], branch="main")

    assert (found.standing.flakes, found.standing.state) == (0, State.HEALTHY)


def test_reports_of_one_job_with_the_same_case_contradict_nothing() -> None:
    series = Series()
    for number in range(3):
        series.add("unit", "py311.xml", case([Outcome.FAILED]))
        series.add("unit", "py312.xml", case([Outcome.PASSED]))
        series.end_run(number)

    (found,) = series.judged([_run(1, at=START), _run(2), _run(3)], branch="main")

    assert (found.standing.flakes, found.standing.state) == (0, State.BROKEN)


def test_a_run_that_is_dropped_leaves_nothing_in_the_next_one() -> None:
    series = Series()
    series.add("unit", "junit.xml", case([Outcome.FAILED]))
    series.drop_run()
    series.add("unit", "junit.xml", case([Outcome.PASSED]))
    series.end_run(0)

    (found,) = series.judged([_run(1, at=START)], branch="main")

    assert (found.standing.failures, found.standing.runs) == (0, 1)


def _run(number: int, *, attempt: int = 1, at: datetime | None = None) -> SeriesRun:
    return SeriesRun(f"c{number}", f"c{number}", run_id=number, attempt=attempt, at=at)


def _observations(told: list[tuple[int, str, list[Outcome]]]) -> list[Observation]:
    name = case_id(NO_REPOSITORY, case([Outcome.PASSED])).hex()
    ran = CaseSet("all", {name: "shop.py"})
    return [
        Observation(
            at=START + timedelta(days=number),
            run=number // 2,
            attempt=number % 2 + 1,
            job=job,
            code=f"c{number // 2}",
            branch="main",
            pr=None,
            base=None,
            changed=None,
            is_trusted=True,
            ran=ran,
            not_run=frozenset(),
            results={name: tuple(Execution(one, None) for one in outcomes)},
        )
        for number, job, outcomes in sorted(told, key=lambda one: one[:2])
    ]
