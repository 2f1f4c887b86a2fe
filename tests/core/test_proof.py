"""The proof of a healed case: how many clean runs, and when a quarantine ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.proof import (
    FEWEST_RUNS,
    MOST_RUNS,
    SHORTEST,
    Progress,
    Rate,
    clean_runs_needed,
    end_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.mark.parametrize(("failures", "runs", "three_over_p"), [(300, 6000, 60), (90, 900, 30)])
def test_a_rate_that_is_well_known_needs_three_over_p_runs(
    failures: int, runs: int, three_over_p: int
) -> None:
    assert clean_runs_needed(Rate(failures, runs)) == pytest.approx(three_over_p, abs=2)


def test_the_same_rate_needs_more_runs_the_less_of_it_was_seen() -> None:
    needed = [clean_runs_needed(Rate(times, 20 * times)) for times in (1, 3, 30, 300)]

    assert needed == [126, 80, 61, 59]


def test_a_claimed_fix_is_proven_sooner() -> None:
    rate = Rate(30, 600)

    assert (clean_runs_needed(rate), clean_runs_needed(rate, fix_is_claimed=True)) == (61, 32)


@given(st.integers(0, 50), st.integers(0, 5_000))
def test_a_proof_is_never_shorter_than_ten_runs_nor_longer_than_five_hundred(
    failures: int, passes: int
) -> None:
    rate = Rate(failures, failures + passes)

    assert FEWEST_RUNS <= clean_runs_needed(rate, fix_is_claimed=True) <= MOST_RUNS
    assert clean_runs_needed(rate, fix_is_claimed=True) <= clean_runs_needed(rate) <= MOST_RUNS


@given(st.integers(1, 50), st.integers(100, 2_000))
def test_a_case_that_fails_more_often_is_proven_sooner(failures: int, runs: int) -> None:
    assert clean_runs_needed(Rate(failures + 1, runs)) <= clean_runs_needed(Rate(failures, runs))


def test_the_end_is_when_the_proof_is_due_at_the_repositorys_pace() -> None:
    def days(needed: int, pace: float, asked: int | None = None) -> timedelta:
        wanted = timedelta(days=asked) if asked is not None else None
        return end_of(needed, runs_a_day=pace, now=NOW, at_most=MONTH, asked=wanted) - NOW

    assert days(60, 12) == timedelta(days=8)  # 5 days, and half as much again
    assert days(60, 100) == SHORTEST
    assert days(60, 0.5) == days(60, 0) == MONTH
    assert days(60, 12, asked=2) == timedelta(days=2)
    assert days(60, 12, asked=90) == MONTH


def test_progress_is_proven_by_the_last_run_and_not_before() -> None:
    assert not Progress(59, 60).is_proven
    assert Progress(60, 60).is_proven
    assert not Progress(5, 0).is_proven  # nothing is known of its rate
