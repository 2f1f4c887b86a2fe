"""Evaluate: work the reports of a run attempt into the repository's scorer, each once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.core.decide import State
from app.core.quarantine import Quarantine, QuarantineEvent, QuarantineState, advance
from app.core.runs import Repository, Run
from app.db import aliases as renames
from app.db import decisions, executions, observations, observed_reports, repositories
from app.db.observed_sets import Sets
from app.db.session import Session
from app.services import aliases, mending, observing, scoring
from app.services.observing import Work

OURSELVES = "FlakeGuard"  # who acts when nobody asked

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose state is another now."""

    case_id: UUID
    was: State
    now: State
    is_dismissal: bool  # a person's word brought it, not what was seen
    run: Run  # whose evidence brought it


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came of an evaluation."""

    changed: tuple[Changed, ...]
    needs_recompute: bool  # what was seen cannot be worked in as it comes


def evaluate(
    session: Session, repository: Repository, run: Run, *, now: datetime, request_id: str
) -> Evaluated:
    """Judge what a run attempt brought, and write down what was found; whose state changed.

    One evaluation of a repository at a time: the later one must see what the earlier one saw.
    Reports that no evaluation has seen are worked in, the run's own and older ones of other runs
    that are all stored, in the order of the runs' own times; a report that was seen is marked in
    the same transaction, so that however often this runs it is worked in once.

    What a pass contradicts was said of an earlier failure; it is said anew.
    """
    repositories.hold(session, repository.id)
    aliases.propose(session, run, now=now, request_id=request_id)
    current = scoring.current(session, repository, now=now)
    waiting = observed_reports.waiting(
        session, repository.id, run.key.run_id, upto=run.ended_at or run.started_at
    )
    renamed = renames.renamed(session, repository.id)
    sets = Sets(session, repository.id, renamed)
    seen = observations.observations(
        session, repository.id, waiting, sets=sets, renamed=renamed, now=now
    )
    failed = [
        renamed.get(one.hex, one.hex)
        for one in executions.failed_in_run(session, repository.id, run.key.run_id)
    ]
    work = observing.begin(session, current.kept, current.policy, seen, sets, also=failed)
    _forgive(session, repository, work, run)
    for one in seen:
        observing.observe(session, repository, work, one)
    observed_reports.mark(session, repository.id, waiting, now=now)
    observing.keep(session, work)
    observing.write_standings(session, repository, work, now=now)
    changed = _changed(work)
    for change in changed:
        if change.now is State.BROKEN:
            _leave_quarantine(session, repository, change.case_id, now=now, request_id=request_id)
    return Evaluated(changed, needs_recompute=current.needs_recompute or work.needs_recompute)


def _changed(work: Work) -> tuple[Changed, ...]:
    return tuple(
        Changed(UUID(hex=one.case), one.was, one.now, one.is_dismissal, one.run)
        for one in work.turned
    )


def _forgive(session: Session, repository: Repository, work: Work, run: Run) -> None:
    """Let go of evidence that a person has called no flake since it was seen.

    What was said of the run's failures then is said anew: they are excused no longer.
    """
    decided = decisions.newest(session, repository.id, [UUID(hex=case) for case in work.told])
    for case_id, decision in decided.items():
        at = dismissed_at(decision)
        if at is None:
            continue
        forgiven = work.told[case_id.hex].forgiven_at
        if forgiven is None or at.timestamp() > forgiven:
            observing.forgive(repository, work, case_id.hex, run, at=at)
        if work.states.get(case_id.hex) is not State.FLAKY:
            mending.unexcuse(session, run, case_id, by=decision.decided_by)


def dismissed_at(decision: Quarantine | None) -> datetime | None:
    """The newest evidence that a person called no flake; None when nobody did.

    Only evidence newer than it counts.
    """
    if decision is None or decision.state is not QuarantineState.DISMISSED:
        return None
    return None if decision.decided_by == OURSELVES else decision.evidence_at


def _leave_quarantine(
    session: Session, repository: Repository, case_id: UUID, *, now: datetime, request_id: str
) -> None:
    """A broken case is never hidden: it leaves quarantine at once."""
    decision = decisions.locked(session, repository.id, case_id)
    if decision is None or not decision.excuses(now):
        return
    after = advance(decision.state, QuarantineEvent.TURNED_BROKEN)
    decisions.move(
        session,
        repository.id,
        decision.id,
        state=after,
        reason="It turned broken: it fails on the default branch.",
        decided_by=OURSELVES,
        since=now,
        evidence_at=decision.evidence_at,
        until=None,
    )
    decisions.write_audit(
        session,
        repository.id,
        at=now,
        actor=OURSELVES,
        surface="worker",
        act=QuarantineEvent.TURNED_BROKEN,
        case_id=case_id,
        before={"state": decision.state},
        after={"state": after},
        request_id=request_id,
    )
