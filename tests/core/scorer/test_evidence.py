"""What is evidence and what is none: noise taken back, mended commits, unknown changes, company."""

from dataclasses import replace

import pytest

from app.core.scorer.messages import weight
from app.core.scorer.update import update
from tests.core.scorer.world import Report, World, names, pushes, rerun

CASE, OTHER = "case3-1", "case7-2"


def test_what_a_case_failed_by_chance_is_no_noise_once_it_is_flaky() -> None:
    world = World()

    world.play(pushes(3), lambda one: [CASE] if one.run == 8 and one.attempt == 1 else [])
    once = world.state.weather.noise["alone"]
    later = [one for one in pushes(9) if one.run > 36]
    world.play(later, lambda one: [CASE] if one.run == 80 and one.attempt == 1 else [])

    assert once == pytest.approx(0.4)
    assert world.flagged == {CASE}
    assert world.state.weather.noise["alone"] < 0.1


@pytest.mark.parametrize(("touched", "flagged"), [("case3", set()), ("elsewhere", {CASE})])
def test_a_commit_near_the_case_that_the_next_one_mends_is_hardly_evidence(
    touched: str, flagged: set[str]
) -> None:
    world = World(files=names(folders=30))
    for report in [one for one in pushes(12) if one.pr is None]:
        seen = world.observation(report, [CASE] if report.run in {30, 90} else [])
        seen = replace(seen, changed=(f"src/{touched}/cart.py",))
        world.state, said = update(world.state, seen)
        world.flagged |= {one.case for one in said.changes if one.is_flaky}

    assert world.flagged == flagged


@pytest.mark.parametrize(("changed", "flakes"), [(None, 0), (("src/elsewhere.py",), 1)])
def test_a_push_that_mends_is_no_evidence_where_the_change_is_unknown(
    changed: tuple[str, ...] | None, flakes: int
) -> None:
    world = World()
    first, *rest = [one for one in pushes(6) if one.pr == 101]

    for report, failing in ((first, [CASE]), *((one, []) for one in rest)):
        seen = replace(world.observation(report, failing), changed=changed)
        world.state, _ = update(world.state, seen)

    assert world.state.cases[CASE].flakes == flakes


def test_a_fixture_is_found_beside_what_flakes_by_itself() -> None:
    world = World(files=names(per_folder=12))
    crowd = [f"case3-{number}" for number in range(8)]
    failing = {14: crowd, 52: [*crowd, OTHER]}

    world.play(pushes(6), lambda one: failing.get(one.run, []) if one.attempt == 1 else [])

    assert world.flagged == set(crowd)


def test_a_crowd_that_failed_with_others_before_is_believed_less() -> None:
    def odds(outages: int) -> float:
        world = World(files=names(per_folder=12))
        crowd = [f"case3-{number}" for number in range(4)]
        wide = [*crowd, *(f"case{folder}-1" for folder in range(5, 12))]
        failing = {62 + 12 * number: wide for number in range(outages)} | {14: crowd, 200: crowd}
        world.play(pushes(17), lambda one: failing.get(one.run, []) if one.attempt == 1 else [])
        return sum(world.state.cases[CASE].belief.odds)

    assert odds(8) < odds(2) / 2 < odds(0) / 4


def test_where_much_flakes_what_passes_in_a_retry_beside_others_is_evidence() -> None:
    world = World()
    much = [f"case{folder}-0" for folder in range(12)]

    for report in pushes(12):
        place = report.run % 12
        world.see(report, [much[place], much[place - 1]], retried=True)

    assert len(world.flagged) >= 10


def test_one_blip_that_a_retry_outlives_raises_nobody() -> None:
    world = World()
    wide = [f"case{folder}-0" for folder in range(12)]

    for report in pushes(12):
        world.see(report, wide if report.run in {40, 41, 80, 120} else [], retried=True)

    assert world.flagged == set()


def test_a_case_that_is_held_is_nobodys_company() -> None:
    def pushed(world: World, run: int) -> list[str]:
        report = Report(world.now, run, f"x{run}", pr=900)
        world.see(report, [CASE, OTHER])
        world.see(replace(rerun(report), code=f"y{run}", attempt=1))
        return [one for one in (CASE, OTHER) if world.state.cases[one].pushed >= 0.5]

    held, fresh = World(), World()
    failing = {8, 32, 56}
    held.play(pushes(6), lambda one: [OTHER] if one.run in failing and one.attempt == 1 else [])
    fresh.play(pushes(6), lambda _: [])

    assert held.flagged == {OTHER}
    assert pushed(held, 500) == [CASE]
    assert pushed(fresh, 500) == []


def test_the_same_commit_contradicted_on_two_nights_is_evidence_twice_but_a_pull_once() -> None:
    def flagged(pr: int | None) -> set[str]:
        world = World()
        for report in pushes(4):
            same = replace(report, code="c1", pr=pr)
            world.see(same, [CASE] if report.run in {5, 25} else [])
        return world.flagged

    assert flagged(None) == {CASE}
    assert flagged(77) == set()


def test_only_what_stands_alone_tells_the_message_of_a_case_s_flakes() -> None:
    crowd, alone = World(files=names(per_folder=12)), World(files=names(per_folder=12))
    many = [f"case3-{number}" for number in range(6)]

    crowd.play(pushes(3), lambda one: many if one.run == 8 and one.attempt == 1 else [])
    alone.play(pushes(3), lambda one: [CASE] if one.run == 8 and one.attempt == 1 else [])

    assert crowd.state.cases[CASE].messages == {}
    assert list(alone.state.cases[CASE].messages.values()) == [1]


def with_a_flake() -> World:
    """A repository that has shown a flake already, another case's."""
    world = World()
    failing = {5, 20}
    world.play(pushes(3), lambda one: [OTHER] if one.run in failing and one.attempt == 1 else [])
    assert world.flagged == {OTHER}
    return world


@pytest.mark.parametrize(("is_pushed", "flagged"), [(False, {CASE}), (True, set())])
def test_changes_left_red_three_times_tell_a_flake_where_pushes_alone_tell_none(
    *, is_pushed: bool, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(40)[36:]:
        if report.run not in {43, 163, 283}:
            world.see(report)
            continue
        own = replace(report, pr=900 + report.run)
        world.see(own, [CASE])
        if is_pushed:
            world.see(replace(rerun(own), code=f"{own.code}b", attempt=1))

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("suspected", "flagged"), [(False, set()), (True, {CASE})])
def test_a_suspect_that_stands_alone_after_a_long_row_is_held(
    *, suspected: bool, flagged: set[str]
) -> None:
    world = with_a_flake()
    first, *later = pushes(6)[36:]
    for report in (first, rerun(first)):
        world.see(report, [CASE] if suspected and report is first else [])
    row = [one for one in later if one.pr is not None][16:19]

    for report in later:
        world.see(report, [CASE] if report in row else [])
        if report is row[-1]:
            world.see(rerun(report))

    assert world.flagged - {OTHER} == flagged


def test_a_new_message_says_less_of_a_flake_the_longer_it_said_but_one() -> None:
    one = [weight("new", {"same": times}, {}) for times in (1, 5, 20)]
    other = weight("new", {"a": 1, "b": 1, "c": 1, "d": 1}, {})

    assert one == sorted(one, reverse=True)
    assert one[-1] < one[0] / 4
    assert other == one[0]
