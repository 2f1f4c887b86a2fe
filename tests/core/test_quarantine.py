"""Quarantine: every step that is possible, and no other."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from app.core.errors import Conflict, IllegalTransition
from app.core.quarantine import (
    TRANSITIONS,
    Quarantine,
    QuarantineEvent,
    QuarantineState,
    advance,
    diagram,
)

S, E = QuarantineState, QuarantineEvent
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEGAL = """
undecided    proposed       proposed
proposed     approved       active
proposed     refused        dismissed
proposed     not_flaky      dismissed
proposed     turned_broken  dismissed
proposed     exempted       dismissed
active       fix_claimed    fix_pending
active       renewed        active
active       time_is_up     expired
active       released       dismissed
active       not_flaky      dismissed
active       turned_broken  dismissed
active       exempted       dismissed
fix_pending  proven         resolved
fix_pending  flaked         active
fix_pending  renewed        fix_pending
fix_pending  time_is_up     expired
fix_pending  released       dismissed
fix_pending  not_flaky      dismissed
fix_pending  turned_broken  dismissed
fix_pending  exempted       dismissed
expired      renewed        active
expired      renewed_with_fix fix_pending
expired      released       dismissed
expired      not_flaky      dismissed
expired      turned_broken  dismissed
resolved     flaked         active
resolved     reopened       active
resolved     not_flaky      dismissed
dismissed    proposed_anew  proposed
dismissed    not_flaky      dismissed
"""
STEPS = [
    (None if state == "undecided" else S(state), E(event), S(after))
    for state, event, after in (line.split() for line in LEGAL.strip().splitlines())
]


@pytest.mark.parametrize(("state", "event", "after"), STEPS)
def test_a_legal_step_leads_where_it_should(
    state: QuarantineState | None, event: QuarantineEvent, after: QuarantineState
) -> None:
    assert advance(state, event) is after


@pytest.mark.parametrize(
    ("state", "event"),
    sorted(set(product([None, *S], E)) - {(state, event) for state, event, _ in STEPS}, key=str),
)
def test_any_other_step_is_refused_in_one_sentence(
    state: QuarantineState | None, event: QuarantineEvent
) -> None:
    said = state or "undecided"
    with pytest.raises(IllegalTransition, match=f"^{event} is not possible while {said}\\.$"):
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
    assert {state for state, _ in TRANSITIONS} == {None, *S}
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


def test_what_ran_out_is_shown_as_expired_at_once() -> None:
    quarantine = Quarantine(
        id=1,
        case_id=UUID(int=1),
        state=S.ACTIVE,
        reason="Held for flaky.",
        decided_by="@ada",
        since=NOW - timedelta(days=30),
        evidence_at=NOW - timedelta(days=31),
        until=NOW,
    )

    assert quarantine.state_at(NOW - timedelta(seconds=1)) is S.ACTIVE
    assert quarantine.state_at(NOW) is S.EXPIRED


def test_the_guides_diagram_is_the_table() -> None:
    guide = Path("docs/quarantine.md").read_text(encoding="utf-8")
    [drawn] = re.findall(r"```mermaid\n(.*?)\n```", guide, re.DOTALL)

    assert drawn == diagram()
    for (state, event), after in TRANSITIONS.items():
        [line] = [
            one
            for one in drawn.splitlines()
            if one.strip().startswith(f"{state or '[*]'} --> {after}:")
        ]
        assert event.value in line
