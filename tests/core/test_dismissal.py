"""A dismissal: a person looked at the contradictions so far and called them no flakes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import State, score, standing_of
from app.core.verdicts import Sighting, verdicts_of
from tests.core.sightings import START, histories, on_main, standing


@given(histories(), st.integers(0, 12))
def test_a_dismissal_takes_back_older_contradictions_and_no_newer_one(
    history: list[Sighting], day: int
) -> None:
    looked_at = START + timedelta(days=day)
    verdicts = verdicts_of(history)

    found = standing_of(verdicts, branch="main", dismissed_at=looked_at)

    everything = standing_of(verdicts, branch="main")
    newer = [one for one in verdicts if one.contradicted_by is not None and one.last_at > looked_at]
    assert found.score == score(len({one.last_at.date() for one in newer}))
    assert (found.rate, found.runs, found.failures, found.flakes, found.last_flake_at) == (
        everything.rate,
        everything.runs,
        everything.failures,
        everything.flakes,
        everything.last_flake_at,
    )


def test_dismissed_evidence_makes_a_flaky_case_healthy_and_new_evidence_suspect() -> None:
    history = on_main("XXP")
    seen_last = standing(history).last_flake_at

    at_once = standing(history, dismissed_at=seen_last)
    later = standing([*history, *on_main("X", first_day=9)], dismissed_at=seen_last)

    assert (at_once.state, later.state) == (State.HEALTHY, State.SUSPECT)


def test_a_dismissal_does_not_hide_a_break() -> None:
    found = standing(on_main("XXFFFFFFFF"), dismissed_at=START + timedelta(days=30))

    assert found.state is State.BROKEN
