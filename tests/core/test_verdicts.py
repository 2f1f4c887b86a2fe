"""Verdicts: executions of a case on one code in one variant, judged."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.outcomes import Outcome
from app.core.verdicts import Sighting, VerdictKind, told_apart, verdicts_of
from tests.core.sightings import (
    ERRORED,
    FAILED,
    MAIN,
    PASSED,
    PR,
    QUEUE,
    SKIPPED,
    histories,
    on_main,
    seen,
)


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        ([PASSED], VerdictKind.PASSED),
        ([PASSED, SKIPPED], VerdictKind.PASSED),
        ([FAILED], VerdictKind.FAILED),
        ([ERRORED, SKIPPED], VerdictKind.FAILED),
        ([FAILED, ERRORED], VerdictKind.FAILED),
        ([FAILED, PASSED], VerdictKind.FLAKY),
        ([PASSED, ERRORED], VerdictKind.FLAKY),
        ([SKIPPED], VerdictKind.SKIPPED),
    ],
)
def test_a_verdict_is_what_all_executions_on_one_code_come_to(
    outcomes: list[Outcome], kind: VerdictKind
) -> None:
    sightings = [seen(outcome, attempt=n) for n, outcome in enumerate(outcomes, start=1)]

    (verdict,) = verdicts_of(sightings)

    assert verdict.kind is kind
    assert verdict.is_decided == (kind is not VerdictKind.SKIPPED)
    assert verdict.passes == outcomes.count(PASSED)
    assert verdict.failures == outcomes.count(FAILED) + outcomes.count(ERRORED)


def test_codes_and_variants_are_judged_apart() -> None:
    sightings = [
        seen(FAILED, code="b", variant="linux", day=1),
        seen(PASSED, code="b", variant="windows", day=1),
        seen(PASSED, code="a", variant="linux"),
    ]

    verdicts = verdicts_of(sightings)

    assert [(one.code, one.variant, one.kind) for one in verdicts] == [
        ("a", "linux", VerdictKind.PASSED),
        ("b", "linux", VerdictKind.FAILED),
        ("b", "windows", VerdictKind.PASSED),
    ]


def test_a_verdict_lasts_from_the_first_execution_to_the_last() -> None:
    early, late = seen(FAILED, day=1), seen(PASSED, day=3, attempt=2)

    (verdict,) = verdicts_of([late, early])

    assert (verdict.first_at, verdict.last_at) == (early.at, late.at)


@pytest.mark.parametrize(
    ("failed", "passed", "how"),
    [
        ({"nth": 1}, {"nth": 2}, "failed and passed within attempt 1"),
        ({"attempt": 2}, {"attempt": 3}, "failed on attempt 2 and passed on attempt 3"),
        ({"attempt": 2}, {"attempt": 1}, "failed on attempt 2 and passed on attempt 1"),
        ({"run": 1}, {"run": 2}, "failed in one run and passed in another"),
    ],
)
def test_a_flake_says_where_it_was_seen(
    failed: dict[str, int], passed: dict[str, int], how: str
) -> None:
    (verdict,) = verdicts_of([_at(FAILED, **failed), _at(PASSED, **passed)])

    assert verdict.contradicted_by == how


def test_a_flake_is_told_by_the_pass_that_came_after_the_failure() -> None:
    (verdict,) = verdicts_of(
        [
            seen(PASSED, attempt=1),
            seen(FAILED, attempt=2, day=0.1),
            seen(PASSED, attempt=3, day=0.2),
        ]
    )

    assert verdict.contradicted_by == "failed on attempt 2 and passed on attempt 3"


def test_what_is_no_flake_says_nothing_of_a_contradiction() -> None:
    (verdict,) = verdicts_of([seen(FAILED), seen(FAILED, attempt=2)])

    assert verdict.contradicted_by is None


def test_code_that_reached_the_default_branch_counts_for_it() -> None:
    queued = seen(PASSED, code="merge", branch=QUEUE, run=1)
    merged = seen(PASSED, code="merge", branch=MAIN, run=2, day=0.1)

    (verdict,) = verdicts_of([queued, merged])

    assert verdict.branch_class is MAIN


def test_a_pull_request_keeps_its_number_on_code_that_was_pushed_first() -> None:
    pushed = seen(FAILED, code="head", branch=PR, run=1)
    opened = seen(FAILED, code="head", branch=PR, pr=7, run=2, day=0.1)

    (verdict,) = verdicts_of([pushed, opened])

    assert verdict.pr_number == 7


def test_a_fork_that_runs_a_commit_of_ours_changes_nothing_about_it() -> None:
    ours = [seen(PASSED), seen(PASSED, attempt=2)]
    theirs = seen(FAILED, branch=PR, pr=9, is_trusted=False, run=5, day=1)

    assert verdicts_of([*ours, theirs]) == verdicts_of(ours)


def test_a_forks_own_code_is_judged_and_not_trusted() -> None:
    (verdict,) = verdicts_of([seen(FAILED, is_trusted=False), seen(PASSED, is_trusted=False)])

    assert (verdict.kind, verdict.is_trusted) == (VerdictKind.FLAKY, False)


@given(histories(), st.randoms(use_true_random=False), st.lists(st.integers(0, 23), max_size=8))
def test_neither_order_nor_repetition_of_sightings_changes_a_verdict(
    history: list[Sighting], chance: Random, repeated: list[int]
) -> None:
    told = [*history, *(history[n] for n in repeated if n < len(history))]
    chance.shuffle(told)

    assert verdicts_of(told) == verdicts_of(history)


@given(histories())
def test_every_execution_counts_in_exactly_one_verdict(history: list[Sighting]) -> None:
    verdicts = verdicts_of(history)

    different = set(history)
    assert len(verdicts) == len({(one.code, one.variant) for one in different})
    assert sum(one.passes for one in verdicts) == sum(one.outcome is PASSED for one in different)
    assert sum(one.failures for one in verdicts) == sum(one.outcome.is_failing for one in different)
    assert [one.first_at for one in verdicts] == sorted(one.first_at for one in verdicts)


def _at(outcome: Outcome, *, run: int = 1, attempt: int = 1, nth: int = 1) -> Sighting:
    return seen(outcome, run=run, attempt=attempt, nth=nth)


def test_reports_beside_each_other_do_not_contradict_each_other() -> None:
    failing = replace(on_main("X")[0], path="py311.xml")
    passing = replace(on_main("P")[0], path="py312.xml", code=failing.code, run_id=failing.run_id)

    apart = verdicts_of(told_apart([failing, passing]))

    assert {one.variant: one.kind for one in apart} == {
        "linux py311.xml": VerdictKind.FAILED,
        "linux py312.xml": VerdictKind.PASSED,
    }


def test_one_report_an_attempt_is_compared_with_the_next_whatever_its_name() -> None:
    first, *rest = on_main("P")
    failing = replace(first, outcome=Outcome.FAILED, path="TEST-17.xml")
    passing = replace(first, attempt=2, path="TEST-42.xml")

    [verdict] = verdicts_of(told_apart([failing, passing, *rest]))

    assert verdict.kind is VerdictKind.FLAKY
