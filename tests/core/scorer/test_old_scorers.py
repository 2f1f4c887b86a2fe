"""The two older scorers: the old FlakeGuard's own patterns, its word for each, and ours beside it.

Source: the patterns and expected scores in the old FlakeGuard's description of its algorithm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from app.core.decide import State
from app.core.history.records import CaseSet
from app.core.policy.policy import FLAKE_RATE, ROLLING_WINDOW, default_policy
from app.core.policy.reading import read_policy
from app.core.scorer.flake_rate import FlakeRate
from app.core.scorer.policies import Scorer
from app.core.scorer.rolling_window import RollingWindow
from app.core.scorer.said import Judged
from app.core.scorer.under import under
from tests.core.scorer.world import START, Report, World, rerun

CASE = "case3-1"
RUNS = 60  # more than the window's 50
HOURS = 8.0  # from a commit to the next


@dataclass(frozen=True)
class Pattern:
    """How a case behaves: by run and job whether it fails at first, and what passes after."""

    fails: Callable[[int, str], bool]
    retries: bool = False  # in the same run
    reruns: bool = False  # in a second attempt
    jobs: tuple[str, ...] = ("linux",)


def replayed(scorer: Scorer, pattern: Pattern) -> Judged:
    """The case after so many commits of the default branch."""
    world, at = World(), START
    for run in range(1, RUNS + 1):
        at = START + timedelta(hours=HOURS * run)
        for job in pattern.jobs:
            report = Report(at, run, f"c{run}", job=job)
            failing = [CASE] if pattern.fails(run, job) else []
            seen = world.observation(report, failing, retried=pattern.retries)
            scorer, _ = scorer.observe(seen)
            if failing and pattern.reruns:
                scorer, _ = scorer.observe(world.observation(rerun(report)))
    found = [one for one in scorer.judged(at) if one.case == CASE]
    return found[0] if found else Judged(CASE, State.HEALTHY, 0.0, 0, 0)


STEADY = Pattern(lambda run, job: False)
BROKEN = Pattern(lambda run, job: True)
EVERY_OTHER = Pattern(lambda run, job: run % 2 == 0)
RETRY_PASSES = Pattern(lambda run, job: run % 3 == 0, retries=True)
TIMES_OUT = Pattern(lambda run, job: run % 7 in {2, 5}, reruns=True)
ENVIRONMENT = Pattern(lambda run, job: job == "windows", jobs=("linux", "windows"))


@pytest.mark.parametrize(
    ("pattern", "theirs", "by_window", "ours"),
    [
        (STEADY, "0.0 to 0.1, stable", (0.0, State.HEALTHY), State.HEALTHY),
        (BROKEN, "0.05 to 0.15, stable", (0.16, State.HEALTHY), State.BROKEN),
        (EVERY_OTHER, "0.65 to 0.75, quarantine", (0.35, State.SUSPECT), State.FLAKY),
        (RETRY_PASSES, "0.75 to 0.85, quarantine", (0.51, State.SUSPECT), State.FLAKY),
        (TIMES_OUT, "0.55 to 0.65, investigate", (0.42, State.SUSPECT), State.FLAKY),
        (ENVIRONMENT, "0.45 to 0.55, investigate", (0.35, State.SUSPECT), State.BROKEN),
    ],
    ids=["steady", "broken", "every-other", "retry-passes", "times-out", "environment"],
)
def test_a_pattern_of_the_old_flakeguard_and_what_becomes_of_it(
    pattern: Pattern, theirs: str, by_window: tuple[float, State], ours: State
) -> None:
    window = replayed(RollingWindow(), pattern)
    evidence = replayed(under(default_policy()), pattern)

    assert (round(window.score, 2), window.state) == by_window, f"described as {theirs}"
    assert evidence.state is ours


def test_too_few_runs_have_no_score() -> None:
    few = replace(ROLLING_WINDOW, min_occurrences=RUNS + 1)

    assert replayed(RollingWindow(policy=few), RETRY_PASSES).score == 0.0
    assert replayed(RollingWindow(), RETRY_PASSES).score > 0.3


def test_the_weights_of_the_policy_make_the_score() -> None:
    text = "scorer: rolling-window\nscoring_weights: {rerun_weight: 1, intermittency_weight: 0}"
    policy = read_policy(text).policy
    assert policy is not None

    found = replayed(RollingWindow(policy=policy), RETRY_PASSES)

    assert found.score == 1.0
    assert found.state is State.FLAKY


def test_a_rerun_that_passes_counts_as_a_retry() -> None:
    left = replace(TIMES_OUT, reruns=False)

    again = replayed(RollingWindow(), TIMES_OUT).score
    assert again > replayed(RollingWindow(), left).score + 0.2


def test_the_flake_rate_is_the_share_of_the_runs_of_the_last_days() -> None:
    found = replayed(FlakeRate(), EVERY_OTHER)
    latest = replayed(FlakeRate(policy=replace(FLAKE_RATE, lookback_days=1)), EVERY_OTHER)

    assert (found.score, found.state) == (0.5, State.FLAKY)
    assert latest.score == pytest.approx(2 / 3)  # of three runs a day


def test_a_broken_case_is_as_flaky_as_can_be_to_the_flake_rate_and_never_to_us() -> None:
    assert replayed(FlakeRate(), BROKEN).score == 1.0
    assert replayed(FlakeRate(), BROKEN).state is State.FLAKY
    assert replayed(under(default_policy()), BROKEN).state is State.BROKEN


def seen_by(scorer: Scorer, outcomes: Sequence[str]) -> Scorer:
    """After commits, hours apart, in which the case fails (F), passes (P) or is not there (-)."""
    files = World().files
    others = {case: file for case, file in files.items() if case != CASE}
    sets = {True: CaseSet("with", files), False: CaseSet("without", others)}
    for run, outcome in enumerate(outcomes, start=1):
        world = World(ran=sets[outcome != "-"])
        at = START + timedelta(hours=run)
        failing = [CASE] if outcome == "F" else []
        scorer, _ = scorer.observe(world.observation(Report(at, run, f"c{run}"), failing))
    return scorer


def judged_by(scorer: Scorer, outcomes: Sequence[str]) -> Judged:
    scorer = seen_by(scorer, outcomes)
    [found] = scorer.judged(START + timedelta(hours=len(outcomes)))
    return found


SOMETIMES = "FPPPFPPPFPPP"  # of twelve runs


@pytest.mark.parametrize(
    ("outcomes", "runs"),
    [
        ("-" * 60 + SOMETIMES, 12),
        (SOMETIMES + "-" * 60, 12),
        ("P" * 20 + "-" * 20 + SOMETIMES, 32),
        ("".join(f"{one}-" for one in SOMETIMES * 3), 36),
    ],
    ids=["came", "left", "came again", "comes and goes"],
)
def test_a_case_ran_only_while_its_job_had_it(outcomes: str, runs: int) -> None:
    by_rate, by_window = judged_by(FlakeRate(), outcomes), judged_by(RollingWindow(), outcomes)

    failed = outcomes.count("F")
    assert by_rate.runs == pytest.approx(runs, abs=2)
    assert by_rate.score == pytest.approx(failed / runs, rel=0.1)
    assert by_window.runs == runs


def test_what_a_rule_counts_are_the_runs_while_the_job_had_the_case() -> None:
    policy = read_policy("rules: [{threshold: 0.2}]\nmin_recent_failures: 1\n").policy
    assert policy is not None

    late, always = (judged_by(under(policy), before + SOMETIMES) for before in ("-" * 60, "P" * 60))

    assert [one.state is State.FLAKY for one in (late, always)] == [True, False]
