"""Runs of one workflow, whatever people call it meanwhile."""

from typing import Any, Protocol

# A run of the same workflow, known by its file or its name; asked with `of_workflow`. An upload's
# workflow is its pipeline's number, so every upload stands for it.
OF_WORKFLOW = """
(run.workflow = :workflow OR run.workflow_path = :path OR (run.event = 'upload' AND :is_upload))
"""


class OfWorkflow(Protocol):
    """A run, as a row or as what is known of it, that tells its workflow."""

    @property
    def workflow(self) -> str:
        """The name, as people see it."""

    @property
    def workflow_path(self) -> str | None:
        """Of the workflow's file, where it is known: people rename workflows."""

    @property
    def event(self) -> str:
        """What began the run."""


def of_workflow(run: OfWorkflow) -> dict[str, Any]:
    """The values with which OF_WORKFLOW asks for runs of this one's workflow."""
    return {
        "workflow": run.workflow,
        "path": run.workflow_path,
        "is_upload": run.event == "upload",
    }
