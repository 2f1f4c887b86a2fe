"""A case's thread: told, looked at, and its buttons pressed."""

import json
import re
from uuid import UUID

from slack_sdk.models.views import View as SlackView

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.session import unit_of_work
from app.db.work import tasks
from app.sandbox.slack.entities import Message, View
from tests.bots.slack.console import Console


def tell(console: Console, case_id: UUID) -> None:
    """Have the case told of in its channel."""
    asking = tasks.Asking(TellChat(console.repo, case_id.hex), QueueName.RUN, "r1")
    with unit_of_work(console.world.engine) as session:
        tasks.ask(session, [asking], now=console.office.shop.clock())
    console.office.work()


def root(console: Console) -> Message:
    """The one message of ours that begins a thread."""
    [one] = [m for m in console.slack.roots(console.channel) if m.metadata is not None]
    return one


def press(console: Console, action: str, user: str, message: Message | None = None) -> None:
    """Press a button of a message, else of the first one of the thread."""
    sent = console.slack.click(message or root(console), action, user)
    assert sent.status == 200, sent
    console.office.work()


def window(console: Console) -> View:
    """The newest window, seen to be what Slack takes."""
    one = list(console.slack.views.values())[-1]
    SlackView(**json.loads(json.dumps(one.view))).validate_json()
    return one


def send(console: Console, **values: str | None) -> None:
    """Fill in the newest window and send it off."""
    told = {name: {name: {"value": value}} for name, value in values.items()}
    sent = console.slack.submit(window(console), told)
    assert sent.status == 200, sent
    console.office.work()


def replies(console: Console) -> list[str]:
    one = root(console)
    said = console.slack.thread(one.channel, one.ts)[1:]
    return [reply.text.replace("\u200b", "") for reply in said]


def buttons(console: Console) -> list[str]:
    [actions] = [block for block in root(console).blocks if block["type"] == "actions"]
    return re.findall(r"'action_id': '(\w+)'", str(actions))


def whispered(console: Console) -> list[str]:
    """What was said to one person alone, oldest first."""
    return [one.text.replace("\u200b", "") for one in console.slack.ephemeral]
