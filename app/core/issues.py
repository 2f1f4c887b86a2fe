"""Issues on the code host about flaky cases: what each is about, and whether it is to be open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.decide import Standing, State
from app.core.quarantine import OPEN, Quarantine, QuarantineState

MARKED = "flakeguard-issue"  # how the hidden marker of every issue of ours begins
GROUPED_ABOVE = 4  # flaky cases of one file or cluster; more of them share one issue


class About(StrEnum):
    """What an issue is about."""

    CASE = "case"
    FILE = "file"  # several flaky cases of one file
    CLUSTER = "cluster"  # several flaky cases that fail alike


@dataclass(frozen=True, slots=True)
class Topic:
    """One case, file or cluster; there is one issue of it at most."""

    about: About
    key: str  # the case's hexadecimal id, a digest of the file's path, or the cluster's number


class Hand(StrEnum):
    """What somebody else than us did last to an issue."""

    CLOSED = "closed"  # done with it: a fix is claimed
    NOT_PLANNED = "not_planned"  # done with it, fixed or not
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"  # who had it opened took that back


class CloseReason(StrEnum):
    """Why an issue is closed, in GitHub's words."""

    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of ours, from the wish to open it on."""

    id: int
    topic: Topic
    opened_by: str  # as people are shown it
    opened_at: datetime
    number: int | None  # the host's; None until it is known
    url: str | None
    is_open: bool  # as it stood there, last we knew
    hand: Hand | None
    hand_by: str | None
    hand_at: datetime | None
    gist: bytes | None  # of what matters in what was last said
    digest: bytes | None  # of all that was last said
    sent_at: datetime | None
    error: str | None  # why it could not be opened


@dataclass(frozen=True, slots=True)
class Affair:
    """One case of an issue."""

    is_settled: bool  # it needs no issue any more
    is_called_not_flaky: bool
    settled_at: datetime | None  # since when
    flaked_at: datetime | None  # when it flaked last


def affair_of(
    standing: Standing | None, decision: Quarantine | None, *, changed_at: datetime | None
) -> Affair:
    """Whether a case needs an issue; `changed_at` is when its state changed last."""
    flaked_at = standing.last_flake_at if standing else None
    if decision is not None:
        if decision.state is QuarantineState.RESOLVED or decision.calls_it_not_flaky:
            is_no_flake = decision.calls_it_not_flaky
            return Affair(True, is_no_flake, decision.since, flaked_at)
        if decision.state in OPEN or decision.state is QuarantineState.EXPIRED:
            return Affair(False, False, None, flaked_at)
    is_healthy = standing is None or standing.state is State.HEALTHY
    return Affair(is_healthy, False, changed_at if is_healthy else None, flaked_at)


def is_wanted_open(affairs: Sequence[Affair], hand: Hand | None, hand_at: datetime | None) -> bool:
    """Whether an issue is to be open: while a case of it is not settled, unless a person said so.

    What a person closed opens again only when a case flaked after that; what was closed as not
    planned, or taken back, stays closed; what a person opened again stays open until something
    newer settles it.
    """
    unsettled = [one for one in affairs if not one.is_settled]
    if hand is None or hand_at is None:
        return bool(unsettled)
    match hand:
        case Hand.CLOSED:
            return any(one.flaked_at is not None and one.flaked_at > hand_at for one in unsettled)
        case Hand.NOT_PLANNED | Hand.WITHDRAWN:
            return False
        case Hand.REOPENED:
            newest = max((one.settled_at for one in affairs if one.settled_at), default=None)
            return bool(unsettled) or newest is None or newest <= hand_at


def close_reason(affairs: Sequence[Affair], hand: Hand | None) -> CloseReason:
    """Why an issue that is to be closed is."""
    if hand in {Hand.NOT_PLANNED, Hand.WITHDRAWN}:
        return CloseReason.NOT_PLANNED
    called_off = bool(affairs) and all(one.is_called_not_flaky for one in affairs)
    return CloseReason.NOT_PLANNED if called_off else CloseReason.COMPLETED
