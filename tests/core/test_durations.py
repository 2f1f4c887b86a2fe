"""Which slower durations are a regression, and which are noise."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.durations import FEWEST, rank_sum_z, slowdown
from app.core.rollups import Sketch

CASE = UUID(int=7)
STEADY = [100, 104, 98, 110, 95] * 8
some = st.lists(st.integers(1, 100_000), min_size=1, max_size=40)


def test_twice_as_long_in_every_run_is_a_slowdown() -> None:
    found = slowdown(CASE, earlier=Sketch.of(STEADY), recent=Sketch.of(2 * n for n in STEADY))

    assert found is not None
    assert (found.case_id, found.earlier_count, found.recent_count) == (CASE, 40, 40)
    assert found.growth == pytest.approx(2, rel=0.1)
    assert found.z > 7


@pytest.mark.parametrize(
    ("earlier", "recent"),
    [
        (STEADY, STEADY),
        ([2 * n for n in STEADY], STEADY),
        (STEADY, [n * 1.2 for n in STEADY]),
        ([10] * 40, [40] * 40),
        (STEADY, [300] * (FEWEST - 1)),
        ([300] * (FEWEST - 1), [900] * 40),
        ([100, 900] * 20, [100, 900, 900] * 4),
        ([], STEADY),
    ],
    ids=[
        "as before",
        "quicker",
        "not by much",
        "by milliseconds",
        "too few now",
        "too few then",
        "a case of two minds",
        "never before",
    ],
)
def test_no_slowdown(earlier: list[int], recent: list[float]) -> None:
    now = Sketch.of(round(n) for n in recent)

    assert slowdown(CASE, earlier=Sketch.of(earlier), recent=now) is None


@given(some, some)
def test_the_rank_sum_is_fair_to_both_sides(first: list[int], second: list[int]) -> None:
    one, other = Sketch.of(first), Sketch.of(second)

    assert rank_sum_z(one, other) == pytest.approx(-rank_sum_z(other, one))
    assert rank_sum_z(one, one) == pytest.approx(0)
