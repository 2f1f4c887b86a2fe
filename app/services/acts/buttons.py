"""What the buttons of check runs, chat and pages do: one act on each of their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.errors import Conflict, Missing
from app.core.proof import Progress
from app.core.quarantine import Quarantine
from app.db.session import Session
from app.render import words
from app.render.view import ActKind
from app.render.words import decisions as said
from app.services.acts import quarantines
from app.services.acts.actor import Actor, Done

MOST_AT_ONCE = 10  # cases that one click may act on


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done, and in a sentence each why something was not."""

    done: Sequence[Done]
    refused: Sequence[str]


def act(
    session: Session,
    repo_id: int,
    case_ids: Sequence[UUID],
    kind: ActKind,
    actor: Actor,
    *,
    now: datetime,
) -> Acted:
    """Do one thing to each of these cases; those in no state for it are left as they are.

    The caller has checked that the actor may write to the repository.
    """
    found: list[Done] = []
    refused: list[str] = []
    for case_id in sorted(set(case_ids))[:MOST_AT_ONCE]:
        try:
            found.append(_do(session, repo_id, case_id, kind, actor, now=now))
        except (Conflict, Missing) as error:
            refused.append(str(error))
    return Acted(found, refused)


def _do(
    session: Session, repo_id: int, case_id: UUID, kind: ActKind, actor: Actor, *, now: datetime
) -> Done:
    match kind:
        case ActKind.QUARANTINE:
            return quarantines.activate(session, repo_id, case_id, actor, now=now)
        case ActKind.DISMISS:
            return quarantines.dismiss(session, repo_id, case_id, actor, now=now)
        case ActKind.RELEASE:
            return quarantines.release(session, repo_id, case_id, actor, reason="", now=now)
        case ActKind.DECLINE:
            return quarantines.decline(session, repo_id, case_id, actor, reason="", now=now)


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
