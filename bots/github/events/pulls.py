"""Events of pull requests and issues, and of what people write there."""

from typing import Annotated

from pydantic import BeforeValidator

from app.core.deliveries import Delivery, PullRequestSeen, Taken
from app.core.issues import MARKED
from app.core.requests import HeedIssue, QueueName
from bots.github.events.common import NOTHING, seen
from bots.github.facts import pull_request_of
from bots.github.payloads import (
    AccountPart,
    Event,
    Payload,
    PullRequestEvent,
    Small,
    Text,
    or_empty,
    read_body,
)

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


class EventIssuePart(Payload):
    """An issue, as its events tell of it."""

    number: Small
    user: AccountPart | None = None
    body: Annotated[Text, BeforeValidator(or_empty)] = ""
    state_reason: Annotated[Text, BeforeValidator(or_empty)] = ""

    @property
    def user_login(self) -> str:
        """Who opened it."""
        return self.user.login if self.user else ""


class IssueEvent(Event):
    """`issues`."""

    issue: EventIssuePart | None = None


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
    """An issue was closed, or opened again; of ours, by somebody else, it is heeded."""
    event = read_body(IssueEvent, delivery.event, delivery.body)
    if event.action not in ISSUE_ACTIONS:
        return NOTHING
    issue, sender = event.issue, event.sender
    if issue is None or sender is None or MARKED not in issue.body:
        return Taken(facts=seen(event))
    if sender.login == issue.user_login:  # ourselves
        return Taken(facts=seen(event))
    heeding = HeedIssue(
        repo_id=event.repository.id,
        number=issue.number,
        action=event.action,
        reason=issue.state_reason,
        login=sender.login,
        by_person=int(sender.type == "User"),
        delivery_id=delivery.id,
    )
    return Taken(facts=seen(event), requests=((QueueName.RUN, heeding),))
