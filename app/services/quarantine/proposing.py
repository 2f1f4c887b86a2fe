"""Proposing cases for quarantine of our own accord, and holding them where the policy says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from app.core.holding import HoldingRules, WhyNot, why_not_held, why_not_proposed
from app.core.quarantine import HOLDING, QuarantineEvent, QuarantineState
from app.core.runs import Repository, Run
from app.db import bases, cases
from app.db.session import Session
from app.render import words
from app.render.words import decisions as said
from app.services.acts.actor import OURSELVES_NAME, Actor
from app.services.acts.steps import Step, take
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import AS_IT_IS, terms
from app.services.chat import owner_news, threads
from app.services.policy.holding import changes_case, labels_of, rules_for

LOOKBACK = timedelta(days=60)  # how far back flakes count as a basis, as for a judgement
E, S = QuarantineEvent, QuarantineState
BY_PEOPLE = frozenset({E.REFUSED, E.RELEASED, E.NOT_FLAKY})  # ends that a person's word brought

log = structlog.get_logger(__name__)


def propose(
    session: Session,
    repository: Repository,
    case_id: UUID,
    run: Run,
    actor: Actor,
    *,
    now: datetime,
) -> WhyNot | None:
    """Propose a case that turned flaky by this run, and hold it where the policy says so.

    One that is proposed already is held now where only then something stood in the way: a cap, a
    label that is missing. The answer is why it was not held, or not even proposed; None when it
    is held now, or somebody has decided.
    """
    subject = hold(session, repository.id, case_id)
    rules = rules_for(session, repository.id, case_id, branch=run.branch)
    event = _event(subject)
    if event is None and not (rules.activates and _waits(subject)):
        return None
    reason = why_not(session, subject, rules, run)
    if reason is None:
        reason = _why_not_held(session, subject, rules, run, now=now)
        events = [E.APPROVED] if reason is None else []
        if event is not None:
            events.insert(0, event)
        if events:
            _take(session, subject, rules, events, actor, now=now)
    log.info("proposal", case=str(case_id), run=run.key.run_id, why_not=reason)
    return reason


def _event(subject: Subject) -> QuarantineEvent | None:
    """By which event it would be proposed; None where it is decided about already."""
    before = subject.before
    if before is None:
        return E.PROPOSED
    if before.state is not S.DISMISSED:
        return None
    flaked = subject.flaked_at
    return E.PROPOSED_ANEW if flaked is not None and flaked > before.evidence_at else None


def _waits(subject: Subject) -> bool:
    """Whether it is proposed for the first time, and nobody has decided yet."""
    before = subject.before
    return before is not None and before.state is S.PROPOSED and before.event is E.PROPOSED


def why_not(session: Session, subject: Subject, rules: HoldingRules, run: Run) -> WhyNot | None:
    """Why a case must not be proposed by this run; None when it may be."""
    since = run.started_at - LOOKBACK
    case = cases.cases(session, subject.repo_id, [subject.case_id])[subject.case_id]
    return why_not_proposed(
        rules,
        subject.standing,
        bases.basis(session, subject.repo_id, case, since=since),
        is_trusted=run.is_trusted,
        changes_case=changes_case(session, run, subject.case_id),
    )


def _why_not_held(
    session: Session, subject: Subject, rules: HoldingRules, run: Run, *, now: datetime
) -> WhyNot | None:
    before = subject.before
    if before is not None and before.event in BY_PEOPLE:
        return WhyNot.NOT_AUTOMATIC  # whoever said no is asked again, and not passed over
    held = bases.held(session, run.key.repo_id, by=OURSELVES_NAME, now=now)
    labels = labels_of(session, run)
    return why_not_held(
        rules,
        score=subject.p_flaky,
        labels=labels,
        held=held.now,
        held_today=held.since_yesterday,
    )


def _take(
    session: Session,
    subject: Subject,
    rules: HoldingRules,
    events: Sequence[QuarantineEvent],
    actor: Actor,
    *,
    now: datetime,
) -> None:
    rule = subject.standing.by_rule if subject.standing else None
    reason = said.proposed_because(subject.p_flaky, rules.flaky_threshold)
    if rule is not None:
        reason = words.evidence_sentence(rule)
    begins = terms(session, subject, AS_IT_IS, now=now, fallback=None)
    act = "quarantine" if E.APPROVED in events else "propose"
    step = Step(act, events, reason, begins)
    after, event_id = take(session, subject, step, actor, now=now)
    says = partial(said.proposed_by, actor.shown)
    if after.state in HOLDING and after.until is not None:
        says = partial(words.quarantined_by, actor.shown, after.until)
    once, repo_id, case_id = f"act:{event_id}", subject.repo_id, subject.case_id
    threads.queue_replies(session, repo_id, case_id, once=once, says=says, at=now)
    if after.state in HOLDING:
        owner_news.queue(session, repo_id, case_id, once=once, says=says, at=now, now=now)
