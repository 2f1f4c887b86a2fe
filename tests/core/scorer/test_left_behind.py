"""What a repository leaves behind: breaks of jobs that are gone, and the breadth of outages."""

from datetime import timedelta

from app.core.scorer import assumptions as assumed
from app.core.scorer.standing import is_broken
from tests.core.scorer.world import START, Report, World, names

CASE = "case3-1"


def commits(first: int, last: int, job: str, *, days: float = 0.25) -> list[Report]:
    """Commits of main in one job, so many a day."""
    return [
        Report(START + timedelta(days=days * number), number, f"c{number}", job=job)
        for number in range(first, last)
    ]


def test_a_break_ends_when_its_job_is_told_of_no_more() -> None:
    world = World()
    world.play(commits(1, 20, "test"), lambda one: [CASE] if one.run >= 16 else [], reruns=False)
    while_it_is_told = is_broken(world.state.cases[CASE])

    world.play(commits(20, 60, "test (22.04)"), lambda _: [], reruns=False)
    soon = is_broken(world.state.cases[CASE])
    world.play(commits(60, 90, "test (22.04)"), lambda _: [], reruns=False)

    assert (while_it_is_told, soon) == (True, True)
    assert not is_broken(world.state.cases[CASE])


def test_a_break_that_its_job_still_fails_goes_on() -> None:
    world = World()

    world.play(commits(1, 120, "test"), lambda one: [CASE] if one.run >= 16 else [], reruns=False)

    assert is_broken(world.state.cases[CASE])


def test_a_failure_in_a_wide_outage_remembers_a_few_of_the_groups_beside_it() -> None:
    world = World(files=names(folders=200, per_folder=2))
    everything = list(world.files)

    world.play(commits(1, 20, "test"), lambda _: [], reruns=False)
    world.see(Report(START + timedelta(days=9), 99, "x", pr=7, job="test"), everything)

    (waits,) = world.state.cases[everything[7]].opens
    assert assumed.OTHERS_KEPT <= len(waits.others) <= assumed.OTHERS_KEPT + 1
