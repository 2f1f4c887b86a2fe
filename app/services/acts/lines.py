"""Which acts stand: undo goes back through those about one thing, the newest first."""

from collections.abc import Hashable, Sequence

from app.core.errors import Conflict
from app.db import trail
from app.db.session import Session
from app.db.trail import AuditEvent
from app.render.words import decisions as said

UNDO = "undo"  # the act's name in the audit trail
CARED = {
    "own": ("owner",),
    "mute": ("muted_until",),
    "unmute": ("muted_until",),
    "mark_stable": ("stable_since", "stable_sha"),
}
"""What each act says of a case; those that say the same are about one thing."""
NAMED_BY = ("cluster", "rerun", "old_case")  # what an act was about beside its case, if anything


def original(session: Session, repo_id: int, event: AuditEvent) -> AuditEvent | None:
    """The act that an event did or, through however many undoings, took back and did again."""
    found: AuditEvent | None = event
    while found is not None and found.act == UNDO:
        found = trail.event(session, repo_id, found.after["undoes"])
    return found


def must_stand(session: Session, repo_id: int, event: AuditEvent) -> AuditEvent:
    """Conflict where an act was taken back, or where something newer about its thing stands.

    An undoing leads to what stood before the act that it took back, so that behind it older acts
    stand again. The answer is the last event about the thing: what it left is as it is now. The
    case is held against others.
    """
    line = _line(session, repo_id, event)
    place = len(line) - 1
    while place > 0:
        before = _before_undone(line, line[place])
        if before is None:
            raise Conflict(_refusal(line, event))
        place = before
    return line[-1]


def _before_undone(line: Sequence[AuditEvent], newest: AuditEvent) -> int | None:
    """The place of what an undoing leads back to; None: what is newer was not undone."""
    undone = newest.after["undoes"] if newest.act == UNDO else None
    places = [place for place, one in enumerate(line) if one.id == undone]
    return places[0] - 1 if places and places[0] > 0 else None


def _refusal(line: Sequence[AuditEvent], event: AuditEvent) -> str:
    is_undone = any(one.act == UNDO and one.after["undoes"] == event.id for one in line)
    return said.undone_already(event.act) if is_undone else said.newer_than(event.act)


def _line(session: Session, repo_id: int, event: AuditEvent) -> list[AuditEvent]:
    """This event and what happened since to the same thing, oldest first."""
    thing = _thing(session, repo_id, event)
    later = trail.of_case(session, repo_id, event.case_id, after=event.id)
    return [event, *(one for one in later if _thing(session, repo_id, one) == thing)]


def _thing(session: Session, repo_id: int, event: AuditEvent) -> Hashable:
    """What an act is about; an undoing is about what it takes back."""
    act = original(session, repo_id, event)
    if act is None:
        return None
    if act.act in CARED:
        return CARED[act.act]
    if "version" in act.after or "version" in act.before:
        return "quarantine"
    named = tuple(act.after.get(name) for name in NAMED_BY)
    return ("alias" if "old_case" in act.after else act.act, *named)
