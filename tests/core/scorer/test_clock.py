"""Cases that mind the clock: known by the time of day, not by whom they fail with."""

from tests.core.scorer.world import CASE, Report, World, pushes

MIDNIGHT = [CASE, "case7-2", "case11-0"]  # of three folders
DAYS = 5


def is_first_at(one: Report, hour: int) -> bool:
    """Whether it is a first attempt in this hour of the day."""
    return one.at.hour == hour and one.attempt == 1


def test_cases_that_fail_together_at_one_midnight_after_the_other_are_flaky() -> None:
    world = World()

    world.play(pushes(DAYS), lambda one: MIDNIGHT if is_first_at(one, 0) else [])

    assert world.flagged == set(MIDNIGHT)


def test_three_midnights_are_not_enough() -> None:
    world = World()

    world.play(pushes(3), lambda one: MIDNIGHT if is_first_at(one, 0) else [])

    assert world.flagged == set()


def test_the_same_cases_together_at_other_hours_each_day_are_an_outages() -> None:
    world = World()
    hours = {day: 2 * (5 * day % 12) for day in range(1, 31)}

    world.play(pushes(DAYS), lambda one: MIDNIGHT if is_first_at(one, hours[one.at.day]) else [])

    assert world.flagged == set()


def test_what_fails_a_tenth_of_all_cases_each_midnight_is_an_outage() -> None:
    world = World()
    many = [f"case{folder}-0" for folder in range(10)]

    world.play(pushes(DAYS), lambda one: many if is_first_at(one, 0) else [])

    assert world.flagged == set()


def test_what_a_job_fails_that_runs_at_midnight_alone_says_nothing_of_the_clock() -> None:
    world = World()
    nightly = [one for one in pushes(3 * DAYS) if one.at.hour == 0]

    world.play(nightly, lambda one: MIDNIGHT if one.attempt == 1 else [])

    assert world.flagged == set()
