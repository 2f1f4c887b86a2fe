"""Which attempt and which job an artifact comes from: the host names neither."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.runs import Artifact, Job

CLOCK_SLACK = timedelta(seconds=5)  # between the host's clocks for runs and for artifacts
"""Less than it takes to click on re-run and to start a runner, so that attempts do not mix."""
_WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class BoundArtifact:
    """An artifact with the job that uploaded it, where that is plain."""

    artifact: Artifact
    job: Job | None
    variant: str  # the circumstances of its reports: the same in every attempt, red or green
    is_placed: bool = False  # whether it is this workflow's alone; what its job is called may not


def of_attempt(
    artifacts: Sequence[Artifact], *, started_at: datetime, ended_at: datetime | None
) -> list[Artifact]:
    """Those that one attempt uploaded, by time: names and ids do not tell attempts apart."""
    latest = ended_at + CLOCK_SLACK if ended_at else None
    earliest = started_at - CLOCK_SLACK
    return [
        artifact
        for artifact in sorted(artifacts, key=lambda one: (one.created_at, one.id))
        if earliest <= artifact.created_at and (latest is None or artifact.created_at <= latest)
    ]


def bind(artifacts: Sequence[Artifact], jobs: Sequence[Job]) -> list[BoundArtifact]:
    """Find each artifact's job: the one whose name its own name spells out most fully.

    What is left over belongs to the one job that is left over, if it is only one. The variant
    is the job that is named, if no other artifact names it too, else the artifact's own name:
    it must not hang on how jobs ended, or attempts could not be compared.
    """
    found = {artifact.id: _named_job(artifact, jobs) for artifact in artifacts}
    taken = Counter(job.id for job in found.values() if job)
    left = [job for job in jobs if job.id not in taken]
    rest = left[0] if len(left) == 1 else None
    if len(jobs) > 1 and rest is not None and not rest.is_red:
        rest = None  # a green job that uploads nothing is common: lint, build
    bound = []
    for artifact in artifacts:
        named = found[artifact.id]
        is_alone = named is not None and taken[named.id] == 1
        variant = named.name if named is not None and is_alone else artifact.name
        bound.append(BoundArtifact(artifact, named or rest, variant))
    return bound


def _named_job(artifact: Artifact, jobs: Sequence[Job]) -> Job | None:
    words = _words(artifact.name)
    spelled = [
        (len(_words(job.name)), job)
        for job in jobs
        if _words(job.name) and _words(job.name) <= words
    ]
    if not spelled:
        return None
    longest = max(count for count, _ in spelled)
    best = [job for count, job in spelled if count == longest]
    return best[0] if len(best) == 1 else None


def _words(name: str) -> set[str]:
    return set(_WORD.findall(name.lower()))
