"""Crowds that fail together again and again, and pull requests that are left red."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scorer.world import CASE, World, names, pushes

FILES = names(per_folder=12)
CROWD = [f"case3-{number}" for number in range(5)]
SOME = settings(max_examples=5)
seeds = st.integers(min_value=0, max_value=10_000)


def on_pull_requests(failing: Mapping[int, Sequence[str]], *, pushed: bool, days: int) -> World:
    """Pull requests of one push, and a second where it is red and so wished; by run, who fails."""
    world = World(files=FILES)
    for run, report in enumerate(pushes(days, every=3.0, prs=1_000), start=1):
        is_pull = report.pr is not None
        world.see(report, failing.get(run, []) if is_pull else [])
        if is_pull and failing.get(run) and pushed:
            again = pushes(days, every=3.0, prs=1_000)[run]
            world.see(type(again)(again.at, 10_000 + run, f"p{run}", pr=report.pr))
    return world


def runs_of_pulls(times: int) -> list[int]:
    """So many runs of pull requests, each a day after the other."""
    return [8 * number + (8 * number % 3 == 0) for number in range(1, times + 1)]


def test_a_fixture_that_fails_the_same_crowd_on_two_days_is_found() -> None:
    world = World()
    crowd = [f"case3-{number}" for number in range(5)]

    world.play(pushes(6), lambda one: crowd if one.run in {15, 50} and one.attempt == 1 else [])

    assert world.flagged == set(crowd)


def test_other_crowds_of_one_group_on_two_days_are_no_fixture() -> None:
    world = World(files=names(per_folder=12))
    first = [f"case3-{number}" for number in range(6)]
    second = [f"case3-{number}" for number in range(6, 12)]
    failing = {15: first, 50: second}

    world.play(pushes(6), lambda one: failing.get(one.run, []) if one.attempt == 1 else [])

    assert world.flagged == set()


def test_a_crowd_that_only_pushes_contradict_is_a_fixture_from_the_fourth_on() -> None:
    seen = {
        times: on_pull_requests(
            dict.fromkeys(runs_of_pulls(times), CROWD), pushed=True, days=8
        ).flagged
        for times in (3, 4)
    }

    assert seen == {3: set(), 4: set(CROWD)}


@pytest.mark.parametrize("seed", range(8))  # one of 800 has crowds that are alike by chance
def test_bugs_that_fail_other_crowds_of_one_folder_raise_nobody(seed: int) -> None:
    chance = Random(seed)
    group = [f"case3-{number}" for number in range(12)]
    failing = {run: chance.sample(group, chance.randint(4, 5)) for run in runs_of_pulls(6)}

    world = on_pull_requests(failing, pushed=True, days=9)

    assert world.flagged == set()


@SOME
@given(times=st.integers(min_value=1, max_value=6))
def test_pull_requests_that_are_left_red_never_raise_a_case_alone(times: int) -> None:
    world = on_pull_requests({run: [CASE] for run in runs_of_pulls(times)}, pushed=False, days=14)

    assert 0.0 < world.score(CASE) <= 0.6
    assert world.flagged == set()


@pytest.mark.parametrize(("left", "raised"), [({17}, set()), ({17, 41}, {CASE})])
def test_two_that_are_left_red_and_one_that_is_run_again_raise_a_case(
    left: set[int], raised: set[str]
) -> None:
    world = World()
    reports = pushes(9, prs=1_000)

    world.play(reports, lambda one: [CASE] if one.run in left else [], reruns=False)
    assert world.state.cases[CASE].pushed == pytest.approx(0.4 if len(left) == 1 else 1.5)
    later = [one for one in pushes(14, prs=1_000) if one.run > reports[-1].run]
    failing = {later[40].run}
    world.play(later, lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])

    assert world.flagged == raised


def test_a_failure_that_the_default_branch_shows_too_was_not_left() -> None:
    world = World()
    broken = range(16, 25)

    world.play(pushes(9, prs=1_000), lambda one: [CASE] if one.run in broken else [], reruns=False)

    assert world.state.cases[CASE].pushed == 0.0
    assert world.state.cases[CASE].flakes == 0


def test_what_lands_again_soon_after_it_broke_the_branch_is_no_flake() -> None:
    world = World()
    commits = [one for one in pushes(8) if one.pr is None]
    broken, again = {10, 11, 12}, {16, 22}

    for number, report in enumerate(commits):
        world.see(report, [CASE] if number in broken | again else [])

    assert world.state.cases[CASE].flakes == 0
    assert world.flagged == set()


def test_a_case_that_fails_with_a_crowd_for_the_first_time_is_not_held() -> None:
    world = World(files=FILES)
    failing = {14: CROWD, 52: [*CROWD, "case3-9"]}

    world.play(pushes(6), lambda one: failing.get(one.run, []) if one.attempt == 1 else [])

    assert world.flagged == set(CROWD)


def test_a_pull_request_s_bug_and_a_full_disk_on_the_branch_are_no_fixture() -> None:
    world = World(files=FILES)
    reports = pushes(6, prs=1_000)
    bug, disk = reports[13], reports[53]

    for report in reports:
        world.see(report, CROWD if report in {bug, disk} else [])
        if report is bug:
            world.see(replace(report, run=900, code="mended"))

    assert (bug.pr is None, disk.pr is None) == (False, True)
    assert world.flagged == set()
