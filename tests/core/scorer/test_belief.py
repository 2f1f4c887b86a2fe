"""What a case's belief becomes of passes, of evidence and of time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.scorer.belief import PRIOR, RATES, Belief, unknown
from app.core.scorer.standing import score_of
from app.core.scorer.state import CaseState, Weather

SOME = settings(max_examples=6)


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


def test_where_much_flakes_only_what_shows_it_is_likelier_to() -> None:
    much, little = Weather(failed=200, flaky=100), Weather(failed=200)
    silent = CaseState("tests", 0.0)
    shown = silent._replace(weighed={"alone": 1.0})

    assert score_of(shown, much) > score_of(shown, little)
    assert score_of(silent, much) == pytest.approx(PRIOR)
    assert score_of(silent, little) < score_of(silent, much)
