"""The interval of a share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics import wilson_interval


@pytest.mark.parametrize(
    ("hits", "total", "interval"),
    [
        (0, 10, (0.0, 0.2775)),
        (1, 10, (0.0179, 0.4042)),
        (5, 10, (0.2366, 0.7634)),
        (10, 10, (0.7225, 1.0)),
        (81, 263, (0.2553, 0.3662)),  # Newcombe (1998), method 3
        (15, 148, (0.0624, 0.1605)),  # Newcombe (1998), method 3
        (1, 29, (0.0061, 0.1718)),  # Newcombe (1998), method 3
    ],
)
def test_known_values(hits: int, total: int, interval: tuple[float, float]) -> None:
    assert wilson_interval(hits, total) == pytest.approx(interval, abs=5e-5)


def test_nothing_counted_tells_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_a_wider_confidence_is_a_wider_interval() -> None:
    low, high = wilson_interval(3, 20)
    wide_low, wide_high = wilson_interval(3, 20, z=2.575829)

    assert wide_low < low < high < wide_high


@given(st.integers(1, 100_000), st.data())
def test_the_share_lies_within_and_the_interval_within_zero_and_one(
    total: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, total))

    low, high = wilson_interval(hits, total)

    assert 0 <= low <= hits / total <= high <= 1
    assert (low == 0) == (hits == 0)
    assert (high == 1) == (hits == total)
    mirrored = wilson_interval(total - hits, total)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)
