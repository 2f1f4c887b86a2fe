"""What holds for every history: breaks and outages raise nobody, contradictions do."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.scorer.belief import RATES, Belief, unknown
from app.core.scorer.draft import settled
from app.core.scorer.standing import score_of
from app.core.scorer.update import update
from tests.core.scorer.world import Report, World, names, pushes, rerun

CASE = "case3-1"
SOME = settings(max_examples=6, deadline=None)
seeds = st.integers(min_value=0, max_value=10_000)


def contradicted_on(world: World, days: int, *, every: int = 2, from_day: int = 1) -> None:
    """A case that fails alone every other day, and passes in the re-run."""
    first = {from_day * 24 + every * 24 * number for number in range(days)}
    reports = pushes(from_day + every * days + 1)
    failing = {
        report.run for report in reports if any(0 <= report.hours - hour < 2 for hour in first)
    }
    world.play(
        reports,
        lambda one: [CASE] if one.run in failing and one.attempt == 1 else [],
    )


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
@given(share=st.floats(min_value=0.1, max_value=1.0), seed=seeds)
def test_one_outage_of_whatever_size_raises_nobody(share: float, seed: int) -> None:
    world, chance = World(), Random(seed)

    world.play(
        pushes(6),
        lambda one: (
            _some(world, share, chance) if 48 <= one.hours < 54 and one.attempt == 1 else []
        ),
    )

    assert world.flagged == set()
    assert max(world.scores().values(), default=0.0) <= 0.5


@SOME
@given(share=st.floats(min_value=0.1, max_value=0.9), seed=seeds)
def test_ten_outages_on_ten_days_raise_nobody(share: float, seed: int) -> None:
    world, chance = World(), Random(seed)

    world.play(
        pushes(14),
        lambda one: (
            _some(world, share, chance)
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
    one, other = World(), World(files=dict(reversed(names(word="zebra").items())))
    reports = pushes(8)
    plan = _plan(one, reports, Random(seed))

    one.play(reports, lambda report: plan.get((report.run, report.attempt), []))
    other.play(
        reports,
        lambda report: [
            case.replace("case", "zebra")
            for case in reversed(plan.get((report.run, report.attempt), []))
        ],
    )

    renamed = {case.replace("case", "zebra"): score for case, score in one.scores().items()}
    assert other.scores() == pytest.approx(renamed, abs=1e-12)


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


@SOME
@given(
    passes=st.integers(min_value=1, max_value=400),
    seconds=st.floats(min_value=0, max_value=1e7),
    failures=st.integers(min_value=0, max_value=3),
)
def test_n_passes_in_one_step_equal_n_steps(passes: int, seconds: float, failures: int) -> None:
    belief = unknown()
    for _ in range(failures):
        belief = belief.weighed(noise=1e-6, cap=60)

    at_once = belief.after(passes, seconds)
    step_by_step = belief
    for _ in range(passes):
        step_by_step = step_by_step.after(1, seconds / passes)

    assert step_by_step.score == pytest.approx(at_once.score, abs=1e-9)


@given(
    st.floats(min_value=1, max_value=500),
    st.floats(min_value=1e-7, max_value=1e-3),
    st.booleans(),
)
def test_evidence_never_lowers_the_odds_and_never_passes_its_cap(
    cap: float, noise: float, is_first: bool
) -> None:
    before = unknown()

    after = before.weighed(noise=noise, cap=cap, is_first=is_first)

    old, new = sum(before.now()), sum(after.now())
    assert old <= new * (1 + 1e-12)
    assert new <= old * cap * (1 + 1e-12)


def test_further_evidence_tells_the_rate_and_how_soon_a_mended_flake_shows() -> None:
    often = rarely = unknown()
    for _ in range(6):
        often = often.after(20, 0).weighed(noise=1e-6, cap=60)
        rarely = rarely.after(600, 0).weighed(noise=1e-6, cap=60)

    assert often.after(600, 4 * 86_400.0).score < 0.1
    assert rarely.after(600, 4 * 86_400.0).score > 0.9


def test_passes_speak_against_high_rates_first() -> None:
    odds = Belief((1.0,) * len(RATES)).after(200, 0).now()

    assert list(odds) == sorted(odds, reverse=True)


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


def test_a_re_run_long_after_says_nothing() -> None:
    world = World()
    first = [one for one in pushes(9) if one.pr is not None]
    for report in first[:60]:
        world.see(report, [CASE] if report.run in {13, 43} else [])
    for report in first[:60]:
        if report.run in {13, 43}:
            world.see(rerun(report, hours=200))

    assert world.flagged == set()


def _some(world: World, share: float, chance: Random) -> list[str]:
    return chance.sample(sorted(world.files), max(12, int(share * len(world.files))))


def _plan(world: World, reports: list[Report], chance: Random) -> dict[tuple[int, int], list[str]]:
    cases = sorted(world.files)
    return {
        (report.run, 1): chance.sample(cases, chance.choice([1, 1, 2, 9]))
        for report in reports
        if chance.random() < 0.2
    }
