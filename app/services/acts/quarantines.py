"""What a person can do about a quarantine: propose, activate, decline, renew, release, dismiss.

Each is one function for every surface. The caller has checked that the actor may write to the
repository. Each raises Missing when there is no such case, and Conflict, in one sentence, where
the case is in no state for it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from app.core.accuracy import Correction
from app.core.errors import BadInput, Conflict
from app.core.quarantine import HOLDING, REASON_LIMIT, Quarantine, QuarantineEvent, QuarantineState
from app.db.session import Session
from app.render import words
from app.render.words import decisions as said
from app.services.acts.actor import Actor, Done
from app.services.acts.counting import recount
from app.services.acts.steps import Step, done, take
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import AS_IT_IS, Wish, must_be_possible, terms

E, S = QuarantineEvent, QuarantineState
HELD = "Held for flaky."
NOT_FLAKY = "Marked as not flaky."
RELEASED = "Released."
A_MOMENT = timedelta(seconds=10)  # in which two clicks are taken for one


def propose(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, reason: str, now: datetime
) -> Done:
    """Suggest that a case be quarantined, for somebody to decide."""
    subject = hold(session, repo_id, case_id)
    must_be_possible(session, subject)
    step = Step("propose", [_proposal(subject)], reason or HELD, {})
    _, event_id = take(session, subject, step, actor, now=now)
    return done(subject, partial(said.proposed_by, actor.shown), event_id)


def activate(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    now: datetime,
    reason: str = HELD,
    wish: Wish = AS_IT_IS,
) -> Done:
    """Approve a proposal, or quarantine a case that nobody proposed; it runs on, and excuses.

    A quarantine that ran out is renewed by it, one that healed is reopened.
    """
    subject = hold(session, repo_id, case_id)
    must_be_possible(session, subject)
    begins = terms(session, subject, wish, now=now, fallback=actor.shown)
    step = Step("quarantine", _approval(subject), reason or HELD, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    return done(subject, partial(words.quarantined_by, actor.shown, _end(after)), event_id)


def decline(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, reason: str, now: datetime
) -> Done:
    """Refuse a proposal; the case is proposed again only when it flakes again."""
    subject = hold(session, repo_id, case_id)
    step = Step("decline", [E.REFUSED], reason or "Declined.", {})
    _, event_id = take(session, subject, step, actor, now=now)
    return done(subject, partial(said.declined_by, actor.shown), event_id)


def renew(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    reason: str,
    now: datetime,
    wish: Wish = AS_IT_IS,
) -> Done:
    """Let a quarantine go on, from now, with a reason; its proof is counted on."""
    subject = hold(session, repo_id, case_id)
    must_be_possible(session, subject)
    _must_have_reason(reason)
    if _is_the_same_click(subject.before, reason, actor, now=now):
        raise Conflict(said.renewed_just_now(actor.shown))
    begins = terms(session, subject, wish, now=now, fallback=actor.shown)
    if subject.before is not None and wish.owner is None and subject.before.owner is not None:
        begins |= {
            "owner": subject.before.owner,
            "owner_is_guess": subject.before.owner_is_guess,
        }
    held = subject.before
    if wish.days is None and held is not None and held.state in HOLDING and held.until is not None:
        begins["until"] = max(begins["until"], held.until)  # only who asks for it shortens it
    for counted in ("clean_runs", "clean_since", "fix"):
        begins.pop(counted)
    if subject.before is not None and subject.before.state is S.FIX_PENDING:
        begins.pop("clean_needed")  # a claimed fix is proven by fewer
    step = Step("renew", [E.RENEWED], reason, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    recount(session, hold(session, repo_id, case_id), now=now)
    return done(subject, partial(said.renewed_by, actor.shown, _end(after)), event_id)


def _is_the_same_click(
    before: Quarantine | None, reason: str, actor: Actor, *, now: datetime
) -> bool:
    """Whether the same person renewed it for the same reason a moment ago: two clicks are one."""
    return (
        before is not None
        and before.event is E.RENEWED
        and (before.decided_by, before.reason) == (actor.shown, reason[:REASON_LIMIT])
        and now - before.since < A_MOMENT
    )


def release(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, reason: str, now: datetime
) -> Done:
    """End a quarantine: the case blocks again, and stays flaky for what was seen."""
    subject = hold(session, repo_id, case_id)
    step = Step("release", [E.RELEASED], reason or RELEASED, {})
    _, event_id = take(session, subject, step, actor, now=now)
    return done(subject, partial(said.released_by, actor.shown), event_id)


def dismiss(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    now: datetime,
    reason: str = NOT_FLAKY,
) -> Done:
    """Say that what was seen of a case were no flakes; only newer evidence counts from now on."""
    subject = hold(session, repo_id, case_id)
    if subject.before is not None and subject.before.calls_it_not_flaky and not _is_newer(subject):
        raise Conflict(said.not_possible(E.NOT_FLAKY, subject.before))
    events = [E.PROPOSED, E.NOT_FLAKY] if subject.before is None else [E.NOT_FLAKY]
    wrong = Correction.NOT_FLAKY if subject.was_flagged else None
    step = Step("dismiss", events, reason or NOT_FLAKY, {}, correction=wrong)
    _, event_id = take(session, subject, step, actor, now=now)
    return replace(
        done(subject, partial(words.dismissed_by, actor.shown), event_id), takes_back=True
    )


def reopen(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    reason: str,
    now: datetime,
    wish: Wish = AS_IT_IS,
) -> Done:
    """Take up again what healed, or what was dismissed and flaked since."""
    subject = hold(session, repo_id, case_id)
    must_be_possible(session, subject)
    _must_have_reason(reason)
    if subject.before is not None and subject.before.state is S.DISMISSED:
        step = Step("reopen", [_proposal(subject)], reason, {})
        _, event_id = take(session, subject, step, actor, now=now)
        return done(subject, partial(said.proposed_by, actor.shown), event_id)
    begins = terms(session, subject, wish, now=now, fallback=actor.shown)
    step = Step("reopen", [E.REOPENED], reason, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    return done(subject, partial(said.reopened_by, actor.shown, _end(after)), event_id)


def _proposal(subject: Subject) -> QuarantineEvent:
    """By which event a case is proposed now; Conflict where nothing newer speaks for it."""
    before = subject.before
    if before is None or before.state is not S.DISMISSED:
        return E.PROPOSED
    if not _is_newer(subject):
        raise Conflict(said.nothing_newer(before))
    return E.PROPOSED_ANEW


def _approval(subject: Subject) -> list[QuarantineEvent]:
    """The events by which a case comes to be held, whatever was decided before."""
    state = subject.before.state if subject.before else None
    if state is S.EXPIRED:
        return [E.RENEWED]
    if state is S.RESOLVED:
        return [E.REOPENED]
    if state in {None, S.DISMISSED}:
        return [_proposal(subject), E.APPROVED]
    return [E.APPROVED]


def _is_newer(subject: Subject) -> bool:
    """Whether the case flaked since it was decided about."""
    assert subject.before is not None
    flaked = subject.flaked_at
    return flaked is not None and flaked > subject.before.evidence_at


def _must_have_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(said.needs_reason())


def _end(after: Quarantine) -> datetime:
    assert after.until is not None  # whatever is held has an end
    return after.until
