"""The proof that a held case is healed: runs counted for it, and flakes that set it back."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from uuid import UUID

from app.core.accuracy import Correction
from app.core.proof import Progress, clean_runs_needed
from app.core.quarantine import HOLDING, QuarantineEvent, QuarantineState
from app.core.runs import Run
from app.db import decisions, proofs
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.actor import Actor
from app.services.acts.counting import count_anew, count_run, flaked_since
from app.services.acts.steps import Step, take
from app.services.acts.subject import hold
from app.services.acts.terms import rate_of
from app.services.quarantine.saying import say, tell_owner

E, S = QuarantineEvent, QuarantineState


def prove(
    session: Session, run: Run, touched: Collection[UUID], actor: Actor, *, now: datetime
) -> frozenset[UUID]:
    """Count this run for what is held, and look at what flaked by that; what it proved healed.

    `touched` are the cases of which more is known by now: a pass of this run may have shown that
    an earlier one's failure was a flake.
    """
    repo_id = run.key.repo_id
    held = decisions.holding(session, repo_id)
    seen = proofs.seen(session, repo_id, run.key.run_id, [one.case_id for one in held])
    clean = count_run(session, run, seen)
    proven = set()
    for one in held:
        has_failed = one.case_id in seen and seen[one.case_id].failed
        may_be = one.id in clean and clean[one.id] >= one.clean_needed and not has_failed
        if has_failed or may_be or one.case_id in touched:
            _flaked(session, repo_id, one.case_id, actor, now=now)
        if may_be and _is_proven(session, repo_id, one.case_id, actor, now=now):
            proven.add(one.case_id)
    return frozenset(proven)


def _flaked(session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime) -> None:
    """A contradicted failure since counting began: it begins anew."""
    subject = hold(session, repo_id, case_id)
    before, flaked = subject.before, flaked_since(session, subject)
    if before is None or flaked is None:
        return
    if before.state is not S.FIX_PENDING:
        count_anew(session, subject, before, since=flaked)
        return
    step = Step(E.FLAKED.value, [E.FLAKED], said.flaked_during_proof(), {"fix": None})
    after, event_id = take(session, subject, step, actor, now=now)
    count_anew(session, subject, after, since=flaked)
    say(session, subject, event_id, said.flaked_during_proof, now=now)


def _is_proven(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime
) -> bool:
    """Resolve what has enough clean runs: of its own accord, or sooner where a fix is claimed."""
    subject = hold(session, repo_id, case_id)
    before = subject.before
    if before is None or before.state not in HOLDING:
        return False
    is_claimed = before.state is S.FIX_PENDING
    progress = Progress(before.clean_runs, before.clean_needed)
    if not progress.is_proven or flaked_since(session, subject) is not None:
        return False
    events = [E.PROVEN] if is_claimed else [E.FIX_CLAIMED, E.PROVEN]
    says = partial(said.proven, progress)
    fields = {"fix": before.fix or said.looks_fixed(progress)}
    step = Step(E.PROVEN.value, events, says(), fields, correction=Correction.PROVEN_FIX)
    _, event_id = take(session, subject, step, actor, now=now)
    say(session, subject, event_id, says, now=now)
    tell_owner(session, subject, event_id, says, now=now)
    return True


def claim_fix(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, fix: str, now: datetime
) -> bool:
    """A commit or an issue claims that a held case is fixed; False when it is not held so.

    Fewer runs prove it then, counted from the claim on: what was clean before says nothing of
    the fix. Nothing is counted anew, so that a claim never makes a proof longer.
    """
    subject = hold(session, repo_id, case_id)
    before = subject.before
    if before is None or before.state is not S.ACTIVE:
        return False
    sooner = before.clean_runs + clean_runs_needed(rate_of(session, subject), fix_is_claimed=True)
    fields = {"fix": fix, "clean_needed": min(before.clean_needed, sooner)}
    step = Step(E.FIX_CLAIMED.value, [E.FIX_CLAIMED], said.fix_claimed(fix), fields)
    _, event_id = take(session, subject, step, actor, now=now)
    say(session, subject, event_id, partial(said.fix_claimed, fix), now=now)
    return True
