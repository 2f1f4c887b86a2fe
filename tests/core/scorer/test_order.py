"""Observations that come late, in another order, or again; and where that makes a difference."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.history.records import CaseSet
from app.core.scorer.assumptions import REPORTS_KEPT
from app.core.scorer.draft import settled
from app.core.scorer.state import CaseState, State
from app.core.scorer.update import update
from tests.core.scorer.world import CASE, Report, World, names, pushes, rerun

SOME = settings(max_examples=5)
seeds = st.integers(min_value=0, max_value=10_000)
Seen = tuple[Report, tuple[str, ...]]
RAN = CaseSet("s", names())  # one for all: two alike are not the same


def story(chance: Random, *, days: int = 5) -> list[Seen]:
    """Two jobs' reports in the order of their times: lone failures, hours apart, all re-run."""
    seen: list[Seen] = []
    folders = list(range(20))
    chance.shuffle(folders)
    for report in pushes(days, every=6.0, jobs=2):
        fails = chance.random() < 0.3
        # Each failure has a folder of its own: none is another's company.
        failing = (f"case{folders.pop()}-1",) if fails and folders else ()
        seen.append((report, failing))
        if failing:
            seen.append((rerun(report), ()))
    return sorted(seen, key=lambda one: (one[0].at, one[0].job))


def after(seen: list[Seen]) -> State:
    world = World(ran=RAN)
    for report, failing in seen:
        world.see(report, failing)
    return world.state


def evidence_in(state: State, at: float) -> dict[str, tuple[object, ...]]:
    """What a state holds of each case, all passes counted, but the moments of looking."""
    return {case: _evidence(settled(state, case, at)) for case in state.cases}


def _evidence(known: CaseState) -> tuple[object, ...]:
    opens = sorted((one.run, one.job, one.code) for one in known.opens)
    return (opens, known.tracks, known.episodes, known.flakes, known.messages)


def end_of(seen: list[Seen]) -> float:
    return max(report.at for report, _ in seen).timestamp() + 86_400


def odds_in(state: State, at: float) -> dict[str, float]:
    return {case: settled(state, case, at).belief.score for case in state.cases}


def delayed(seen: list[Seen], job: str, by: timedelta) -> list[Seen]:
    """The reports as they arrive when all of one job come so much later than they were made."""
    return sorted(seen, key=lambda one: one[0].at + by if one[0].job == job else one[0].at)


@SOME
@given(seed=seeds, minutes=st.integers(min_value=6, max_value=119))
def test_a_job_whose_reports_all_come_late_gives_the_same_evidence(seed: int, minutes: int) -> None:
    seen = story(Random(seed))
    late = delayed(seen, "linux", timedelta(minutes=minutes))
    assert late != seen

    one, other = after(seen), after(late)

    at = end_of(seen)
    assert evidence_in(other, at) == evidence_in(one, at)
    # A case is counted from its first failure on: the other job's report of then, or not.
    assert odds_in(other, at) == pytest.approx(odds_in(one, at), rel=0.02)
    assert other.weather.executions == one.weather.executions


@SOME
@given(seed=seeds)
def test_jobs_of_one_moment_may_come_in_any_order(seed: int) -> None:
    chance = Random(seed)
    seen = [(replace(report, at=report.at.replace(minute=0)), of) for report, of in story(chance)]
    shuffled = list(seen)
    chance.shuffle(shuffled)
    shuffled.sort(key=lambda one: (one[0].at, one[0].attempt))

    one, other = after(seen), after(shuffled)

    at = end_of(seen)
    assert evidence_in(other, at) == evidence_in(one, at)
    assert odds_in(other, at) == pytest.approx(odds_in(one, at), rel=0.02)


@SOME
@given(seed=seeds)
def test_a_fork_s_reports_may_come_whenever_they_do(seed: int) -> None:
    chance = Random(seed)
    seen = story(chance)
    forked: list[Seen] = []
    for report, failing in seen:
        forked.append((report, failing))
        if chance.random() < 0.5:
            fork = Report(report.at, 9_000 + report.run, "fork", pr=900, is_trusted=False)
            forked.append((fork, (CASE,)))

    one, other = after(seen), after(forked)

    assert (other.cases, other.weather) == (one.cases, one.weather)
    assert (other.reports, other.waiting) == (one.reports, one.waiting)


def test_a_pass_that_comes_before_its_failure_contradicts_nothing() -> None:
    failed = pushes(2)[3]
    passed = rerun(failed)

    ordered = after([(failed, (CASE,)), (passed, ())])
    turned = after([(passed, ()), (failed, (CASE,))])

    assert (ordered.cases[CASE].flakes, len(ordered.cases[CASE].opens)) == (1, 0)
    assert (turned.cases[CASE].flakes, len(turned.cases[CASE].opens)) == (0, 1)


@SOME
@given(seed=seeds, late=st.integers(min_value=0, max_value=60))
def test_reports_that_come_again_change_nothing(seed: int, late: int) -> None:
    chance = Random(seed)
    seen = story(chance)
    again: list[Seen] = []
    for place, one in enumerate(seen):
        again += [one, *(chance.choices(seen[max(0, place - late) : place + 1], k=2))]

    assert after(again) == after(seen)


def test_of_so_many_reports_it_is_known_that_they_were_seen() -> None:
    first, *others = pushes(20, every=0.8)
    assert len(others) > REPORTS_KEPT
    for between, is_known in ((REPORTS_KEPT - 1, True), (REPORTS_KEPT, False)):
        once = after([(first, ()), *((one, ()) for one in others[:between])])
        world = World(state=once, ran=RAN)
        world.see(first)

        assert (world.state == once) is is_known


def test_what_another_report_of_the_same_job_says_is_seen() -> None:
    report = pushes(2)[3]

    state = after([(report, ()), (report, (CASE,))])

    assert state.cases[CASE].opens


def test_an_update_is_made_of_state_and_observation_alone() -> None:
    world = World()
    for report, failing in story(Random(3)):
        world.see(report, failing)
    seen = world.observation(rerun(pushes(6)[40]), [CASE])

    assert update(world.state, seen) == update(world.state, seen)
