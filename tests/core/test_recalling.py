"""What a failure is held to be while the scorer knows nothing of what was before."""

import pytest

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.recalling import recalled

RATE = evidence(EvidenceKind.RATE, rate=0.2, low=0.1, high=0.3, runs=100)
FIRST = evidence(EvidenceKind.FIRST_FAILURE, passes=2)
FAR = evidence(EvidenceKind.FAR_FROM_CHANGE, changed=3)
NEAR = evidence(EvidenceKind.NEAR_CHANGE, paths="cart.py", more=1)
OUTAGE = evidence(EvidenceKind.OUTAGE, since="2026-11-01T10:00+00:00", cases=9, groups=4)


def stood(state: State) -> Standing:
    return Standing(
        state=state,
        score=0.95,
        rate=0.2,
        rate_interval=(0.1, 0.3),
        runs=100,
        failures=30,
        flakes=20,
        first_detected_at=None,
        last_flake_at=None,
        last_failure_at=None,
        broken_since=None,
        evidence=(RATE,),
    )


@pytest.mark.parametrize(
    ("state", "said", "expected"),
    [
        (
            State.FLAKY,
            Finding(Cause.NEW, 0.2, (FIRST, FAR)),
            Finding(Cause.FLAKY, 0.95, (RATE, FAR)),
        ),
        (
            State.FLAKY,
            Finding(Cause.NEW, 0.1, (NEAR, FIRST)),
            Finding(Cause.NEW, 0.1, (NEAR, RATE)),
        ),
        (State.BROKEN, Finding(Cause.NEW, 0.7, (FIRST,)), Finding(Cause.BROKEN, 0.5, (RATE,))),
        (State.SUSPECT, Finding(Cause.NEW, 0.2, (FIRST,)), Finding(Cause.NEW, 0.2, (RATE,))),
        (
            State.FLAKY,
            Finding(Cause.OUTAGE, 0.2, (OUTAGE, FIRST)),
            Finding(Cause.OUTAGE, 0.2, (OUTAGE,)),
        ),
    ],
)
def test_how_the_case_stood_answers_for_what_is_not_remembered(
    state: State, said: Finding, expected: Finding
) -> None:
    assert recalled(said, stood(state)) == expected


def test_each_kind_of_reason_is_given_once() -> None:
    of_few = evidence(EvidenceKind.RATE, rate=0.5, low=0.1, high=0.9, runs=2)

    found = recalled(Finding(Cause.FLAKY, 0.97, (of_few, FAR)), stood(State.FLAKY))

    assert found == Finding(Cause.FLAKY, 0.97, (RATE, FAR))
