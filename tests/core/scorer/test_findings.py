"""What a finding carries: the facts that moved it, the outage or the break that it belongs to."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.decide import Cause
from app.core.history.records import Observation
from app.core.scorer import facts
from app.core.scorer.facts import How
from app.core.scorer.needs import needed
from app.core.scorer.odds import FAR_BUG_REPORT, FAR_BUG_REPORTS, far_bug_of
from app.core.scorer.state import State, Weather
from app.core.scorer.update import update
from app.core.scorer.weigh import Kind
from tests.core.scorer.world import CASE, Report, World, finding, held, names, pushes, rerun


def test_a_flakes_finding_tells_of_the_earlier_ones() -> None:
    world, reports = World(), pushes(8)
    failing = {13, 43}
    world.play(reports[:80], lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])

    found = finding(world, reports[80], [CASE])

    assert found.cause is Cause.FLAKY
    past = next(one for one in found.facts if isinstance(one, facts.Contradicted))
    assert (past.times, past.days, past.how, past.last_code) == (2, 2, How.RERUN, "c43")
    assert facts.SameMessage(2) in found.facts
    assert facts.FarFromChange(1) in found.facts


def test_a_first_failure_says_after_how_many_passes() -> None:
    world, reports = World(), pushes(4)
    world.play(reports[:40], lambda _: [])

    found = finding(world, reports[40], [CASE])

    assert found.cause is Cause.NEW
    assert found.facts[0] == facts.FirstFailure(40)


def test_a_break_names_its_commit_and_the_last_that_passed() -> None:
    world, reports = World(), pushes(4)
    for report in reports[:30]:
        world.see(report, [CASE] if report.run >= 24 and report.pr is None else [])

    found = finding(world, replace(reports[30], pr=None), [CASE])

    assert found.cause is Cause.BROKEN
    assert found.facts[0] == facts.BrokenSince("c24", 3, 3)
    assert found.broken is not None
    assert (found.broken.since, found.broken.passed) == ("c24", "c21")
    assert [one.commit for one in found.broken.suspects] == ["c24", "c27", "c30", "c31"]
    assert found.broken.suspects[0].p > 0.9


def test_many_groups_failing_at_once_are_one_event() -> None:
    world, reports = World(), pushes(4)
    many = [f"case{folder}-1" for folder in range(8)]
    world.play(reports[:30], lambda _: [])

    first = finding(world, reports[30], many)
    world.see(reports[30], many)
    again = finding(world, replace(reports[32], at=reports[31].at), many)

    assert first.cause is Cause.OUTAGE
    assert first.outage is not None
    assert again.outage == first.outage
    assert any(isinstance(one, facts.FailingBeside) and one.groups == 7 for one in first.facts)


def only(state: State, seen: Observation) -> State:
    cases = needed(state, seen)
    return replace(state, cases={one: state.cases[one] for one in cases if one in state.cases})


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_the_cases_that_an_observation_needs_are_enough(seed: int) -> None:
    world, chance = World(), Random(seed)
    cases = sorted(world.files)
    for report in pushes(5):
        failing = chance.sample(cases, chance.choice([0, 0, 1, 1, 6]))
        for one in (report, rerun(report)):
            seen = world.observation(one, failing if one is report else [])
            whole, said = update(world.state, seen)
            part, same = update(only(world.state, seen), seen)

            assert same == said
            assert part.weather == whole.weather
            assert all(whole.cases[case] == known for case, known in part.cases.items())
            assert all(
                known == world.state.cases.get(case)
                for case, known in whole.cases.items()
                if case not in part.cases
            )
            world.state = whole


def test_code_that_failed_before_is_less_likely_to_flake_whoever_passed_since() -> None:
    world = World()
    failing = {8, 32}
    world.play(pushes(4), lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])
    first, between = pushes(6)[50], pushes(6)[51]

    at_first = finding(world, first, [CASE])
    world.see(first, [CASE])
    world.see(between)
    again = finding(world, rerun(first, hours=3), [CASE])

    assert again.p_flaky < at_first.p_flaky


def test_a_held_case_flakes_beside_a_few_others_and_falls_with_many() -> None:
    world = World(files=names(folders=100, per_folder=10))
    report = held(world)
    some = [f"case{folder}-1" for folder in range(10, 13)]
    many = [f"case{folder}-{number}" for folder in range(10, 50) for number in range(8)]

    alone, few, wide = (finding(world, report, [CASE, *one]) for one in ([], some, many))

    assert alone.p_flaky > few.p_flaky > 0.8
    assert wide.p_flaky < 0.4


def test_the_default_branch_is_believed_broken_the_more_often_it_fails_a_held_case() -> None:
    world = World()
    report = held(world)
    shown = []
    for number in range(4):
        pull = replace(report, run=900, code="p1", pr=900)
        shown.append(finding(world, pull, [CASE]).p_flaky)
        world.see(replace(report, run=901 + number, code=f"m{number}", pr=None), [CASE])

    assert shown == sorted(shown, reverse=True)
    assert shown[1] > 0.9
    assert shown[3] < 0.5


def test_what_a_retry_lets_pass_is_no_bug_though_the_change_lies_near() -> None:
    world = World(files=names(folders=100, per_folder=10))
    report = held(world)

    def shown(*, retried: bool) -> float:
        seen = world.observation(report, [CASE], retried=retried)
        seen = replace(seen, changed=("src/case3/test_1.py",), pr=900)
        _, said = update(world.state, seen)
        return said.findings[0].p_flaky

    assert shown(retried=True) > 0.95
    assert shown(retried=False) < shown(retried=True)


def test_a_bug_far_from_its_change_is_as_frequent_as_the_repository_shows() -> None:
    reports = 2_000
    quiet = Weather(reports=reports)
    buggy = Weather(reports=reports, noise={Kind.PUSHED: 50.0, Kind.PUSHED_JOBS: 40.0})

    assert far_bug_of(Weather()) == FAR_BUG_REPORT
    assert far_bug_of(quiet) < FAR_BUG_REPORT / 10
    assert far_bug_of(buggy) - far_bug_of(quiet) == pytest.approx(90 / (FAR_BUG_REPORTS + reports))


CROWD = [f"case3-{number}" for number in range(4)]


def test_a_crowd_that_failed_on_another_day_is_likelier_a_fixture_than_a_new_one() -> None:
    world, reports = World(), pushes(8)
    world.play(reports[:40], lambda one: CROWD if one.run == 13 and one.attempt == 1 else [])

    again = finding(world, reports[40], CROWD)
    other = finding(world, reports[40], [CASE, "case3-4"])

    assert again.p_flaky > 0.9
    assert facts.SameCrowd(4) in again.facts
    assert other.p_flaky < 0.5


def test_a_crowd_of_more_changes_is_likelier_a_fixture_and_of_one_changes_more_days_is_not() -> (
    None
):
    world, reports = World(), pushes(8)
    world.play(reports[:40], lambda one: CROWD if one.run == 13 and one.attempt == 1 else [])
    ((group, (crowd,)),) = world.state.crowds.items()
    once = finding(world, reports[40], CROWD).p_flaky

    world.state.crowds[group] = (replace(crowd, at=crowd.at - 86_400), crowd)
    assert finding(world, reports[40], CROWD).p_flaky == once
    world.state.crowds[group] = (replace(crowd, at=crowd.at - 86_400, source="other"), crowd)
    assert finding(world, reports[40], CROWD).p_flaky > once


def test_whole_groups_and_crowds_of_the_same_day_tell_of_no_fixture() -> None:
    world, reports = World(), pushes(8)
    failing = {13: [*CROWD, "case3-4"]}
    world.play(reports[:40], lambda one: failing.get(one.run, []) if one.attempt == 1 else [])
    late, hours = replace(reports[40], pr=900), replace(reports[41], pr=901)

    for cases in (failing[13], CROWD[:2]):
        found = finding(world, late, cases)
        assert found.p_flaky < 0.9
        assert not any(isinstance(one, facts.SameCrowd) for one in found.facts)
    world.see(late, CROWD[:2])
    world.see(rerun(late))
    again = finding(world, hours, CROWD[:2])
    assert not any(isinstance(one, facts.SameCrowd) for one in again.facts)


def test_who_fails_in_one_crowd_seldom_flakes_in_another() -> None:
    world, reports = World(), pushes(9)
    failing = {13, 43, 67}
    world.play(reports[:96], lambda one: CROWD if one.run in failing and one.attempt == 1 else [])
    assert set(CROWD) <= world.flagged

    fresh = replace(reports[96], pr=900)
    same = finding(world, fresh, CROWD)
    other = finding(world, fresh, [CASE, "case3-2"])

    assert 1 - other.p_flaky > 10 * (1 - same.p_flaky)


def test_what_the_next_commit_mended_in_a_crowd_is_no_flake_without_that_crowd() -> None:
    """A bug may come back in part; a fixture fails all of them again."""
    reports, shown = pushes(4), {}
    late = replace(reports[20], pr=None)
    for is_rerun in (False, True):
        world = World(files=names(folders=100, per_folder=10))
        world.play(
            reports[:20],
            lambda one: CROWD if one.run == 12 and one.attempt == 1 else [],
            reruns=is_rerun,
        )
        shown[is_rerun] = [finding(world, late, failing).p_flaky for failing in ([CASE], CROWD)]

    (alone, again), (alone_rerun, _) = shown[False], shown[True]
    assert alone < 0.6 < alone_rerun
    assert alone < again


def test_who_always_failed_alone_seldom_flakes_among_its_group() -> None:
    world = World()
    report = held(world)
    alone = finding(world, report, [CASE])
    beside = finding(world, report, [CASE, "case3-2"])

    assert 1 - beside.p_flaky > 3 * (1 - alone.p_flaky)


def test_an_earlier_push_that_failed_is_remembered_though_others_passed_since() -> None:
    world, reports = World(), pushes(8)
    failing = {8, 32}
    world.play(reports[:60], lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])
    first = replace(reports[60], pr=900)
    fresh = finding(world, replace(reports[63], pr=901), [CASE])

    world.see(first, [CASE])
    world.see(replace(reports[61], pr=None))
    again = finding(world, replace(reports[63], pr=900), [CASE])
    other = finding(world, replace(reports[63], pr=901), [CASE])
    world.see(rerun(first))
    cleared = finding(world, replace(reports[63], pr=900), [CASE])

    assert facts.EarlierPush() in again.facts
    assert again.p_flaky < other.p_flaky <= fresh.p_flaky * 1.05
    assert cleared.p_flaky > again.p_flaky
    assert facts.EarlierPush() not in cleared.facts


def test_a_streak_counts_pull_requests_and_commits_and_each_but_once() -> None:
    world, reports = World(), pushes(8)
    world.play(reports[:60], lambda _: [])
    broken, later, other = (
        replace(reports[60 + number], pr=pr) for number, pr in ((0, None), (3, None), (6, 900))
    )

    alone = finding(world, rerun_after(world, broken), [CASE])
    on_main = finding(world, rerun_after(world, later), [CASE])
    on_a_change = finding(world, rerun_after(world, other), [CASE])

    assert [one for one in alone.facts if isinstance(one, facts.Streak)] == []
    assert facts.Streak(2, is_least=False) in on_main.facts
    assert facts.Streak(3, is_least=False) in on_a_change.facts
    assert facts.EarlierPush() not in on_a_change.facts


def rerun_after(world: World, report: Report) -> Report:
    """The second attempt at what failed just now."""
    world.see(report, [CASE])
    return rerun(report)
