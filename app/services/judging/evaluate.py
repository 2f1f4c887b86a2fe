"""Evaluate: work the reports of a run attempt into the repository's scorer, each once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.core.decide import State
from app.core.runs import Repository, Run
from app.db import aliases as renames
from app.db import decisions, executions, repositories
from app.db.observed import observations, reports
from app.db.observed.sets import Sets
from app.db.session import Session
from app.services import acts, aliases
from app.services.judging import keeping, mending, observing, scoring
from app.services.judging.work import Work, begin
from app.services.quarantine import runs

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
    proven: frozenset[UUID]  # held cases that have enough clean runs now
    needs_recompute: bool  # what was seen cannot be worked in as it comes


def evaluate(
    session: Session,
    repository: Repository,
    run: Run,
    *,
    now: datetime,
    request_id: str,
    proposes: bool = True,
) -> Evaluated:
    """Judge what a run attempt brought, and write down what was found; whose state changed.

    One evaluation of a repository at a time: the later one must see what the earlier one saw.
    Reports that no evaluation has seen are worked in, the run's own and older ones of other runs
    that are all stored, in the order of the runs' own times; a report that was seen is marked in
    the same transaction, so that however often this runs it is worked in once. What a pass
    contradicts was said of an earlier failure; it is said anew.
    """
    repositories.hold(session, repository.id)
    aliases.propose(session, run, now=now, request_id=request_id)
    current = scoring.current(session, repository, now=now)
    work = _observed(session, repository, run, current, now=now)
    changed = _kept(session, repository, work, now=now)
    proven = runs.follow(
        session,
        repository,
        changed,
        run,
        now=now,
        request_id=request_id,
        touched=[UUID(hex=case) for case in work.standings],
        proposes=proposes,
    )
    needs_recompute = current.needs_recompute or work.needs_recompute
    return Evaluated(changed, proven, needs_recompute=needs_recompute)


def _observed(
    session: Session, repository: Repository, run: Run, current: scoring.Current, *, now: datetime
) -> Work:
    """Work in what no evaluation has seen yet, and mark it as seen."""
    waiting = reports.waiting(
        session, repository.id, run.key.run_id, upto=run.ended_at or run.started_at
    )
    renamed = renames.renamed(session, repository.id)
    sets = Sets(session, repository.id, renamed)
    seen = observations.observations(
        session, repository.id, waiting, sets=sets, renamed=renamed, now=now
    )
    failed = executions.failed_in_run(session, repository.id, run.key.run_id)
    also = [renamed.get(one.hex, one.hex) for one in failed]
    work = begin(session, current.kept, current.policy, seen, sets, also=also)
    _forgive(session, repository, work, run)
    for one in seen:
        observing.observe(session, repository, work, one)
    reports.mark(session, repository.id, waiting, now=now)
    return work


def _kept(
    session: Session, repository: Repository, work: Work, *, now: datetime
) -> tuple[Changed, ...]:
    """Write down what the scorer holds now; whose state changed by it."""
    keeping.keep(session, work)
    keeping.write_standings(session, repository, work, now=now)
    return tuple(
        Changed(UUID(hex=one.case), one.was, one.now, one.is_dismissal, one.run)
        for one in work.turned
    )


def _forgive(session: Session, repository: Repository, work: Work, run: Run) -> None:
    """Let go of evidence that a person has called no flake since it was seen.

    What was said of the run's failures then is said anew: they are excused no longer.
    """
    cases = [UUID(hex=case) for case in work.told]
    decided = decisions.newest(session, repository.id, cases)
    for case_id, at in acts.forgiven(session, repository.id, cases).items():
        forgiven = work.told[case_id.hex].forgiven_at or work.kept.stands_in_since
        if forgiven is None or at.timestamp() > forgiven:
            observing.forgive(repository, work, case_id.hex, run, at=at)
        decision = decided.get(case_id)
        is_said = decision is not None and decision.calls_it_not_flaky
        if is_said and work.states.get(case_id.hex) is not State.FLAKY:
            assert decision is not None
            mending.unexcuse(session, run, case_id, by=decision.decided_by)
