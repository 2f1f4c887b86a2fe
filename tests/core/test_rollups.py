"""Sketches of durations: what merging keeps, and how near a percentile comes."""

from datetime import timedelta
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from app.core.outcomes import Outcome
from app.core.rollups import BOUNDS, LONGEST, UNTOLD, Sketch, Tally, bin_of

DAY_MS = int(LONGEST / timedelta(milliseconds=1))
durations = st.lists(st.integers(0, DAY_MS), min_size=1, max_size=60)


def test_bounds_ascend_to_a_day() -> None:
    assert list(BOUNDS[:10]) == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
    assert list(BOUNDS) == sorted(set(BOUNDS))
    assert BOUNDS[-2] < DAY_MS <= BOUNDS[-1]


def test_a_duration_that_nobody_told_is_in_no_percentile() -> None:
    assert bin_of(None) == UNTOLD
    assert Sketch.of([None, None]).percentile(0.5) is None
    assert Sketch.of([None, 7]).percentile(0.5) == 7


@given(durations, durations)
def test_merging_is_counting_all(first: list[int], second: list[int]) -> None:
    merged = Sketch.of(first)
    merged.merge(Sketch.of(second))

    assert merged == Sketch.of(first + second)


@given(durations, st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_off_by_less_than_a_bin(found: list[int], share: float) -> None:
    exact = sorted(found)[ceil(share * len(found)) - 1]
    told = Sketch.of(found).percentile(share)

    assert told is not None
    assert bin_of(told) == bin_of(exact) or exact > BOUNDS[-1]
    assert abs(told - exact) <= max(1, 0.2 * exact)


@given(st.lists(st.integers(0, DAY_MS)))
def test_the_order_of_durations_changes_nothing(found: list[int]) -> None:
    assert Sketch.of(found).percentile(0.5) == Sketch.of(reversed(found)).percentile(0.5)


def test_a_tally_keeps_flakes_apart_and_leaves_skips_out_of_percentiles() -> None:
    tally = Tally()
    tally.add(Outcome.PASSED, bin_of(40), n=2, ms=80)
    tally.add(Outcome.SKIPPED, bin_of(0), n=9, ms=0)
    tally.add(Outcome.ERRORED, bin_of(1000), n=1, ms=1000)
    tally.add(None, UNTOLD, n=1, ms=0)

    assert (tally.executions, tally.failures, tally.flakes) == (12, 1, 1)
    assert (tally.p50_ms, tally.p95_ms, tally.duration_ms) == (40, 1000, 1080)
