"""What a workflow's file says of a job: whether it may be re-run alone without deploying anything.

GitHub re-runs the jobs that depend on a job along with it, and does not tell of them.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import yaml

MOST_CHARACTERS = 200_000  # of the file. Chosen: GitHub's own files have some 5 000
EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is there
Job = Mapping[str, Any]


class WhyNotRerun(StrEnum):
    """Why a job is not re-run."""

    NOT_NAMED = "not_named"  # the policy names no such job
    UNREADABLE = "unreadable"  # the workflow's file is not there, or says what nobody can read
    DEPLOYS = "deploys"  # the workflow uses a deployment environment
    CALLS = "calls"  # it calls another workflow, which may deploy
    UNKNOWN_JOB = "unknown_job"  # no job of the file is called so
    NEEDED = "needed"  # another job depends on it


def why_not_rerun(text: str, job: str) -> WhyNotRerun | None:
    """Why a job must not be re-run; None when it may. `job` is its name as GitHub shows it."""
    jobs = jobs_in(text)
    if jobs is None:
        return WhyNotRerun.UNREADABLE
    if any("environment" in one for one in jobs.values()):
        return WhyNotRerun.DEPLOYS
    if any("uses" in one for one in jobs.values()):
        return WhyNotRerun.CALLS
    named = {key for key, one in jobs.items() if _is_shown_as(key, one, job)}
    if not named:
        return WhyNotRerun.UNKNOWN_JOB
    if any(named & _needs(one) for one in jobs.values()):
        return WhyNotRerun.NEEDED
    return None


def jobs_in(text: str) -> dict[str, Job] | None:
    """The jobs of a workflow's file by their keys; None where nobody can read it."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        told = yaml.load(text, Loader=LOADER)  # noqa: S506 -- a safe loader: plain values only
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    jobs = told.get("jobs") if isinstance(told, dict) else None
    if not isinstance(jobs, dict) or not jobs:
        return None
    if not all(isinstance(one, dict) for one in jobs.values()):
        return None
    return {str(key): one for key, one in jobs.items()}


def _is_shown_as(key: str, job: Job, shown: str) -> bool:
    """Whether GitHub may call a job so: an expression is anything, a matrix adds its values."""
    name = job.get("name")
    template = name if isinstance(name, str) and name else key
    literal = [re.escape(one) for one in EXPRESSION.split(template)]
    pattern = ".*".join(literal)
    if len(literal) == 1 and _has_matrix(job):
        pattern += r"( \(.*\))?"
    return re.fullmatch(pattern, shown, re.DOTALL) is not None


def _has_matrix(job: Job) -> bool:
    strategy = job.get("strategy")
    return isinstance(strategy, dict) and "matrix" in strategy


def _needs(job: Job) -> set[str]:
    needs = job.get("needs")
    if isinstance(needs, str):
        return {needs}
    return {str(one) for one in needs} if isinstance(needs, list) else set()
