"""A case that fails alone: raised where it is contradicted on two days, and by nothing else."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.scorer.draft import settled
from app.core.scorer.standing import score_of
from app.core.scorer.update import update
from tests.core.scorer.world import CASE, World, contradicted_on, pushes, rerun

SOME = settings(max_examples=6)


@SOME
@given(broken_from=st.integers(min_value=10, max_value=150), job_count=st.integers(1, 3))
def test_failing_always_from_one_commit_on_never_raises_the_score_above_a_half(
    broken_from: int, job_count: int
) -> None:
    world = World()
    highest = 0.0

    for report in pushes(20, jobs=job_count):
        world.see(report, [CASE] if report.run >= broken_from else [])
        if CASE in world.state.cases:
            known = settled(world.state, CASE, world.now.timestamp())
            highest = max(highest, score_of(known, world.state.weather))

    assert highest <= 0.5


@SOME
@given(broken_from=st.integers(40, 90), seed=st.integers(0, 10_000))
def test_neither_does_it_where_pull_requests_pass_without_the_commit(
    broken_from: int, seed: int
) -> None:
    world, chance, highest = World(), Random(seed), 0.0
    base = 0  # of what a pull request was merged with
    for report in pushes(14):
        if report.pr is None:
            base = report.run
            merged = base
        else:
            merged = chance.choice([base, max(0, base - chance.choice([3, 6, 12, 24]))])
        for one in (report, rerun(report)) if chance.random() < 0.3 else (report,):
            seen = world.observation(one, [CASE] if merged >= broken_from else [])
            seen = seen if one.pr is None else replace(seen, base=f"c{merged}")
            world.state, _ = update(world.state, seen)
            world.now = max(world.now, one.at)
            highest = max(highest, world.score(CASE))

    assert CASE in world.state.cases
    assert highest <= 0.5


@SOME
@given(every=st.integers(min_value=1, max_value=5))
def test_contradicted_alone_on_two_days_raises_the_score_above_a_half(every: int) -> None:
    world = World()

    contradicted_on(world, 2, every=every)

    assert world.score(CASE) > 0.5
    assert world.flagged == {CASE}


def test_contradicted_on_one_day_alone_is_not_enough() -> None:
    world = World()

    contradicted_on(world, 1)

    assert 0.1 < world.score(CASE) <= 0.6
    assert world.flagged == set()


@SOME
@given(days=st.integers(2, 5), every=st.integers(1, 4))
def test_a_fixed_flake_decays(days: int, every: int) -> None:
    world = World()
    contradicted_on(world, days, every=every)
    scores = [world.score(CASE)]

    for number, report in enumerate(pushes(100)[world.last_run :]):
        world.see(report)
        if number % 84 == 83:
            scores.append(world.score(CASE))

    assert scores[0] > 0.9
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.5
    assert world.state.cases[CASE].flagged_at is None


@SOME
@given(days=st.integers(2, 8), every=st.integers(1, 5))
def test_the_score_grows_with_contradicted_failures(days: int, every: int) -> None:
    world = World()
    failing = {3 + 12 * every * number for number in range(1, days + 1)}
    grown = []

    for report in pushes(every * days + 2):
        before = world.score(CASE)
        if report.run in failing:
            world.see(report, [CASE])
            world.see(rerun(report))
            grown.append(world.score(CASE) > before)
        else:
            world.see(report)

    assert grown == [True] * days
    assert world.score(CASE) > 0.95


@SOME
@given(passes=st.integers(1, 60), days=st.integers(1, 2), job_count=st.integers(1, 3))
def test_passes_counted_one_by_one_are_passes_counted_at_once(
    passes: int, days: int, job_count: int
) -> None:
    world = World()
    contradicted_on(world, days)
    each = World(state=world.state, now=world.now, ran=world.ran)

    for report in pushes(40, jobs=job_count)[job_count * world.last_run :][:passes]:
        world.see(report)
        each.see(report)
        known = settled(each.state, CASE, each.now.timestamp())
        each.state = replace(each.state, cases={**each.state.cases, CASE: known})

    assert each.score(CASE) == pytest.approx(world.score(CASE), abs=1e-9)
    at_end = [settled(one.state, CASE, one.now.timestamp()) for one in (world, each)]
    assert at_end[0].executions == at_end[1].executions


def test_an_in_run_retry_is_evidence_like_a_re_run() -> None:
    world = World()
    for report in pushes(5):
        world.see(report, [CASE] if report.run in {15, 40} else [], retried=True)

    assert world.flagged == {CASE}


def test_a_burst_is_one_piece_of_evidence() -> None:
    world = World()
    reports = pushes(4)
    burst = {report.run for report in reports if 24 <= report.hours < 30}

    world.play(reports, lambda one: [CASE] if one.run in burst and one.attempt == 1 else [])

    assert world.state.cases[CASE].episodes <= 1
    assert world.flagged == set()


def test_the_best_of_a_half_day_counts_whatever_came_first() -> None:
    world = World()
    beside = [CASE, "case5-1"]
    failing = {15: beside, 18: [CASE], 40: [CASE]}

    world.play(pushes(5), lambda one: failing.get(one.run, []) if one.attempt == 1 else [])

    assert world.flagged == {CASE}


def test_a_re_run_long_after_says_nothing() -> None:
    world = World()
    first = [one for one in pushes(9) if one.pr is not None]
    for report in first[:60]:
        world.see(report, [CASE] if report.run in {13, 43} else [])
    for report in first[:60]:
        if report.run in {13, 43}:
            world.see(rerun(report, hours=200))

    assert world.flagged == set()
