"""Wishing for re-runs of our own accord: for suspects, and to prove claimed fixes."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from app.core.decide import Cause, State
from app.core.evidence import EvidenceKind
from app.core.policy.names import Mode
from app.core.quarantine import Quarantine, QuarantineState
from app.core.reruns import SUSPECTS_AT_ONCE, TIMES_FOR_FIX, TIMES_FOR_SUSPECT, RerunWhy
from app.core.runs import BranchClass, Repository, Run
from app.db import decisions, judgements, proofs, reruns
from app.db.session import Session
from app.services.acts import OURSELVES_NAME
from app.services.policy.policies import policy_of

UNTOLD = frozenset({Cause.NEW, Cause.UNKNOWN, Cause.FLAKY})  # what a failure that may be a flake is
SETTLED = frozenset({State.FLAKY, State.BROKEN})  # another attempt would show nothing new
CONTRADICTED = EvidenceKind.CONTRADICTED_HERE


def due(session: Session, repository: Repository, run: Run, *, now: datetime) -> list[int]:
    """Wish for what an evaluated run of the default branch leaves open; the open wishes to look at.

    Of our own accord only in mode act, and only where the policy names jobs.
    """
    policy = policy_of(session, repository.id)
    is_ours = run.is_trusted and run.branch_class is BranchClass.DEFAULT
    if not policy.proof_jobs or policy.mode is Mode.OBSERVE:
        return []
    if is_ours and policy.mode is Mode.ACT:
        _wish(session, repository.id, run, now=now)
    return reruns.open_in(session, repository.id)


def _wish(session: Session, repo_id: int, run: Run, *, now: datetime) -> None:
    if not reruns.is_asked(session, run.key):
        for case_id in _suspects(session, run):
            reruns.wish(
                session,
                repo_id,
                case_id,
                why=RerunWhy.SUSPECT,
                wanted=TIMES_FOR_SUSPECT,
                by=OURSELVES_NAME,
                now=now,
                run_id=run.key.run_id,
            )
    for one in _claimed(session, run):
        prove_fix(session, repo_id, one.case_id, one, by=OURSELVES_NAME, now=now)


def _suspects(session: Session, run: Run) -> list[UUID]:
    """What failed in this attempt, nobody knows why; none where more than a few did."""
    repo_id = run.key.repo_id
    found = {
        one.case_id: one.finding
        for one in judgements.findings(session, repo_id, [run.key.run_id])
        if one.attempt == run.key.attempt
    }
    if not found or len(found) > SUSPECTS_AT_ONCE:
        return []
    states = judgements.states(session, repo_id, [one.hex for one in found])
    return [
        case_id
        for case_id, finding in sorted(found.items())
        if finding.cause in UNTOLD
        and states.get(case_id.hex) not in SETTLED
        and not any(reason.kind is CONTRADICTED for reason in finding.evidence)
    ]


def _claimed(session: Session, run: Run) -> Iterator[Quarantine]:
    """The held cases whose claimed fix this run is the first, or a later one, to show."""
    held = [
        one
        for one in decisions.holding(session, run.key.repo_id)
        if one.state is QuarantineState.FIX_PENDING and run.started_at > one.since
    ]
    ids = [one.case_id for one in held]
    seen = proofs.seen(session, run.key.repo_id, run.key.run_id, ids)
    return (one for one in held if one.case_id in seen and seen[one.case_id].is_clean)


def prove_fix(
    session: Session,
    repo_id: int,
    case_id: UUID,
    held: Quarantine | None,
    *,
    by: str,
    now: datetime,
) -> int | None:
    """Wish for the clean runs that a claimed fix still needs; None where none are, or can be."""
    wanted = TIMES_FOR_FIX
    if held is not None:
        wanted = min(wanted, held.clean_needed - held.clean_runs)
    if wanted < 1 or not policy_of(session, repo_id).proof_jobs:
        return None
    since = held.since if held is not None else now
    return reruns.wish(
        session, repo_id, case_id, why=RerunWhy.FIX, wanted=wanted, by=by, now=now, since=since
    )
