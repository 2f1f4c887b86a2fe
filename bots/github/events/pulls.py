"""Events of pull requests and issues, and of what people write there."""

from typing import Annotated

from pydantic import BeforeValidator

from app.core import commands
from app.core.asking import QueueName
from app.core.deliveries import Delivery, PullRequestSeen, Taken
from app.core.issues import MARKED
from app.core.requests import ActFromComment, HeedIssue
from bots.github.events.common import NOTHING, seen
from bots.github.facts import pull_request_of
from bots.github.payloads import (
    AccountPart,
    Event,
    Id,
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
PROGRAMS = frozenset({"Bot", "Mannequin"})  # accounts that nobody writes with
BOT = "[bot]"  # how an App's login ends
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


class CommentedPart(Payload):
    """The issue or pull request below which somebody wrote."""

    number: Small
    pull_request: dict[str, object] | None = None  # of an issue that is one


class WrittenPart(Payload):
    """What somebody wrote."""

    id: Id
    body: Annotated[Text, BeforeValidator(or_empty)] = ""
    user: AccountPart | None = None  # None for a deleted account
    performed_via_github_app: dict[str, object] | None = None


class IssueCommentEvent(Event):
    """`issue_comment`."""

    issue: CommentedPart | None = None
    comment: WrittenPart | None = None


def take_pull_request(delivery: Delivery, app_id: int | None) -> Taken:
    """A pull request came, moved or went."""
    event = read_body(PullRequestEvent, delivery.event, delivery.body)
    if event.action not in PULL_REQUEST_ACTIONS:
        return NOTHING
    pull_request = pull_request_of(event.pull_request)
    return Taken(facts=(*seen(event), PullRequestSeen(event.repository.id, pull_request)))


def take_issue_comment(delivery: Delivery, app_id: int | None) -> Taken:
    """Somebody wrote below a pull request or an issue; only a person's commands concern us.

    Programs are not listened to, ourselves included: nobody could be held to what they ask for.
    """
    event = read_body(IssueCommentEvent, delivery.event, delivery.body)
    if event.action != "created":
        return NOTHING
    request = command_in(event)
    return Taken(seen(event), requests=((QueueName.CLICK, request),) if request else ())


def command_in(event: IssueCommentEvent) -> ActFromComment | None:
    """What a person asks for with a comment on a pull request; None where that is nothing."""
    comment, issue = event.comment, event.issue
    if comment is None or issue is None or issue.pull_request is None:
        return None
    text = commands.kept(comment.body)
    if not text or comment.user is None or not is_people(comment.user):
        return None
    if comment.performed_via_github_app is not None:
        return None
    return ActFromComment(
        repo_id=event.repository.id,
        pr_number=issue.number,
        comment_id=comment.id,
        login=comment.user.login,
        text=text,
    )


def is_people(account: AccountPart) -> bool:
    """Whether somebody writes with this account."""
    is_program = account.type in PROGRAMS or account.login.endswith(BOT)
    return bool(account.login) and not is_program


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
