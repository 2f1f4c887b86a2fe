"""Evaluate: judge the cases that failed in a run or are being watched, and only those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.decide import Finding, Standing, State, cause_of, standing_of
from app.core.quarantine import Quarantine, QuarantineEvent, QuarantineState, advance
from app.core.runs import Repository, Run, RunKey
from app.core.verdicts import Sighting, Verdict, told_apart, verdicts_of
from app.db import decisions, executions, judgements, repositories, runs
from app.db.judgements import StoredFinding
from app.db.session import Session
from app.render import words
from app.services import aliases

LOOKBACK = timedelta(days=60)  # how far back a case's history is read for a judgement
OURSELVES = "FlakeGuard"  # who acts when nobody asked


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose state is another now."""

    case_id: UUID
    was: State
    now: State
    is_dismissal: bool  # a person's word brought it, not what was seen


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with all that its judgement rests on."""

    case_id: UUID
    sightings: Sequence[Sighting]
    verdicts: Sequence[Verdict]
    standing: Standing
    is_dismissed: bool


def evaluate(
    session: Session, repository: Repository, run: Run, *, now: datetime, request_id: str
) -> list[Changed]:
    """Judge one attempt's cases and write down what was found; whose state changed.

    One evaluation of a repository at a time: the later one must see what the earlier one saw.

    Findings of the run's earlier attempts are made anew: what a later attempt showed speaks
    of them too.
    """
    repositories.hold(session, repository.id)
    aliases.propose(session, run, now=now)
    failed = executions.failed_in_run(session, repository.id, run.key.run_id)
    watched = judgements.watched(session, repository.id)
    seen = executions.seen_in_run(session, run.key, watched)
    case_ids = sorted({*failed, *seen})
    judged = _judge(session, repository, run, case_ids)
    _write_findings(session, repository, run, judged, now=now)
    written = [_write_standing(session, repository, run, one, now=now) for one in judged]
    changed = [change for change in written if change is not None]
    for change in changed:
        if change.now is State.BROKEN:
            _leave_quarantine(session, repository, change.case_id, now=now, request_id=request_id)
    return changed


def _judge(
    session: Session, repository: Repository, run: Run, case_ids: Sequence[UUID]
) -> list[Judged]:
    seen = executions.sightings(session, repository.id, case_ids, since=run.started_at - LOOKBACK)
    decided = decisions.newest(session, repository.id, case_ids)
    branch = repository.default_branch
    return [
        _judged(case_id, seen[case_id], dismissed_at(decided.get(case_id)), branch=branch)
        for case_id in case_ids
    ]


def _judged(
    case_id: UUID, seen: Sequence[Sighting], dismissed: datetime | None, *, branch: str
) -> Judged:
    apart = told_apart(seen)
    verdicts = verdicts_of(apart)
    standing = standing_of(verdicts, branch=branch, dismissed_at=dismissed)
    return Judged(case_id, apart, verdicts, standing, is_dismissed=dismissed is not None)


def dismissed_at(decision: Quarantine | None) -> datetime | None:
    """The newest evidence that a person called no flake; None when nobody did.

    Only evidence newer than it counts.
    """
    if decision is None or decision.state is not QuarantineState.DISMISSED:
        return None
    return decision.evidence_at


def _write_findings(
    session: Session, repository: Repository, run: Run, judged: Sequence[Judged], *, now: datetime
) -> None:
    found: dict[int, list[StoredFinding]] = {}
    base_runs = runs.count_on_default(session, repository.id)
    for one in judged:
        for attempt, variant in _failing_places(one.sightings, run):
            verdict = next(v for v in one.verdicts if v.code == run.code and v.variant == variant)
            finding: Finding = cause_of(
                verdict,
                one.standing,
                one.verdicts,
                branch=repository.default_branch,
                base_runs=base_runs,
            )
            found.setdefault(attempt, []).append(
                StoredFinding(run.key.run_id, attempt, one.case_id, variant, finding)
            )
    for attempt in {run.key.attempt, *found}:
        key = RunKey(repository.id, run.key.run_id, attempt)
        judgements.write_findings(session, key, found.get(attempt, []), now=now)


def _failing_places(sightings: Sequence[Sighting], run: Run) -> list[tuple[int, str]]:
    """The (attempt, variant) of this run in which a case failed, each once."""
    return sorted(
        {
            (sighting.attempt, sighting.variant)
            for sighting in sightings
            if sighting.run_id == run.key.run_id
            and sighting.code == run.code
            and sighting.outcome.is_failing
        }
    )


def _write_standing(
    session: Session, repository: Repository, run: Run, one: Judged, *, now: datetime
) -> Changed | None:
    """Store a case's standing; untrusted evidence alone leaves no trace in it."""
    if not any(verdict.is_trusted and verdict.failures for verdict in one.verdicts):
        return None
    mine = [verdict for verdict in one.verdicts if verdict.code == run.code]
    judgements.write_verdicts(session, repository.id, one.case_id, mine)
    trusted = [verdict for verdict in one.verdicts if verdict.is_trusted]
    before = judgements.write_standing(
        session,
        repository.id,
        one.case_id,
        one.standing,
        run=run.key,
        seen_at=max(verdict.last_at for verdict in trusted),
        why=next(iter(words.evidence_sentences(one.standing.evidence)), ""),
        now=now,
    )
    if before is one.standing.state:
        return None
    calmed = one.standing.state in {State.HEALTHY, State.SUSPECT}
    return Changed(
        one.case_id, before, one.standing.state, is_dismissal=one.is_dismissed and calmed
    )


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
