"""What counts for the proof that a case is healed, and when it is counted anew."""

from dataclasses import replace
from datetime import datetime

from app.core.proof import Progress, clean_runs_needed
from app.core.quarantine import HOLDING, Quarantine, QuarantineState
from app.core.runs import BranchClass, Run
from app.db import judgements, proofs, runs
from app.db.session import Session
from app.services.acts.subject import Subject
from app.services.acts.terms import rate_of


def counts(held: Quarantine, run: Run, began: datetime) -> bool:
    """Whether a run says something of a case's healing: it began since counting did.

    Where a fix is claimed, only the branch that has it counts, and only what ran after the claim.
    """
    if held.state is QuarantineState.FIX_PENDING:
        return began > held.since and run.branch_class is BranchClass.DEFAULT
    return held.clean_since is None or began > held.clean_since


def flaked_since(session: Session, subject: Subject) -> datetime | None:
    """When a held case flaked since its proof is counted; None where it did not.

    Where a fix is claimed, a flake of code without it refutes nothing: only one of a run of the
    default branch does that began after the claim.
    """
    before, flaked = subject.before, subject.flaked_at
    if before is None or before.state not in HOLDING or flaked is None:
        return None
    if before.clean_since is not None and flaked <= before.clean_since:
        return None
    if before.state is QuarantineState.FIX_PENDING:
        failed = judgements.last_finding(session, subject.repo_id, subject.case_id)
        run = runs.run(session, failed) if failed else None
        began = runs.began(session, subject.repo_id, failed.run_id) if failed else None
        if run is None or began is None or not counts(before, run, began):
            return None
    return flaked


def claims_a_fix_still(session: Session, subject: Subject) -> bool:
    """Whether a quarantine ran out while a fix waited for its proof that nothing refuted since."""
    before = subject.before
    if before is None or before.state is not QuarantineState.EXPIRED or before.fix is None:
        return False
    since = before.clean_since or before.since
    waiting = replace(before, state=QuarantineState.FIX_PENDING, since=since)
    return flaked_since(session, replace(subject, before=waiting)) is None


def count_anew(session: Session, subject: Subject, held: Quarantine, *, since: datetime) -> None:
    """Let go of what was counted up to then."""
    proofs.forget(session, subject.repo_id, held.id, before=since)
    needed = clean_runs_needed(rate_of(session, subject))
    proofs.begin_anew(session, subject.repo_id, held.id, since=since, needed=needed)


def recount(session: Session, subject: Subject, *, now: datetime) -> None:
    """Count anew what is held again and flaked meanwhile, or that was called healed too soon."""
    held = subject.before
    if held is None or held.state not in HOLDING:
        return
    flaked = flaked_since(session, subject)
    if flaked is not None:
        count_anew(session, subject, held, since=flaked)
    elif Progress(held.clean_runs, held.clean_needed).is_proven:
        count_anew(session, subject, held, since=now)
