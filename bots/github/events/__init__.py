"""What each GitHub event comes to: one small function per event, joined in one table."""

from collections.abc import Callable

from app.core.deliveries import Delivery, Taken
from bots.github.events import places, pulls, runs

EVENTS: dict[str, Callable[[Delivery, int | None], Taken]] = {
    "check_run": runs.take_check_run,
    "check_suite": runs.take_check_suite,
    "github_app_authorization": places.take_authorization,
    "installation": places.take_installation,
    "installation_repositories": places.take_installation_repositories,
    "installation_target": places.take_installation_target,
    "issue_comment": pulls.take_issue_comment,
    "issues": pulls.take_issue,
    "merge_group": runs.take_merge_group,
    "pull_request": pulls.take_pull_request,
    "push": places.take_push,
    "repository": places.take_repository,
    "workflow_job": runs.take_workflow_job,
    "workflow_run": runs.take_workflow_run,
}

KNOWN_EVENTS = frozenset(EVENTS)
"""The events that come to something; every other is stored, and that is all."""


def taken(delivery: Delivery, *, app_id: int | None) -> Taken:
    """The facts that a delivery tells and the work that follows; empty when of no interest.

    Facts come in the order in which they can be noted: installation, repository, then what is
    theirs. `app_id` is our own App's: a click on another App's check run is none of our business.
    Raises BadInput naming the field where the payload cannot be read.
    """
    take = EVENTS.get(delivery.event)
    return take(delivery, app_id) if take else Taken()
