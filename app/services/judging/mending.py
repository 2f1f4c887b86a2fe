"""Say anew what was said of earlier failures that an observation contradicts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from app.core.decide import Cause
from app.core.history.records import Observation
from app.core.judging import mended, mended_on_fork, unexcused
from app.core.runs import Run, RunKey
from app.core.scorer.said import Said
from app.core.terms import Terms
from app.core.told import Told
from app.db import judgements, runs
from app.db.judgements import StoredFinding
from app.db.observed.observations import Seen
from app.db.session import Session


class Judging(Protocol):
    """What is known where an observation is worked in."""

    @property
    def told(self) -> Mapping[str, Told]:
        """What was seen of cases so far."""

    @property
    def terms(self) -> Terms:
        """The policy's, for these cases."""

    @property
    def is_silent(self) -> bool:
        """Whether what was said to people stays as it is."""


def mend(session: Session, repo_id: int, work: Judging, seen: Seen, said: Said) -> None:
    """Say anew what was said of failures that this observation contradicts."""
    for one in said.contradicted:
        known = work.told.get(one.case)
        if known is None or one.kind is None:
            continue
        where = (one.run, UUID(hex=one.case), one.job)
        for stored in judgements.findings_of(session, repo_id, *where):
            run = runs.run(session, RunKey(repo_id, stored.run_id, stored.attempt))
            if run is None or (work.is_silent and not run.is_history):
                continue
            better = mended(stored.finding, one, known, seen.observation)
            better = work.terms.finding(one.case, better, branch=run.branch)
            if better != stored.finding:
                judgements.mend(session, repo_id, replace(stored, finding=better))


def mend_fork(session: Session, repo_id: int, terms: Terms, seen: Seen) -> None:
    """The same for a fork's re-run: its earlier attempts, from its own evidence alone."""
    observation, key = seen.observation, seen.run.key
    earlier = [
        one
        for one in judgements.findings(session, repo_id, [key.run_id])
        if one.variant == observation.job and one.attempt < key.attempt
    ]
    for stored in earlier:
        if not _passed(observation, stored.case_id.hex):
            continue
        better = mended_on_fork(
            stored.finding,
            failed=stored.attempt,
            passed=key.attempt,
            is_lone=not _beside(stored, earlier),
        )
        better = terms.finding(stored.case_id.hex, better, branch=observation.branch)
        if better != stored.finding:
            judgements.mend(session, repo_id, replace(stored, finding=better))


def _beside(stored: StoredFinding, earlier: Sequence[StoredFinding]) -> list[StoredFinding]:
    """What else failed in a job, and is not known to be flaky."""
    return [
        one
        for one in earlier
        if one.attempt == stored.attempt
        and one.case_id != stored.case_id
        and one.finding.cause is not Cause.FLAKY
    ]


def _passed(observation: Observation, case: str) -> bool:
    """Whether a case ran, and neither failed nor was skipped."""
    return case in observation.ran.files and case not in observation.results


def unexcuse(session: Session, run: Run, case_id: UUID, *, by: str) -> None:
    """Excuse a case's failures of a run no longer: a person said that they are no flakes."""
    key = run.key
    for stored in judgements.findings(session, key.repo_id, [key.run_id]):
        if stored.case_id == case_id and stored.finding.cause is Cause.FLAKY:
            real = unexcused(stored.finding, by=by, on_pr=run.pr_number is not None)
            judgements.mend(session, key.repo_id, replace(stored, finding=real))
