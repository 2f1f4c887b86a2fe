"""Failure spikes: more than the usual, surely, and over when the usual explains what is left."""

from math import exp, factorial, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.spikes import (
    LEAST_FAILING,
    LEAST_USUAL,
    SURPRISE,
    TIMES_USUAL,
    Failing,
    chance_of,
    is_over,
    is_spike,
)

USUAL = {"usual_changes": 500, "usual_failing": 50}  # one in ten


def test_the_chance_is_poissons() -> None:
    at_least_three = 1 - sum(exp(-1.5) * 1.5**number / factorial(number) for number in range(3))

    assert isclose(chance_of(3, 1.5), at_least_three)
    assert chance_of(0, 4.0) == 1.0
    assert isclose(chance_of(1, 4.0), 1 - exp(-4.0))


@pytest.mark.parametrize(
    ("changes", "failing", "is_one"),
    [
        (10, 1, False),
        (10, 4, False),  # too few to alarm anybody
        (12, 6, False),  # may be chance
        (12, 11, True),
        (100, 25, False),
        (100, 40, True),
    ],
)
def test_what_is_far_above_the_usual_rate_is_a_spike(
    changes: int, failing: int, *, is_one: bool
) -> None:
    seen = Failing(changes, failing, **USUAL)

    assert is_spike(seen) is is_one


def test_without_a_usual_rate_nothing_is_unusual() -> None:
    assert not is_spike(Failing(20, 20, LEAST_USUAL - 1, 0))
    assert is_spike(Failing(20, 20, LEAST_USUAL, 0))


def test_where_most_fails_anyway_nothing_is_unusual() -> None:
    assert not is_spike(Failing(1_000, 1_000, 1_000, 600))


def test_it_is_over_when_the_usual_explains_what_fails_or_nothing_runs() -> None:
    assert not is_over(Failing(12, 9, **USUAL))
    assert is_over(Failing(12, 2, **USUAL))
    assert is_over(Failing(0, 0, **USUAL))


@given(st.integers(0, 400), st.floats(0, 1), st.integers(0, 2_000), st.floats(0, 1))
def test_a_spike_is_always_more_than_usual_and_never_over_at_once(
    changes: int, share: float, usual_changes: int, usual: float
) -> None:
    seen = Failing(changes, int(changes * share), usual_changes, int(usual_changes * usual))

    if is_spike(seen):
        assert seen.failing >= LEAST_FAILING
        assert seen.failing / seen.changes >= TIMES_USUAL * seen.usual
        assert chance_of(seen.failing, seen.expected) < SURPRISE
        assert not is_over(seen)
