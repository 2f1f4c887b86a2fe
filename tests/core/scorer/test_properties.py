"""What holds for every history: outages and images raise nobody, names and forks change nothing."""

from dataclasses import replace
from datetime import timedelta
from hashlib import md5
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.scorer.update import update
from tests.core.scorer.world import (
    CASE,
    PER_FOLDER,
    Report,
    World,
    contradicted_on,
    names,
    pushes,
)

SOME = settings(max_examples=6)
seeds = st.integers(min_value=0, max_value=10_000)


@SOME
@given(cases=st.integers(min_value=3, max_value=100), hours=st.integers(3, 40), seed=seeds)
def test_one_outage_of_whatever_size_raises_nobody(cases: int, hours: int, seed: int) -> None:
    world, chance = World(), Random(seed)

    world.play(
        pushes(6),
        lambda one: (
            _some(world, cases, chance) if 48 <= one.hours < 48 + hours and one.attempt == 1 else []
        ),
    )

    assert world.flagged == set()
    assert max(world.scores().values(), default=0.0) <= 0.5


@SOME
@given(cases=st.integers(min_value=3, max_value=90), seed=seeds)
def test_ten_outages_on_ten_days_raise_nobody(cases: int, seed: int) -> None:
    world, chance = World(), Random(seed)

    world.play(
        pushes(14),
        lambda one: (
            _some(world, cases, chance)
            if one.hours % 24 < 4 and one.hours < 240 and one.attempt == 1
            else []
        ),
    )

    assert world.flagged == set()
    assert max(world.scores().values(), default=0.0) <= 0.5


@SOME
@given(seed=seeds)
def test_a_gradual_runner_image_that_breaks_forty_cases_raises_nobody(seed: int) -> None:
    world, chance = World(), Random(seed)
    broken = chance.sample(sorted(world.files), 40)

    def failing(one: Report) -> list[str]:
        is_new_image = 72 <= one.hours < 240 and chance.random() < 1 / 3
        return broken if is_new_image else []

    seen: dict[tuple[int, int], list[str]] = {}
    world.play(pushes(14), lambda one: seen.setdefault((one.run, one.attempt), failing(one)))

    assert world.flagged == set()
    assert max(world.scores().values()) <= 0.5


def test_a_merge_queue_that_drops_a_bad_change_again_and_again_raises_nobody() -> None:
    world = World()
    bad, behind, dropped, again = range(4)
    for run, report in enumerate(pushes(16)):
        entry = run // 8
        pr = {bad: 900, behind: 901, dropped: 901, again: 900}.get(run % 8, 903) + 10 * entry
        queued = replace(report, pr=pr, code=f"q{run}")
        world.see(queued, [CASE] if run % 8 in {bad, behind} else [])

    assert world.flagged == set()
    assert world.score(CASE) <= 0.5


@SOME
@given(seed=seeds)
def test_renaming_and_permuting_cases_changes_nothing(seed: int) -> None:
    chance, order = Random(seed), list(names().items())
    chance.shuffle(order)
    one, other = World(), World(files={_renamed(case): of for case, of in order})
    reports = pushes(8)
    plan = _plan(one, reports, chance)

    one.play(reports, lambda report: plan.get((report.run, report.attempt), []))
    other.play(
        reports,
        lambda report: [_renamed(case) for case in plan.get((report.run, report.attempt), [])][
            ::-1
        ],
    )

    assert sorted(map(_renamed, names())) != [_renamed(case) for case in sorted(names())]
    renamed = {_renamed(case): score for case, score in one.scores().items()}
    assert other.scores() == pytest.approx(renamed, abs=1e-12)


def _renamed(case: str) -> str:
    """Another name, whose place among the others is another one, too."""
    return md5(case.encode(), usedforsecurity=False).hexdigest()


@SOME
@given(seed=seeds)
def test_a_state_is_not_changed_by_the_update_that_it_is_given_to(seed: int) -> None:
    world = World()
    reports = pushes(6)
    plan = _plan(world, reports, Random(seed))
    world.play(reports[:40], lambda one: plan.get((one.run, one.attempt), []))
    before, scores = world.state, world.scores()
    seen = world.observation(reports[40], [CASE, "case1-1"])

    first, again = update(before, seen), update(before, seen)

    assert first == again
    assert world.scores() == scores


@SOME
@given(seed=seeds)
def test_untrusted_evidence_never_moves_the_base_repository(seed: int) -> None:
    world = World()
    contradicted_on(world, 2)
    state = world.state
    chance = Random(seed)

    for number in range(20):
        at = world.now + timedelta(hours=number)
        fork = Report(at, 5000 + number, f"f{number // 2}", pr=77, is_trusted=False)
        world.see(fork, chance.sample(sorted(world.files), 3) if number % 2 == 0 else [])

    assert world.state is state


def _some(world: World, cases: int, chance: Random) -> list[str]:
    """So many cases, of which the first three have a folder each."""
    three = [
        f"case{folder}-{chance.randrange(PER_FOLDER)}" for folder in chance.sample(range(20), 3)
    ]
    others = chance.sample(sorted(world.files.keys() - {*three}), cases - 3)
    return [*three, *others]


def _plan(world: World, reports: list[Report], chance: Random) -> dict[tuple[int, int], list[str]]:
    cases = sorted(world.files)
    return {
        (report.run, 1): chance.sample(cases, chance.choice([1, 1, 2, 9]))
        for report in reports
        if chance.random() < 0.2
    }
