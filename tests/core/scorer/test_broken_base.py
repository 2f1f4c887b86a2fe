"""A pull request that fails what its base fails tells nothing of a flake, once that is known."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.core.scorer.state import Open
from app.core.scorer.update import update
from tests.core.scorer.world import CASE, START, Report, World


def see(world: World, number: int, *, fails: bool = False) -> None:
    """A commit of main."""
    world.see(Report(at(number), number, f"c{number}"), [CASE] if fails else [])


def pull(world: World, hours: int, pr: int, base: str, *, fails: bool = False) -> None:
    """A push of a pull request that was merged with a commit of main."""
    report = Report(at(hours), 100 * pr + hours, f"p{hours}+{base}", pr=pr)
    seen = world.observation(report, [CASE] if fails else [])
    world.state, _ = update(world.state, replace(seen, base=base))


def at(hours: int) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=hours)


def waiting(world: World) -> list[Open]:
    """What waits of pull requests."""
    return [one for one in world.state.cases[CASE].opens if one.pr is not None]


@pytest.mark.parametrize(("base", "evidence"), [("c6", 0.0), ("c3", 0.5)])
def test_what_a_push_onto_a_mended_base_lets_pass_is_no_flake(base: str, evidence: float) -> None:
    world = World()
    for number in range(1, 7):
        see(world, number, fails=number > 4)
    pull(world, 7, 8, "c2")
    pull(world, 8, 7, base, fails=True)
    pull(world, 9, 8, "c2")
    see(world, 10)

    pull(world, 11, 7, "c10")

    assert world.state.cases[CASE].pushed == evidence


@pytest.mark.parametrize(("base", "evidence"), [("c5", 0.0), ("c4", 0.5)])
def test_so_it_is_where_the_base_is_known_to_be_broken_only_later(
    base: str, evidence: float
) -> None:
    world = World()
    for number in range(1, 5):
        see(world, number)
    pull(world, 4, 7, base, fails=True)
    pull(world, 4, 8, "c2")
    see(world, 5, fails=True)
    while_unknown = [one.is_on_broken for one in waiting(world)]
    see(world, 6, fails=True)
    see(world, 10)

    pull(world, 11, 7, "c10")

    assert while_unknown == [False]
    assert world.state.cases[CASE].pushed == evidence


@pytest.mark.parametrize(("base", "crowds"), [("c5", 0), ("c4", 1)])
def test_a_group_that_its_base_fails_is_no_fixtures_crowd(base: str, crowds: int) -> None:
    world, group = World(), [f"case3-{number}" for number in range(4)]
    for number in range(1, 5):
        see(world, number)
    seen = world.observation(Report(at(4), 704, f"p4+{base}", pr=7), group)
    world.state, _ = update(world.state, replace(seen, base=base))
    pull(world, 4, 8, "c2")
    for number in (5, 6, 10):
        world.see(Report(at(number), number, f"c{number}"), group if number < 10 else [])

    pull(world, 11, 7, "c10")

    assert len(world.state.crowds.get("tests/case3", ())) == crowds


def test_a_re_run_that_passes_contradicts_the_base_as_well() -> None:
    world = World()
    for number in range(1, 7):
        see(world, number, fails=number > 4)
    pull(world, 7, 8, "c2")
    pull(world, 8, 7, "c6", fails=True)
    assert [one.is_on_broken for one in waiting(world)] == [True]

    report = Report(at(9), 708, "p8+c6", attempt=2, pr=7)
    seen = world.observation(report, [])
    world.state, _ = update(world.state, replace(seen, base="c6"))

    assert world.state.cases[CASE].episodes > 0
