"""Which reports a workflow usually brings, and which of them a run did not bring."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.core.runs import Job

RUNS_LOOKED_AT = 5  # newest runs of the workflow that brought a report; chosen: about a day's
RUNS_NEEDED = 3  # before anything is called usual; chosen
MISSES_ALLOWED = 1  # of RUNS_LOOKED_AT: one lost upload makes nothing unusual


@dataclass(frozen=True, slots=True)
class Usual:
    """Where a report of a workflow comes from, as its newest runs show."""

    variant: str
    job_name: str | None  # None where the artifact could not be matched to a job
    runs: int  # of those looked at that brought it


@dataclass(frozen=True, slots=True)
class Missing:
    """A report that usually comes, and did not."""

    variant: str
    job: Job | None  # of this run, where it is plain
    runs: int  # of those looked at that brought it


def missing(
    usual: Sequence[Usual], *, looked_at: int, came: Collection[str], jobs: Mapping[str, Job]
) -> list[Missing]:
    """The usual reports that a run did not bring although their job ran.

    `came` are the variants of its reports, refused ones too; `jobs` its jobs by name. A job that
    was skipped brings nothing, and one that is red or was cancelled says so itself.
    """
    if looked_at < RUNS_NEEDED:
        return []
    found = []
    for one in usual:
        job = jobs.get(one.job_name) if one.job_name else None
        is_usual = one.runs >= max(RUNS_NEEDED, looked_at - MISSES_ALLOWED)
        if not is_usual or one.variant in came or (job is not None and _says_why(job)):
            continue
        found.append(Missing(one.variant, job, one.runs))
    return found


def _says_why(job: Job) -> bool:
    return job.is_red or job.conclusion in {"skipped", "cancelled"}
