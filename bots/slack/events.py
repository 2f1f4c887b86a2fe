"""What each Slack interaction comes to; other ones are answered and forgotten."""

import json
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.core.asking import QueueName
from app.core.chat_buttons import FORMS, ChatButton
from app.core.chat_commands import MOST_TEXT
from app.core.chat_requests import ActFromChat, AnswerCommand, ShowHome, SubmitFromChat, UnfoldLinks
from app.core.deliveries import Delivery, Taken
from app.core.errors import BadInput
from app.core.quarantine import REASON_LIMIT
from app.render.slack_windows import DAYS, OWNER, REASON
from bots.slack import leaving

BLOCK_ACTIONS = "block_actions"
COMMAND = "command"
SUBMISSION = "view_submission"
HOME_OPENED = "app_home_opened"
LINK_SHARED = "link_shared"
EVENTS = (HOME_OPENED, LINK_SHARED)
"""Of Slack's events, those that ask for something."""

ACTIONS = frozenset(button.value for button in ChatButton)
"""The action ids of our buttons."""

UNSTORABLE = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""NUL and lone surrogates: legal in JSON, refused by PostgreSQL's text."""

HOME = "home"  # the tab
COMPOSER = "composer"  # where a message is written
LINKS_MAX = 10  # of one message
DAYS_MAX = 8  # characters of a number of days
VALUE_MAX = 2_000  # characters of a button's value; Slack's limit
NOTHING = Taken()

P = TypeVar("P", bound="Part")


def storable(value: object) -> object:
    """Text without what PostgreSQL cannot store; anything else as it is."""
    return value.translate(UNSTORABLE) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(storable)]


