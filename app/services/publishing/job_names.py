"""What the jobs of a commit are called, where two of its workflows call theirs alike."""

from collections.abc import Sequence

from app.core.runs import Run
from app.db import runs
from app.db.session import Session


def led_names(session: Session, attempts: Sequence[Run]) -> dict[int, str]:
    """By job: its name led by its workflow's, of those that another workflow has, too."""
    found = [(run.workflow, job) for run in attempts for job in runs.jobs(session, run.key)]
    workflows: dict[str, set[str]] = {}
    for workflow, job in found:
        workflows.setdefault(job.name, set()).add(workflow)
    return {
        job.id: f"{workflow} / {job.name}"
        for workflow, job in found
        if len(workflows[job.name]) > 1
    }
