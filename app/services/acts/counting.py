"""What counts for the proof that a case is healed, and when it is counted anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.core.proof import Progress, clean_runs_needed
from app.core.quarantine import HOLDING, Quarantine, QuarantineState
from app.core.runs import BranchClass, Run
from app.db import decisions, judgements, proofs, reruns, runs
from app.db.proofs import SeenInRun
from app.db.session import Session
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import rate_of

FIX_PENDING = QuarantineState.FIX_PENDING


def counts(held: Quarantine, run: Run, began: datetime, *, since: datetime | None) -> bool:
    """Whether a run says something of a case's healing: it began since counting did.

    Where a fix is claimed, only the branch that has it counts. `since` is what `counting_since`
    says; None: from ever on.
    """
    is_of_branch = run.branch_class is BranchClass.DEFAULT or held.state is not FIX_PENDING
    return is_of_branch and (since is None or began > since)


def counting_since(
    session: Session, repo_id: int, held: Sequence[Quarantine]
) -> dict[UUID, datetime | None]:
    """From when on runs count, by case: since it flaked last, or since a fix of it was claimed.

    A claim is as old as it is, however often the quarantine was renewed meanwhile.
    """
    waiting = [one.case_id for one in held if one.state is FIX_PENDING]
    claimed = proofs.claimed(session, repo_id, waiting)
    return {
        one.case_id: claimed.get(one.case_id, one.since)
        if one.state is FIX_PENDING
        else one.clean_since
        for one in held
    }


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
    if before.state is FIX_PENDING:
        failed = judgements.last_finding(session, subject.repo_id, subject.case_id)
        run = runs.run(session, failed) if failed else None
        began = runs.began(session, subject.repo_id, failed.run_id) if failed else None
        since = counting_since(session, subject.repo_id, [before])[subject.case_id]
        if run is None or began is None or not counts(before, run, began, since=since):
            return None
    return flaked


def claims_a_fix_still(session: Session, subject: Subject) -> bool:
    """Whether a quarantine ran out while a fix waited for its proof that nothing refuted since."""
    before = subject.before
    if before is None or before.state is not QuarantineState.EXPIRED or before.fix is None:
        return False
    since = before.clean_since or before.since
    waiting = replace(before, state=FIX_PENDING, since=since)
    return flaked_since(session, replace(subject, before=waiting)) is None


def count_past(session: Session, run: Run) -> None:
    """Count a run for what is held that nobody judges as it comes: it is told of too late."""
    if not run.is_trusted:
        return
    cases = [one.case_id for one in decisions.holding(session, run.key.repo_id)]
    count_run(session, run, proofs.seen(session, run.key.repo_id, run.key.run_id, cases))


def count_run(session: Session, run: Run, seen: Mapping[UUID, SeenInRun]) -> dict[int, int]:
    """Count a run for the cases that it passed or failed; the clean runs by now, by quarantine.

    The cases are held first: who decides about one at this moment counts what is stored, too.
    """
    repo_id = run.key.repo_id
    told = [case_id for case_id, one in seen.items() if one.passed or one.failed]
    if not told:  # as for most runs, where little is held
        return {}
    decisions.hold_cases(session, repo_id, told)
    held = [one for one in decisions.holding(session, repo_id) if one.case_id in told]
    began = runs.began(session, repo_id, run.key.run_id) or run.started_at
    since = counting_since(session, repo_id, held)
    counting = [one for one in held if counts(one, run, began, since=since[one.case_id])]
    marks = [(one, seen[one.case_id].is_clean) for one in counting]
    clean = proofs.count(session, run, marks, began=began)
    return clean | _count_asked(session, run, counting, began)


def _count_asked(
    session: Session, run: Run, counting: Sequence[Quarantine], began: datetime
) -> dict[int, int]:
    """Count an attempt that we asked for beside its run: each is one more clean run, or is not."""
    key = run.key
    if not counting or not reruns.is_asked(session, key):
        return {}
    ids = [one.case_id for one in counting]
    seen = proofs.seen(session, key.repo_id, key.run_id, ids, attempt=key.attempt)
    marks = [(one, seen[one.case_id].is_clean) for one in counting if one.case_id in seen]
    return proofs.count(session, run, marks, began=began, attempt=key.attempt)


def count_anew(session: Session, subject: Subject, held: Quarantine, *, since: datetime) -> None:
    """Let go of what was counted up to then."""
    needed = clean_runs_needed(rate_of(session, subject))
    proofs.begin_anew(session, subject.repo_id, held.id, since=since, needed=needed)
    _count_stored(session, subject.repo_id, replace(held, clean_since=since))


def recount(session: Session, subject: Subject, *, now: datetime) -> None:
    """Count what ran while a case was not held that is held from now on.

    Anew where it flaked meanwhile, or was called healed too soon.
    """
    held = subject.before
    if held is None or held.state not in HOLDING:
        return
    flaked = flaked_since(session, subject)
    if flaked is not None:
        count_anew(session, subject, held, since=flaked)
        return
    counted = _count_stored(session, subject.repo_id, held)
    if Progress(counted, held.clean_needed).is_proven:
        count_anew(session, subject, held, since=now)


def count_held(session: Session, repo_id: int) -> None:
    """Count what is stored for all that is held: what is known of its flakes was found out anew.

    Nobody is told, and what is proven by it is resolved by the next clean run.
    """
    for case_id in [one.case_id for one in decisions.holding(session, repo_id)]:
        subject = hold(session, repo_id, case_id)
        held, flaked = subject.before, flaked_since(session, subject)
        if held is None or held.state not in HOLDING:
            continue
        if flaked is not None and held.state is not FIX_PENDING:
            count_anew(session, subject, held, since=flaked)
        else:
            _count_stored(session, repo_id, held)


def _count_stored(session: Session, repo_id: int, held: Quarantine) -> int:
    """Count what is stored, whoever judged it when; how many clean runs that makes."""
    since = counting_since(session, repo_id, [held])[held.case_id]
    if since is None:
        return held.clean_runs
    return proofs.recount(session, repo_id, held, since=since, on_default=held.state is FIX_PENDING)
