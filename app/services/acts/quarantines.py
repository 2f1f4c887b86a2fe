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
from app.services.acts.actor import Actor, Done, ourselves
from app.services.acts.counting import claims_a_fix_still, recount
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
    subject = _hold(session, repo_id, case_id, actor, now=now)
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
    subject = _hold(session, repo_id, case_id, actor, now=now)
    must_be_possible(session, subject)
    if subject.before is not None and subject.before.state is S.EXPIRED:
        step = _renewal(session, subject, "quarantine", reason or HELD, actor, wish, now=now)
    else:
        begins = terms(session, subject, wish, now=now, fallback=actor.shown)
        step = Step("quarantine", _approval(subject), reason or HELD, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    recount(session, hold(session, repo_id, case_id), now=now)
    return done(subject, partial(words.quarantined_by, actor.shown, _end(after)), event_id)


def decline(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, reason: str, now: datetime
) -> Done:
    """Refuse a proposal; the case is proposed again only when it flakes again."""
    subject = _hold(session, repo_id, case_id, actor, now=now)
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
    subject = _hold(session, repo_id, case_id, actor, now=now)
    must_be_possible(session, subject)
    _must_have_reason(reason)
    if _is_the_same_click(subject.before, reason, actor, now=now):
        raise Conflict(said.renewed_just_now(actor.shown))
    step = _renewal(session, subject, "renew", reason, actor, wish, now=now)
    after, event_id = take(session, subject, step, actor, now=now)
    recount(session, hold(session, repo_id, case_id), now=now)
    return done(subject, partial(said.renewed_by, actor.shown, _end(after)), event_id)


def _renewal(
    session: Session,
    subject: Subject,
    act: str,
    reason: str,
    actor: Actor,
    wish: Wish,
    *,
    now: datetime,
) -> Step:
    """How what is held, or was until its end, goes on; a claimed fix waits for its proof on."""
    before = subject.before
    begins = terms(session, subject, wish, now=now, fallback=actor.shown)
    if wish.days is None and before is not None and before.state in HOLDING and before.until:
        begins["until"] = max(begins["until"], before.until)  # only who asks for it shortens it
    goes_on_with_fix = claims_a_fix_still(session, subject)
    has_fix = goes_on_with_fix or (before is not None and before.state is S.FIX_PENDING)
    for counted in ("clean_runs", "clean_since"):
        begins.pop(counted)
    if has_fix:
        for claimed in ("fix", "clean_needed"):  # a claimed fix is proven by fewer
            begins.pop(claimed)
    return Step(act, [E.RENEWED_WITH_FIX if goes_on_with_fix else E.RENEWED], reason, begins)


def _is_the_same_click(
    before: Quarantine | None, reason: str, actor: Actor, *, now: datetime
) -> bool:
    """Whether the same person renewed it for the same reason a moment ago: two clicks are one."""
    return (
        before is not None
        and before.event in {E.RENEWED, E.RENEWED_WITH_FIX}
        and (before.decided_by, before.reason) == (actor.shown, reason[:REASON_LIMIT])
        and now - before.since < A_MOMENT
    )


def release(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, reason: str, now: datetime
) -> Done:
    """End a quarantine: the case blocks again, and stays flaky for what was seen."""
    subject = _hold(session, repo_id, case_id, actor, now=now)
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
    subject = _hold(session, repo_id, case_id, actor, now=now)
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
    subject = _hold(session, repo_id, case_id, actor, now=now)
    must_be_possible(session, subject)
    _must_have_reason(reason)
    if subject.before is not None and subject.before.state is S.DISMISSED:
        step = Step("reopen", [_proposal(subject)], reason, {})
        _, event_id = take(session, subject, step, actor, now=now)
        return done(subject, partial(said.proposed_by, actor.shown), event_id)
    begins = terms(session, subject, wish, now=now, fallback=actor.shown)
    step = Step("reopen", [E.REOPENED], reason, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    recount(session, hold(session, repo_id, case_id), now=now)
    return done(subject, partial(said.reopened_by, actor.shown, _end(after)), event_id)


def _hold(session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime) -> Subject:
    """The case, to act on: an end that has come counts at once, whoever comes first to note it."""
    subject = hold(session, repo_id, case_id)
    before = subject.before
    if before is None or before.state_at(now) is before.state:
        return subject
    assert before.until is not None  # else it would not have run out
    step = Step(E.TIME_IS_UP.value, [E.TIME_IS_UP], said.ended(before.until), {})
    take(session, subject, step, ourselves(actor.surface, actor.request_id), now=now)
    return hold(session, repo_id, case_id)


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
