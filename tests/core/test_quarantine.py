"""Quarantine: every step that is possible, and no other."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from app.core.errors import Conflict, IllegalTransition
from app.core.quarantine import (
    TRANSITIONS,
    Quarantine,
    QuarantineEvent,
    QuarantineState,
    advance,
)

S, E = QuarantineState, QuarantineEvent
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEGAL = """
proposed     approved       active
proposed     refused        dismissed
proposed     released       dismissed
active       fix_claimed    fix_pending
active       time_is_up     expired
active       released       dismissed
active       turned_broken  dismissed
fix_pending  proven         resolved
fix_pending  flaked         active
fix_pending  released       dismissed
fix_pending  turned_broken  dismissed
expired      renewed        active
expired      released       dismissed
resolved     flaked         active
dismissed    proposed_anew  proposed
"""
STEPS = [
    (S(state), E(event), S(after))
    for state, event, after in (line.split() for line in LEGAL.strip().splitlines())
]


@pytest.mark.parametrize(("state", "event", "after"), STEPS)
def test_a_legal_step_leads_where_it_should(
    state: QuarantineState, event: QuarantineEvent, after: QuarantineState
) -> None:
    assert advance(state, event) is after


@pytest.mark.parametrize(
    ("state", "event"),
    sorted(set(product(S, E)) - {(state, event) for state, event, _ in STEPS}),
)
def test_any_other_step_is_refused_in_one_sentence(
    state: QuarantineState, event: QuarantineEvent
) -> None:
    with pytest.raises(IllegalTransition, match=f"^{event} is not possible while {state}\\.$"):
        advance(state, event)


def test_a_refused_step_is_a_conflict() -> None:
    with pytest.raises(Conflict) as caught:
        advance(S.ACTIVE, E.APPROVED)

    assert isinstance(caught.value, IllegalTransition)
    assert (caught.value.state, caught.value.event) == ("active", "approved")


def test_every_state_can_be_reached_from_a_proposal_and_can_be_left() -> None:
    reached, waiting = {S.PROPOSED}, [S.PROPOSED]
    while waiting:
        state = waiting.pop()
        after = {TRANSITIONS[step] for step in TRANSITIONS if step[0] is state} - reached
        reached |= after
        waiting += after

    assert reached == set(S)
    assert {state for state, _ in TRANSITIONS} == set(S)
    assert {event for _, event in TRANSITIONS} == set(E)


def test_a_person_can_end_whatever_excuses_failures() -> None:
    for state in (S.ACTIVE, S.FIX_PENDING):
        assert advance(state, E.RELEASED) is S.DISMISSED
        assert advance(state, E.TURNED_BROKEN) is S.DISMISSED


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize(
    ("until", "in_time"),
    [
        (NOW + timedelta(microseconds=1), True),
        (NOW, False),
        (NOW - timedelta(days=1), False),
        (None, True),
    ],
)
def test_failures_are_excused_only_in_force_and_until_its_end(
    state: QuarantineState, until: datetime | None, in_time: bool
) -> None:
    quarantine = Quarantine(
        id=1,
        case_id=UUID(int=1),
        state=state,
        reason="Held for flaky.",
        decided_by="@ada",
        since=NOW - timedelta(days=30),
        evidence_at=NOW - timedelta(days=31),
        until=until,
    )

    assert quarantine.excuses(NOW) == (in_time and state in {S.ACTIVE, S.FIX_PENDING})
