"""The sandbox's Slack as drivers see it."""

from collections.abc import Mapping

from app.sandbox.slack import homes, interactions
from app.sandbox.slack.entities import Json, Message, Sent, View
from app.sandbox.slack.state import SlackState


class SlackWorld(SlackState):
    """A Slack with memory: people act on it by these methods, programs by its Web API."""

    def click(self, message: Message, action_id: str, user: str, *, nth: int = 0) -> Sent:
        """Press a button of a message; answers what the app said to it."""
        return self._remember(interactions.click(self, message, action_id, user, nth=nth))

    def open_home(self, user: str) -> Sent:
        """Look at the app's Home tab."""
        return self._remember(homes.open_home(self, user))

    def click_home(self, user: str, action_id: str, *, nth: int = 0) -> Sent:
        """Press a button of one's Home tab, the first of its kind unless said otherwise."""
        return self._remember(homes.click(self, user, action_id, nth=nth))

    def submit(self, view: View, values: Mapping[str, object]) -> Sent:
        """Submit an open modal, `values` in the form of Slack's `state.values`."""
        return self._remember(interactions.submit(self, view, values))

    def command(self, channel: str, user: str, text: str) -> Sent:
        """Type `/flakeguard` and some words."""
        sent = self._remember(interactions.command(self, channel, user, text))
        with self.lock:
            interactions.show_answer(self, sent)
        return sent

    def share(self, channel: str, user: str, text: str) -> Message:
        """Write something; the app hears of the links to it that stand there."""
        message = self.say(channel, user, text)
        event = interactions.link_shared(self, message)
        if event["links"]:
            self.tell_of(event)
        return message

    def tell_of(self, event: Json) -> Sent:
        """Tell the app of an event, `type` among its fields."""
        return self._remember(interactions.post_event(self, event))

    def _remember(self, sent: Sent) -> Sent:
        with self.lock:
            self.sent.append(sent)
        return sent
