"""Undo: an act of the audit trail is taken back where nothing newer stands, else it is said."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.core.aliases import AliasState
from app.core.errors import BadInput, Conflict, Missing
from app.core.quarantine import OPEN, Quarantine
from app.db import aliases, cares, decisions, feedback, repositories, trail
from app.db.clusters import shown as clusters
from app.db.decisions import StoredEvent
from app.db.session import Session
from app.db.trail import AuditEvent
from app.render.words import decisions as said
from app.services import aliases as renames
from app.services.acts.actor import Actor, Done
from app.services.acts.cases import care_from, care_snapshot
from app.services.acts.counting import recount
from app.services.acts.issues import OPEN_ISSUE, withdraw
from app.services.acts.lines import CARED, UNDO, must_stand, original
from app.services.acts.reruns import RERUN, call_off
from app.services.acts.steps import audit, from_snapshot, snapshot
from app.services.acts.subject import hold
from app.services.acts.terms import give_to_owner, must_be_possible

Kept = Mapping[str, Any]
# The event to take back, and the last one about the same thing, which left it as it is.
Inverse = Callable[[Session, int, AuditEvent, AuditEvent, Actor, datetime], tuple[Kept, Kept]]
RENAMES = tuple(f"alias_{one.value}" for one in (AliasState.CONFIRMED, AliasState.DECLINED))
FORGIVING = frozenset({"dismiss", "mark_stable", UNDO})  # acts that take evidence back
CLUSTER_ACTS = ("cluster_named", "cluster_linked")  # in the order of what a cluster is called
UNDONE = "undone"  # what a quarantine's steps call it


def undo(session: Session, repo_id: int, event_id: int, actor: Actor, *, now: datetime) -> Done:
    """Take an act back.

    Raises Missing when the repository has no such event, BadInput for one that cannot be taken
    back, and Conflict when it was taken back already, when something newer about the same thing
    stands, or when it would bring back a quarantine that may not be: of a case that is broken, or
    where the policy only observes.
    """
    event = trail.event(session, repo_id, event_id)
    if event is None:
        raise Missing(f"The repository has no event {event_id} in its audit trail.")
    inverse = _inverse_of(event)
    if inverse is None:
        raise BadInput(said.never_undone(event.act))
    if event.act in RENAMES:
        repositories.hold(session, repo_id)  # before its cases, as whoever judges does
    if event.case_id is not None:
        hold(session, repo_id, event.case_id)
    if "cluster" in event.after:
        clusters.locked(session, repo_id, event.after["cluster"])
    latest = must_stand(session, repo_id, event)
    before, after = inverse(session, repo_id, event, latest, actor, now)
    feedback.take_back(session, repo_id, event.id, now=now)
    if event.act == UNDO:  # what was taken back counts again
        feedback.restore(session, repo_id, event.after["undoes"])
    number = audit(
        session,
        repo_id,
        event.case_id,
        UNDO,
        actor,
        before=before,
        after={**after, "undoes": event.id, "undid": event.act},
        now=now,
    )
    says = partial(said.undone_by, actor.shown, event.act)
    needs_recompute = event.act in FORGIVING or event.act in RENAMES
    return Done(event.case_id, says, number, needs_recompute=needs_recompute)


def can_be_undone(event: AuditEvent) -> bool:
    """Whether an act is one that can be taken back, while nothing newer stands."""
    return _inverse_of(event) is not None


def _inverse_of(event: AuditEvent) -> Inverse | None:
    if event.act in INVERSES:
        return INVERSES[event.act]
    if "care" in event.after:
        return _undo_care
    if "version" in event.after or "version" in event.before:
        return _undo_quarantine
    return None


def _undo_quarantine(
    session: Session,
    repo_id: int,
    event: AuditEvent,
    latest: AuditEvent,
    actor: Actor,
    now: datetime,
) -> tuple[Kept, Kept]:
    case_id = _case(event)
    subject = hold(session, repo_id, case_id)
    current = subject.before
    was, then = from_snapshot(event.before, case_id), from_snapshot(latest.after, case_id)
    if not _is_same(current, then):
        raise Conflict(said.newer_than(event.act))
    if was is not None and was.state in OPEN:
        must_be_possible(session, subject)
    restored = _restored(session, repo_id, current, _given_since(was, current, then))
    if restored is not None:
        recount(session, hold(session, repo_id, case_id), now=now)
    shown = restored or current
    assert shown is not None
    stored = StoredEvent(
        event=UNDONE,
        was=current.state if current else None,
        now=restored.state if restored else None,
        at=now,
        actor=actor.shown,
        why=said.undone_by(actor.shown, event.act),
        until=restored.until if restored else None,
        evidence=subject.evidence(),
        request_id=actor.request_id,
    )
    decisions.add_event(session, repo_id, shown.id, case_id, stored)
    return snapshot(current), snapshot(restored)


def _restored(
    session: Session, repo_id: int, current: Quarantine | None, was: Quarantine | None
) -> Quarantine | None:
    """The decision as it was, stored; None where there was none."""
    if was is None:
        assert current is not None  # an event changes something
        decisions.take_back(session, repo_id, current)
        return None
    if current is None:
        return decisions.open_new(session, repo_id, was)
    return decisions.move(session, repo_id, current, was)


def _given_since(
    was: Quarantine | None, current: Quarantine | None, then: Quarantine | None
) -> Quarantine | None:
    """The decision as it was, but theirs to whom it was given since, which is no step of it."""
    if was is None or current is None or then is None or current.owner == then.owner:
        return was
    return replace(was, owner=current.owner, owner_is_guess=current.owner_is_guess)


def _is_same(current: Quarantine | None, then: Quarantine | None) -> bool:
    if current is None or then is None:
        return current is then
    return (current.id, current.version) == (then.id, then.version)


def _undo_care(
    session: Session,
    repo_id: int,
    event: AuditEvent,
    latest: AuditEvent,
    actor: Actor,
    now: datetime,
) -> tuple[Kept, Kept]:
    case_id, act = _case(event), original(session, repo_id, event)
    if act is None:  # an undoing that outlived what it took back
        raise BadInput(said.never_undone(event.act))
    current = cares.care_of(session, repo_id, case_id)
    then, was = care_from(latest.after), care_from(event.before)
    names = CARED[act.act]
    if any(getattr(current, name) != getattr(then, name) for name in names):
        raise Conflict(said.newer_than(event.act))
    wanted = replace(current, **{name: getattr(was, name) for name in names})
    restored = cares.write(session, repo_id, case_id, current, wanted)
    if restored.owner != current.owner:
        give_to_owner(session, hold(session, repo_id, case_id))
    return care_snapshot(current), care_snapshot(restored)


def _undo_alias(
    session: Session, repo_id: int, event: AuditEvent, _: AuditEvent, actor: Actor, now: datetime
) -> tuple[Kept, Kept]:
    alias = aliases.of_pair(session, repo_id, UUID(event.after["old_case"]), _case(event))
    if alias is None or alias.state.value != event.after["state"]:
        raise Conflict(said.newer_than(event.act))
    state = AliasState(event.before["state"])
    moved = renames.move(session, alias, state, by=actor.shown, now=now)
    kept = {"old_case": str(alias.old)}
    return {"state": alias.state.value, **kept}, {"state": state.value, **kept, **moved.handed}


def _undo_cluster(
    session: Session, repo_id: int, event: AuditEvent, _: AuditEvent, actor: Actor, now: datetime
) -> tuple[Kept, Kept]:
    cluster_id, was, then = event.after["cluster"], event.before["value"], event.after["value"]
    held = clusters.locked(session, repo_id, cluster_id)
    place = CLUSTER_ACTS.index(event.act)
    if held is None or held[place] != then:
        raise Conflict(said.newer_than(event.act))
    note = (clusters.note_name, clusters.note_issue)[place]
    note(session, repo_id, cluster_id, was)
    return {"cluster": cluster_id, "value": then}, {"cluster": cluster_id, "value": was}


def _undo_issue(
    session: Session, repo_id: int, event: AuditEvent, _: AuditEvent, actor: Actor, now: datetime
) -> tuple[Kept, Kept]:
    issue = withdraw(session, repo_id, event.after["issue"], actor, now=now)
    if issue is None:
        raise Conflict(said.newer_than(event.act))
    return {"issue": issue.id}, {"issue": None}


def _undo_rerun(
    session: Session, repo_id: int, event: AuditEvent, _: AuditEvent, actor: Actor, now: datetime
) -> tuple[Kept, Kept]:
    call_off(session, repo_id, event.after["rerun"], now=now)
    return {"rerun": event.after["rerun"]}, {"rerun": None}


def _case(event: AuditEvent) -> UUID:
    assert event.case_id is not None  # seen to before
    return event.case_id


INVERSES: dict[str, Inverse] = {
    **dict.fromkeys(RENAMES, _undo_alias),
    **dict.fromkeys(CLUSTER_ACTS, _undo_cluster),
    OPEN_ISSUE: _undo_issue,
    RERUN: _undo_rerun,
}
"""The acts that are neither a quarantine's nor said of a case, by their name in the audit trail."""
