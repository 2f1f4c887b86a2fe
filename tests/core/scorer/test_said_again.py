"""What the same message again is worth, and several sources in one half day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.history.records import Execution
from app.core.outcomes import Outcome
from app.core.scorer.update import update
from tests.core.scorer.world import START, Report, World, names, pushes, rerun

CASE, OTHER = "case3-1", "case7-2"
CROWD = [f"case3-{number}" for number in range(5)]
ONE, ANOTHER = "TimeoutError: no answer", "AssertionError: the cart is empty"


def see(world: World, report: Report, failing: Sequence[str] = (), says: str = ONE) -> None:
    """A report whose failures say something of their own."""
    results = dict.fromkeys(failing, (Execution(Outcome.FAILED, says),))
    world.state, said = update(world.state, replace(world.observation(report), results=results))
    world.flagged |= {change.case for change in said.changes if change.is_flaky}


def with_a_flake() -> World:
    """A repository that has shown a flake already, another case's."""
    world = World(files=names(per_folder=12))
    failing = {5, 20}
    world.play(pushes(3), lambda one: [OTHER] if one.run in failing and one.attempt == 1 else [])
    assert world.flagged == {OTHER}
    return world


@pytest.mark.parametrize(("says", "flagged"), [(ONE, {CASE}), (ANOTHER, set())])
def test_one_left_red_and_one_run_again_tell_a_flake_where_both_say_the_same(
    says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        is_left, is_run_again = report.run == 43, report.run == 151
        if is_run_again:
            see(world, report, [CASE], says)
            see(world, rerun(report))
        else:
            own = replace(report, pr=900) if is_left else report
            see(world, own, [CASE] if is_left else [])

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("times", "flagged"), [(3, set()), (4, {CASE})])
def test_four_sources_of_one_half_day_tell_a_burst(times: int, flagged: set[str]) -> None:
    world = with_a_flake()
    for report in pushes(5, prs=1_000)[36:]:
        if not 40 < report.run <= 40 + times:
            see(world, report)
            continue
        own = replace(report, pr=900 + report.run)
        see(world, own, [CASE])
        see(world, rerun(own))

    assert world.flagged - {OTHER} == flagged


def test_four_sources_within_the_hour_are_one_event() -> None:
    world = with_a_flake()
    for number in range(4):
        at = START + timedelta(days=4, minutes=10 * number)
        report = Report(at, 900 + number, f"x{number}", pr=900 + number)
        see(world, report, [CASE])
        see(world, rerun(report, hours=0.05))

    assert world.flagged == {OTHER}


@pytest.mark.parametrize(("says", "flagged"), [(ONE, set(CROWD)), (ANOTHER, set())])
def test_the_third_crowd_that_a_push_mends_is_a_fixture_where_all_say_the_same(
    says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        if report.run not in {61, 121, 181}:
            see(world, report)
            continue
        own = replace(report, pr=900 + report.run)
        see(world, own, CROWD, says if report.run == 121 else ONE)
        see(world, replace(rerun(own), code=f"{own.code}b", attempt=1))

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("says", "flakes"), [(ONE, 2), (ANOTHER, 1)])
def test_what_a_broken_branch_fails_soon_after_is_a_flake_where_its_flakes_said_so(
    says: str, flakes: int
) -> None:
    world = with_a_flake()
    first, *commits = [one for one in pushes(9)[36:] if one.pr is None]
    see(world, first, [CASE])
    see(world, rerun(first))
    for number, report in enumerate(commits):
        is_broken = number in {3, 4, 5}
        see(
            world,
            report,
            [CASE] if is_broken or number == 9 else [],
            ANOTHER if is_broken else says,
        )

    assert world.state.cases[CASE].flakes == flakes
