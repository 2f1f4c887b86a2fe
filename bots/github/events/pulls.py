"""Events of pull requests and issues, and of what people write there."""

from app.core.deliveries import Delivery, PullRequestSeen, Taken
from bots.github.events.common import NOTHING, seen
from bots.github.facts import pull_request_of
from bots.github.payloads import Event, PullRequestEvent, read_body

PULL_REQUEST_ACTIONS = frozenset(
    {
        "closed",
        "converted_to_draft",
        "edited",  # its title, or its base
        "labeled",
        "opened",
        "ready_for_review",
        "reopened",
        "synchronize",
        "unlabeled",
    }
)
ISSUE_ACTIONS = frozenset({"closed", "reopened"})


def take_pull_request(delivery: Delivery, app_id: int | None) -> Taken:
    """A pull request came, moved or went."""
    event = read_body(PullRequestEvent, delivery.event, delivery.body)
    if event.action not in PULL_REQUEST_ACTIONS:
        return NOTHING
    pull_request = pull_request_of(event.pull_request)
    return Taken(facts=(*seen(event), PullRequestSeen(event.repository.id, pull_request)))


def take_issue_comment(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody wrote below a pull request or an issue."""
    event = read_body(Event, delivery.event, delivery.body)
    return Taken(facts=seen(event)) if event.action == "created" else NOTHING


def take_issue(delivery: Delivery, app_id: int | None) -> Taken:
    """An issue was closed, or opened again."""
    event = read_body(Event, delivery.event, delivery.body)
    return Taken(facts=seen(event)) if event.action in ISSUE_ACTIONS else NOTHING