class Part(BaseModel):
    """A part of a payload: frozen, tolerant of fields that we do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Named(Part):
    """A user or a team, of which we use the id."""

    id: Annotated[str, Field(min_length=1), BeforeValidator(storable)]


class Action(Part):
    """The button that was clicked."""

    action_id: Text
    value: Annotated[str, Field(max_length=VALUE_MAX), BeforeValidator(storable)] = ""


class BlockActions(Part):
    """A click below a message."""

    user: Named
    team: Named | None = None  # None in an organisation-wide installation
    actions: tuple[Action, ...] = ()
    response_url: Text = ""
    trigger_id: Text = ""


class Filled(Part):
    """One input of a window."""

    value: Annotated[str | None, BeforeValidator(storable)] = None


class FilledValues(Part):
    """All inputs of a window, by block and input."""

    values: dict[str, dict[str, Filled]] = Field(default_factory=dict)


class SentView(Part):
    """A window that was sent."""

    callback_id: Text = ""
    private_metadata: Annotated[str, Field(max_length=VALUE_MAX), BeforeValidator(storable)] = ""
    state: FilledValues = FilledValues()

    def filled(self, name: str) -> str:
        """What was filled in; "" for nothing."""
        one = self.state.values.get(name, {}).get(name)
        return ((one.value if one else None) or "").strip()


class Submission(Part):
    """Somebody sent a window."""

    user: Named
    team: Named | None = None
    view: SentView


class Typed(Part):
    """A slash command."""

    team_id: Text = ""
    channel_id: Annotated[str, Field(min_length=1), BeforeValidator(storable)]
    user_id: Annotated[str, Field(min_length=1), BeforeValidator(storable)]
    text: Text = ""
    response_url: Text = ""


class Opened(Part):
    """Somebody opened a tab of our page."""

    user: Annotated[str, Field(min_length=1), BeforeValidator(storable)]
    tab: Text = ""


class HomeOpened(Part):
    """The event, and whose workspace it is of."""

    team_id: Text = ""
    event: Opened


class Link(Part):
    """One link to us."""

    url: Text = ""


class Shared(Part):
    """Somebody sent a message with links to us, or is writing one."""

    user: Text = ""
    channel: Text = ""
    message_ts: Text = ""
    source: Text = ""
    links: tuple[Link, ...] = ()


class LinkShared(Part):
    """The event, and whose workspace it is of."""

    team_id: Text = ""
    event: Shared


def taken(delivery: Delivery) -> Taken:
    """The work that follows from an interaction; empty when it is none of our buttons.

    Raises BadInput naming the field where the payload cannot be read.
    """
    if delivery.event in leaving.EVENTS:
        return leaving.left(delivery)
    if delivery.event in EVENTS:
        return told_of(delivery)
    if delivery.event == COMMAND:
        return typed(read(Typed, delivery), delivery.id)
    if delivery.event == SUBMISSION:
        return submitted(read(Submission, delivery), delivery.id)
    if delivery.event == BLOCK_ACTIONS:
        return clicked(read(BlockActions, delivery), delivery.id)
    return NOTHING


def told_of(delivery: Delivery) -> Taken:
    """The work that follows from an event."""
    if delivery.event == HOME_OPENED:
        return opened(read(HomeOpened, delivery), delivery.id)
    return shared(read(LinkShared, delivery), delivery.id)


def clicked(click: BlockActions, delivery_id: int) -> Taken:
    """The work that follows from a click; none where it is on none of our buttons."""
    for action in click.actions:
        if action.action_id in ACTIONS:
            request = ActFromChat(
                team_id=click.team.id if click.team else "",
                chat_user=click.user.id,
                action=action.action_id,
                handle=action.value,
                response_url=click.response_url,
                trigger_id=click.trigger_id,
                delivery_id=delivery_id,
            )
            return Taken(requests=((QueueName.CLICK, request),))
    return NOTHING


def typed(command: Typed, delivery_id: int) -> Taken:
    """The work that follows from a command."""
    request = AnswerCommand(
        team_id=command.team_id,
        channel=command.channel_id,
        chat_user=command.user_id,
        text=command.text[:MOST_TEXT],
        response_url=command.response_url,
        delivery_id=delivery_id,
    )
    return Taken(requests=((QueueName.CLICK, request),))


def opened(told: HomeOpened, delivery_id: int) -> Taken:
    """The work that follows where somebody looks at their own page; none for its other tabs."""
    if told.event.tab != HOME:
        return NOTHING
    request = ShowHome(team_id=told.team_id, chat_user=told.event.user, delivery_id=delivery_id)
    return Taken(requests=((QueueName.CLICK, request),))


def shared(told: LinkShared, delivery_id: int) -> Taken:
    """The work that follows from links in a message; none while it is written only."""
    one = told.event
    urls = [link.url for link in one.links[:LINKS_MAX] if link.url and " " not in link.url]
    if one.source == COMPOSER or not urls:
        return NOTHING
    request = UnfoldLinks(
        team_id=told.team_id,
        channel=one.channel,
        chat_user=one.user,
        ts=one.message_ts,
        links="\n".join(urls),
        delivery_id=delivery_id,
    )
    return Taken(requests=((QueueName.CLICK, request),))


def submitted(sent: Submission, delivery_id: int) -> Taken:
    """The work that follows from a window; none where it is none of ours."""
    view = sent.view
    if view.callback_id not in FORMS:
        return NOTHING
    request = SubmitFromChat(
        team_id=sent.team.id if sent.team else "",
        chat_user=sent.user.id,
        action=view.callback_id,
        handle=view.private_metadata,
        reason=view.filled(REASON)[:REASON_LIMIT],
        days=view.filled(DAYS)[:DAYS_MAX],
        owner=view.filled(OWNER),
        delivery_id=delivery_id,
    )
    return Taken(requests=((QueueName.CLICK, request),))


def read(part: type[P], delivery: Delivery) -> P:
    """A stored interaction; BadInput naming the field where it cannot be read."""
    try:
        return part.model_validate(json.loads(delivery.body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "it"
        raise BadInput(
            f"The {delivery.event} payload cannot be read: {place}: {first['msg'].lower()}."
        ) from None
    except (ValueError, RecursionError):
        raise BadInput(f"The {delivery.event} payload is no JSON.") from None
