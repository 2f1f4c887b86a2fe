"""What Slack's pages show, and what their buttons do."""

from collections.abc import Mapping
from typing import cast

from app.core.errors import BadInput
from app.sandbox.pages.drawing import Form
from app.sandbox.slack import interactions
from app.sandbox.slack.entities import Json, View
from app.sandbox.world import World

Names = Mapping[str, str]
Shown = Mapping[str, object]


class SlackPages:
    """The pages of one world's Slack."""

    def __init__(self, world: World) -> None:
        self.slack = world.slack

    def channel(self, names: Names) -> Shown:
        """A channel: its threads, what single members see there, and open modals."""
        one = self.slack.channel(names["channel"])
        return {
            "channel": one,
            "threads": [self.slack.thread(one.id, m.ts) for m in self.slack.roots(one.id)],
            "ephemeral": [m for m in self.slack.ephemeral if m.channel == one.id],
            "views": list(self.slack.views.values()),
            "people": self.slack.people(),
            "failed": [sent for sent in self.slack.sent[-1:] if sent.status not in {200, 202}],
        }

    def home(self, names: Names) -> Shown:
        """The app's Home tab as one member was shown it last."""
        who = self.slack.member(names["user"])
        view = self.slack.homes.get(who.id)
        return {"member": who, "shown": [] if view is None else view.view["blocks"]}

    def open_home(self, names: Names, _: Form) -> str:
        """Look at the Home tab: the app hears of it, and shows what there is now."""
        self.slack.open_home(names["user"])
        return _home_of(names)

    def click_home(self, names: Names, form: Form) -> str:
        """Press a button of the Home tab."""
        action_id, _, value = form.get("action_id", "").partition(" ")
        view = self.slack.homes.get(self.slack.member(names["user"]).id)
        blocks = cast(list[Json], view.view["blocks"]) if view else []
        nth = interactions.place_in(blocks, action_id, value) if value else 0
        self.slack.click_home(names["user"], action_id, nth=nth)
        return _home_of(names)

    def click(self, names: Names, form: Form) -> str:
        """Press a message's button."""
        one = self.slack.channel(names["channel"])
        message = self.slack.message(one.id, form.get("ts", ""))
        action_id, _, value = form.get("action_id", "").partition(" ")
        nth = interactions.place_in(message.blocks, action_id, value) if value else 0
        self.slack.click(message, action_id, form.get("user", ""), nth=nth)
        return f"/slack/archives/{one.id}"

    def command(self, names: Names, form: Form) -> str:
        """Type a slash command."""
        one = self.slack.channel(names["channel"])
        self.slack.command(one.id, form.get("user", ""), form.get("text", ""))
        return f"/slack/archives/{one.id}"

    def submit(self, names: Names, form: Form) -> str:
        """Submit an open modal."""
        one = self.slack.channel(names["channel"])
        view = self.slack.views.get(form.get("view", ""))
        if view is None:
            raise BadInput("That dialog is no longer open; press the button again.")
        self.slack.submit(view, values_of(view, form))
        return f"/slack/archives/{one.id}"

    def dismiss(self, names: Names, form: Form) -> str:
        """Close an open modal."""
        one = self.slack.channel(names["channel"])
        with self.slack.lock:
            self.slack.views.pop(form.get("view", ""), None)
        return f"/slack/archives/{one.id}"


def _home_of(names: Names) -> str:
    return f"/slack/home/{names['user']}"


def values_of(view: View, form: Form) -> Json:
    """What a person entered, as Slack's `state.values`: by block, then by action."""
    values: Json = {}
    blocks = view.view.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        element = block.get("element")
        if block.get("type") != "input" or not isinstance(element, dict):
            continue
        action_id, block_id = str(element.get("action_id", "")), str(block.get("block_id", ""))
        entered = form.get(f"input {block_id} {action_id}") or None
        values[block_id] = {action_id: _entered(element, entered)}
    return values


def _entered(element: Json, entered: str | None) -> Json:
    kind = element.get("type")
    shape: Json = {"type": kind}
    if kind == "static_select":
        options = element.get("options")
        chosen = options if isinstance(options, list) else []
        picked = next((one for one in chosen if one.get("value") == entered), None)
        return shape | {"selected_option": picked}
    if kind == "users_select":
        return shape | {"selected_user": entered}
    if kind == "datepicker":
        return shape | {"selected_date": entered}
    return shape | {"value": entered}
