"""One act on several cases, as buttons and commands ask for it; and what a decision is said as."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.acts import ActName
from app.core.errors import BadInput, Conflict, Missing
from app.core.proof import Progress
from app.core.quarantine import Quarantine
from app.db.session import Session
from app.render import words
from app.render.words import decisions as said
from app.services.acts.actor import Actor, Done
from app.services.acts.named import NOTHING_MORE, Asked, perform


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was not done to a case, in a sentence."""

    case_id: UUID
    sentence: str


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done, and what was not."""

    done: Sequence[Done]
    refused: Sequence[Refused]


def act(
    session: Session,
    repo_id: int,
    case_ids: Sequence[UUID],
    name: ActName,
    actor: Actor,
    *,
    now: datetime,
    asked: Asked = NOTHING_MORE,
) -> Acted:
    """Do one thing to each of these cases; those in no state for it are left as they are.

    The caller has checked that the actor may write to the repository.
    """
    found: list[Done] = []
    refused: list[Refused] = []
    for case_id in sorted(set(case_ids)):  # in one order, so that two who act never wait in a ring
        try:
            found.append(perform(session, repo_id, case_id, name, asked, actor, now=now))
        except (BadInput, Conflict, Missing) as error:
            refused.append(Refused(case_id, str(error)))
    return Acted(found, refused)


def decision_sentence(decision: Quarantine | None, *, now: datetime) -> str | None:
    """What every surface says of a decision in force; None when there is none."""
    if decision is None:
        return None
    if decision.excuses(now) and decision.until is not None:
        held = words.quarantined_by(decision.decided_by, decision.until)
        progress = Progress(decision.clean_runs, decision.clean_needed)
        return f"{held} {said.proof_progress(progress)}." if progress.needed else held
    if decision.calls_it_not_flaky:
        return words.dismissed_by(decision.decided_by)
    return None


def is_quarantined(decision: Quarantine | None, *, now: datetime) -> bool:
    """Whether a case's failures are excused by a decision at `now`."""
    return decision is not None and decision.excuses(now)
