"""Quarantine: a case runs still and does not block; with an owner, a reason and an end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.errors import IllegalTransition

LASTS = timedelta(days=30)  # at most, unless the policy says otherwise
REASON_LIMIT = 500  # characters
TOLD_BEFORE = timedelta(days=3)  # how long before its end the owner is told


class QuarantineState(StrEnum):
    """Where a decision about a case stands."""

    PROPOSED = "proposed"  # suggested, and not decided
    ACTIVE = "active"  # failures are excused
    FIX_PENDING = "fix_pending"  # a fix is claimed and waits for its proof
    EXPIRED = "expired"  # its end came: blocks again
    DISMISSED = "dismissed"  # refused, released, or turned broken
    RESOLVED = "resolved"  # the fix is proven


class QuarantineEvent(StrEnum):
    """What can happen to it."""

    PROPOSED = "proposed"  # for the first time
    PROPOSED_ANEW = "proposed_anew"  # on evidence newer than the dismissal
    APPROVED = "approved"  # a person says yes, or the policy does
    REFUSED = "refused"  # a person says no
    RENEWED = "renewed"  # with a reason
    RENEWED_WITH_FIX = "renewed_with_fix"  # the same, where a claimed fix waits for its proof still
    RELEASED = "released"  # a person ends it
    NOT_FLAKY = "not_flaky"  # a person says that the case never was flaky
    TURNED_BROKEN = "turned_broken"  # fails on the default branch: no flake
    EXEMPTED = "exempted"  # the policy keeps the case out by now
    TIME_IS_UP = "time_is_up"  # its end came
    FIX_CLAIMED = "fix_claimed"  # a commit, an issue, or a long row of clean runs says so
    FLAKED = "flaked"  # a contradicted failure
    PROVEN = "proven"  # enough clean runs
    REOPENED = "reopened"  # a person says that the fix was none


S, E = QuarantineState, QuarantineEvent

TRANSITIONS: dict[tuple[QuarantineState | None, QuarantineEvent], QuarantineState] = {
    (None, E.PROPOSED): S.PROPOSED,
    (S.PROPOSED, E.APPROVED): S.ACTIVE,
    (S.PROPOSED, E.REFUSED): S.DISMISSED,
    (S.PROPOSED, E.NOT_FLAKY): S.DISMISSED,
    (S.PROPOSED, E.TURNED_BROKEN): S.DISMISSED,
    (S.PROPOSED, E.EXEMPTED): S.DISMISSED,
    (S.ACTIVE, E.FIX_CLAIMED): S.FIX_PENDING,
    (S.ACTIVE, E.RENEWED): S.ACTIVE,
    (S.ACTIVE, E.TIME_IS_UP): S.EXPIRED,
    (S.ACTIVE, E.RELEASED): S.DISMISSED,
    (S.ACTIVE, E.NOT_FLAKY): S.DISMISSED,
    (S.ACTIVE, E.TURNED_BROKEN): S.DISMISSED,
    (S.ACTIVE, E.EXEMPTED): S.DISMISSED,
    (S.FIX_PENDING, E.PROVEN): S.RESOLVED,
    (S.FIX_PENDING, E.FLAKED): S.ACTIVE,
    (S.FIX_PENDING, E.RENEWED): S.FIX_PENDING,
    (S.FIX_PENDING, E.TIME_IS_UP): S.EXPIRED,
    (S.FIX_PENDING, E.RELEASED): S.DISMISSED,
    (S.FIX_PENDING, E.NOT_FLAKY): S.DISMISSED,
    (S.FIX_PENDING, E.TURNED_BROKEN): S.DISMISSED,
    (S.FIX_PENDING, E.EXEMPTED): S.DISMISSED,
    (S.EXPIRED, E.RENEWED): S.ACTIVE,
    (S.EXPIRED, E.RENEWED_WITH_FIX): S.FIX_PENDING,
    (S.EXPIRED, E.RELEASED): S.DISMISSED,
    (S.EXPIRED, E.NOT_FLAKY): S.DISMISSED,
    (S.EXPIRED, E.TURNED_BROKEN): S.DISMISSED,
    (S.RESOLVED, E.FLAKED): S.ACTIVE,
    (S.RESOLVED, E.REOPENED): S.ACTIVE,
    (S.RESOLVED, E.NOT_FLAKY): S.DISMISSED,
    (S.DISMISSED, E.PROPOSED_ANEW): S.PROPOSED,
    (S.DISMISSED, E.NOT_FLAKY): S.DISMISSED,
}
"""Every step that is possible; None is a case about which nothing was ever decided.

A person's word about a case that nobody proposed goes through the same steps at once: it is
proposed, then approved or called not flaky.
"""

HOLDING = frozenset({S.ACTIVE, S.FIX_PENDING})  # failures are excused, until the end
OPEN = frozenset({S.PROPOSED, *HOLDING})


def advance(state: QuarantineState | None, event: QuarantineEvent) -> QuarantineState:
    """The state that follows, or IllegalTransition."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state or "undecided", event) from None


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The decision about a case, as it stands."""

    id: int
    case_id: UUID
    state: QuarantineState
    reason: str
    decided_by: str  # as people are shown it: @login
    since: datetime  # when this state began
    evidence_at: datetime  # the newest evidence then
    until: datetime | None
    event: QuarantineEvent = E.APPROVED  # what led to this state
    version: int = 1  # one up with every step
    owner: str | None = None
    owner_is_guess: bool = False
    p_flaky: float | None = None  # as shown when it was decided
    clean_needed: int = 0  # runs that a proof takes
    clean_runs: int = 0  # of them, seen since `clean_since`
    clean_since: datetime | None = None
    fix: str | None = None  # the commit or issue that claims one

    def excuses(self, now: datetime) -> bool:
        """Whether failures are excused at `now`; an end that has come counts at once."""
        return self.state in HOLDING and (self.until is None or now < self.until)

    def state_at(self, now: datetime) -> QuarantineState:
        """The state that people are shown: what ran out blocks again, whoever notes it when."""
        ran_out = self.state in HOLDING and not self.excuses(now)
        return S.EXPIRED if ran_out else self.state

    @property
    def calls_it_not_flaky(self) -> bool:
        """Whether a person said that what was seen up to `evidence_at` were no flakes."""
        return self.state is S.DISMISSED and self.event is E.NOT_FLAKY


def diagram() -> str:
    """The transitions as a Mermaid state diagram: one line a pair of states, events by name."""
    events: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in TRANSITIONS.items():
        events.setdefault((before or "[*]", after), []).append(event.value)
    lines = [f"    {was} --> {now}: {', '.join(named)}" for (was, now), named in events.items()]
    return "\n".join(["stateDiagram-v2", *lines])
