"""What is remembered of cases for sentences, as observations come: the same live and offline."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.core.evidence import Fact
from app.core.history.records import Observation
from app.core.judging import culprit_of
from app.core.scorer import memory
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Said
from app.core.told import Told

Culprits = Mapping[str, Mapping[str, Fact]]


def culprits_of(
    said: Said, authors: Mapping[str, str], pushed: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Fact]]:
    """By case that the default branch fails: who may have broken it.

    `authors` are those of the commits, by sha, and `pushed` what came with the tested ones, where
    they are known.
    """
    broken = {one.case: one.broken for one in said.findings if one.broken is not None}
    return {case: culprit_of(one, authors, pushed) for case, one in broken.items()}


def remembered(
    told: dict[str, Told],
    seen: Observation,
    said: Said,
    before: Scorer,
    *,
    sha: str,
    culprits: Culprits,
) -> None:
    """Keep what sentences about the cases are made of.

    `said` is what the scorer, which was `before`, said of the observation; `sha` its head commit.
    """
    for one in said.findings:
        known = told.get(one.case) or Told(before=before.place(one.case))
        executions = seen.results[one.case]
        failures = sum(execution.outcome.is_failing for execution in executions)
        told[one.case] = known.failed(seen, sha=sha, executions=failures)
        if seen.is_default and one.case in culprits:
            told[one.case] = replace(told[one.case], culprit=culprits[one.case])
    for found in said.contradicted:
        if found.case in told:
            told[found.case] = told[found.case].contradicted(found, seen)
    for change in said.changes:
        known = told[change.case]
        if change.is_flaky and known.first_detected_at is None:
            told[change.case] = replace(known, first_detected_at=change.at.timestamp())


def recovered(told: Told, scorer: Scorer, case: str) -> Told:
    """What is remembered of a case that the scorer moved: no break that is over."""
    return told.recovered(memory.streak_jobs(scorer, case))
