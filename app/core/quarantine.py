"""Quarantine: a case runs still and does not block; with an owner, a reason and an end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.errors import IllegalTransition

LASTS = timedelta(days=30)  # unless somebody says otherwise
REASON_LIMIT = 500  # characters


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

    APPROVED = "approved"  # a person says yes
    REFUSED = "refused"  # a person says no
    RELEASED = "released"  # a person ends it, or calls it not flaky
    TURNED_BROKEN = "turned_broken"  # fails on the default branch: no flake
    TIME_IS_UP = "time_is_up"  # its end came
    RENEWED = "renewed"  # with a reason
    FIX_CLAIMED = "fix_claimed"  # a commit or an issue says so
    FLAKED = "flaked"  # a contradicted failure
    PROVEN = "proven"  # enough clean runs
    PROPOSED_ANEW = "proposed_anew"  # on evidence newer than the dismissal


S, E = QuarantineState, QuarantineEvent

TRANSITIONS: dict[tuple[QuarantineState, QuarantineEvent], QuarantineState] = {
    (S.PROPOSED, E.APPROVED): S.ACTIVE,
    (S.PROPOSED, E.REFUSED): S.DISMISSED,
    (S.PROPOSED, E.RELEASED): S.DISMISSED,
    (S.ACTIVE, E.FIX_CLAIMED): S.FIX_PENDING,
    (S.ACTIVE, E.TIME_IS_UP): S.EXPIRED,
    (S.ACTIVE, E.RELEASED): S.DISMISSED,
    (S.ACTIVE, E.TURNED_BROKEN): S.DISMISSED,
    (S.FIX_PENDING, E.PROVEN): S.RESOLVED,
    (S.FIX_PENDING, E.FLAKED): S.ACTIVE,
    (S.FIX_PENDING, E.RELEASED): S.DISMISSED,
    (S.FIX_PENDING, E.TURNED_BROKEN): S.DISMISSED,
    (S.EXPIRED, E.RENEWED): S.ACTIVE,
    (S.EXPIRED, E.RELEASED): S.DISMISSED,
    (S.RESOLVED, E.FLAKED): S.ACTIVE,
    (S.DISMISSED, E.PROPOSED_ANEW): S.PROPOSED,
}


def advance(state: QuarantineState, event: QuarantineEvent) -> QuarantineState:
    """The state that follows, or IllegalTransition."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The newest decision about a case."""

    id: int
    case_id: UUID
    state: QuarantineState
    reason: str
    decided_by: str  # as people are shown it: @login
    since: datetime  # when this state began
    evidence_at: datetime  # the newest evidence then
    until: datetime | None

    def excuses(self, now: datetime) -> bool:
        """Whether failures are excused at `now`; an end that has come counts at once."""
        in_force = self.state in {S.ACTIVE, S.FIX_PENDING}
        return in_force and (self.until is None or now < self.until)
