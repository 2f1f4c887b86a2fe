"""What one failure is held to be, and the words that say why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import (
    ENOUGH_BASE_RUNS,
    Cause,
    Finding,
    State,
    cause_of,
    score,
    standing_of,
)
from app.core.evidence import EvidenceKind, evidence
from app.core.streaks import CHANCE_OF_STREAK
from app.core.verdicts import Sighting, VerdictKind, verdicts_of
from tests.core.sightings import (
    FAILED,
    PASSED,
    PR,
    histories,
    judged,
    on_main,
    on_pr,
    seen,
)

MANY = 50  # runs of the default branch, in which a case that exists would have been seen


def found(*groups: list[Sighting], code: str, variant: str = "linux", runs: int = MANY) -> Finding:
    """What the failure on this code is held to be."""
    verdicts, standing = judged(*groups)
    verdict = next(one for one in verdicts if (one.code, one.variant) == (code, variant))
    return cause_of(verdict, standing, verdicts, branch="main", base_runs=runs)


def test_a_failure_that_passed_on_the_same_code_is_a_flake_at_once() -> None:
    finding = found(on_main("PPP"), on_pr("X", first_day=3), code="pr7.0")

    assert finding.cause is Cause.FLAKY
    assert finding.p_flaky == 0.9
    assert finding.evidence[0] == evidence(
        EvidenceKind.CONTRADICTED_HERE, how="failed on attempt 1 and passed on attempt 2"
    )
    assert [one.kind for one in finding.evidence[1:]] == [EvidenceKind.RATE]


def test_a_known_flake_is_excused_where_it_was_not_run_again() -> None:
    finding = found(on_main("XXPP"), on_pr("F", first_day=4), code="pr7.0")

    assert (finding.cause, finding.p_flaky) == (Cause.FLAKY, score(2))
    assert [one.kind for one in finding.evidence] == [EvidenceKind.CONTRADICTED, EvidenceKind.RATE]


def test_a_known_flake_that_fails_push_after_push_is_excused_no_more() -> None:
    history = on_main("XXPPPPPPPPPPPPPPPPPP")

    finding = found(history, on_pr("FFF", first_day=20), code="pr7.2")

    assert (finding.cause, finding.p_flaky) == (Cause.NEW, 0.5)
    assert finding.evidence == (
        evidence(EvidenceKind.FAILS_AGAIN_ON_PR, times=3),
        evidence(EvidenceKind.PASSES_ON_BASE, passed=18, branch="main"),
    )


def test_a_pass_between_pushes_starts_the_count_anew() -> None:
    history = on_main("XXPPPPPPPPPPPPPPPPPP")

    finding = found(history, on_pr("FFPF", first_day=20), code="pr7.3")

    assert finding.cause is Cause.FLAKY


def test_another_pull_requests_failures_do_not_count_against_this_one() -> None:
    history = on_main("XXPPPPPPPPPPPPPPPPPP")

    finding = found(
        history,
        on_pr("FFFF", first_day=20),
        on_pr("F", first_day=24, number=8),
        code="pr8.0",
    )

    assert finding.cause is Cause.FLAKY


def test_what_fails_on_the_default_branch_too_is_broken_there() -> None:
    finding = found(on_main("PPPFF"), on_pr("F", first_day=5), code="pr7.0")

    assert (finding.cause, finding.p_flaky) == (Cause.BROKEN, score(0) * CHANCE_OF_STREAK)
    assert finding.evidence[0] == evidence(
        EvidenceKind.BROKEN_ON_BASE, since="main3-head", failed=2, branch="main"
    )


def test_a_break_in_one_job_does_not_excuse_a_failure_in_another() -> None:
    base = [*on_main("PPPFF", variant="linux"), *on_main("PPPPP", variant="windows")]
    broken_on_pr = on_pr("F", first_day=5, variant="windows")

    finding = found(base, broken_on_pr, code="pr7.0", variant="windows")

    assert finding.cause is Cause.NEW
    assert finding.evidence == (evidence(EvidenceKind.PASSES_ON_BASE, passed=5, branch="main"),)


def test_a_break_excuses_a_failure_in_a_job_that_the_default_branch_never_had() -> None:
    finding = found(
        on_main("PPPFF"), on_pr("F", first_day=5, variant="new"), code="pr7.0", variant="new"
    )

    assert finding.cause is Cause.BROKEN


def test_what_passes_on_the_default_branch_is_new_with_the_change() -> None:
    finding = found(on_main("PPPP"), on_pr("F", first_day=4), code="pr7.0")

    assert (finding.cause, finding.p_flaky) == (Cause.NEW, score(0))
    assert finding.evidence == (evidence(EvidenceKind.PASSES_ON_BASE, passed=4, branch="main"),)


def test_a_suspect_says_that_it_was_contradicted_once_and_is_not_excused() -> None:
    finding = found(on_main("XPPP"), on_pr("F", first_day=4), code="pr7.0")

    assert (finding.cause, finding.p_flaky) == (Cause.NEW, 0.5)
    assert [one.kind for one in finding.evidence] == [
        EvidenceKind.PASSES_ON_BASE,
        EvidenceKind.CONTRADICTED_ONCE,
    ]


def test_the_first_failure_on_the_default_branch_counts_the_passes_before_it() -> None:
    finding = found(on_main("PPPPFPP"), code="main4")

    assert finding.cause is Cause.NEW
    assert finding.evidence == (evidence(EvidenceKind.FIRST_ON_BASE, passed=4, branch="main"),)


def test_a_case_that_the_default_branch_never_had_is_one_that_the_change_adds() -> None:
    finding = found(on_pr("F"), code="pr7.0")

    assert finding.cause is Cause.NEW
    assert finding.evidence == (evidence(EvidenceKind.ADDED_HERE, runs=MANY, branch="main"),)


@pytest.mark.parametrize("runs", range(ENOUGH_BASE_RUNS))
def test_where_hardly_anything_was_seen_nothing_is_claimed(runs: int) -> None:
    finding = found(on_pr("F"), code="pr7.0", runs=runs)

    assert finding.cause is Cause.UNKNOWN
    assert finding.evidence == (evidence(EvidenceKind.FEW_RUNS, runs=0),)


def test_a_case_that_last_failed_on_the_default_branch_too_is_unknown() -> None:
    finding = found(on_main("PPPF"), on_pr("F", first_day=4), code="pr7.0")

    assert finding.cause is Cause.UNKNOWN
    assert finding.evidence == (evidence(EvidenceKind.FEW_RUNS, runs=4),)


@pytest.mark.parametrize("groups", [[on_main("F")], [on_main("F"), on_main("P", first_day=2)]])
def test_the_very_first_run_of_the_default_branch_has_nothing_to_compare_with(
    groups: list[list[Sighting]],
) -> None:
    finding = found(*groups, code="main0")

    assert finding.cause is Cause.UNKNOWN
    assert finding.evidence == (evidence(EvidenceKind.FEW_RUNS, runs=0),)


def test_a_forks_failure_is_judged_by_the_base_repositorys_history() -> None:
    history = on_main("XXPP")
    forked = [replace(one, is_trusted=False) for one in on_pr("F", first_day=4)]

    finding = found(history, forked, code="pr7.0")

    assert finding.cause is Cause.FLAKY


def test_a_forks_flake_is_shown_on_it_and_nowhere_else() -> None:
    history = on_main("PPPP")
    forked = [replace(one, is_trusted=False) for one in on_pr("XX", first_day=4)]

    finding = found(history, forked, code="pr7.0")

    _, standing = judged(history, forked)
    assert finding.cause is Cause.FLAKY
    assert (standing.state, standing.flakes) == (State.HEALTHY, 0)


@given(histories(), st.integers(0, 100))
def test_every_failure_has_a_cause_a_probability_and_a_reason(
    history: list[Sighting], runs: int
) -> None:
    failing = [*history, seen(FAILED, day=20, code="new", branch=PR, pr=42, run=42)]
    verdicts = verdicts_of(failing)
    standing = standing_of(verdicts, branch="main")

    for verdict in (one for one in verdicts if one.failures):
        finding = cause_of(verdict, standing, verdicts, branch="main", base_runs=runs)

        assert finding.evidence
        assert 0 <= finding.p_flaky < 1
        assert (finding.p_flaky > 0.5) == (finding.cause is Cause.FLAKY)
        assert (verdict.kind is VerdictKind.FLAKY) <= (finding.cause is Cause.FLAKY)
        assert finding.cause is not Cause.BROKEN or standing.state is State.BROKEN


@given(histories())
def test_a_failure_is_excused_only_for_what_others_showed(history: list[Sighting]) -> None:
    """Nothing that a pull request fails of its own excuses it: no pass, no flake, no break."""
    only_passes = [replace(one, outcome=PASSED) for one in history]
    failing = on_pr("FFF", number=99, first_day=30)

    finding = found(only_passes, failing, code="pr99.2")

    assert finding.cause in {Cause.NEW, Cause.UNKNOWN}
