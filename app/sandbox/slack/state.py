"""The memory of the sandbox's Slack: one workspace, and how to find things in it."""

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex

from app.clock import Clock
from app.core.errors import BadInput, Missing
from app.sandbox.posting import Poster
from app.sandbox.slack.entities import (
    Channel,
    Json,
    Member,
    Message,
    ResponseUrl,
    Sent,
    SlackFile,
    View,
)
from app.sandbox.slack.sockets import Sockets

ACK_WITHIN = 3.0  # seconds; Slack tells the person that it failed after that
TICK = timedelta(microseconds=100)  # two messages of one channel are at least so far apart
SECRET_BYTES = 12


class SlackState:
    """Everything remembered of one workspace; whoever changes it holds `lock`."""

    app_id = "A0SANDBOX"
    bot_id = "B0FLAKEGUARD"
    paced = False  # whether more than one message a second and channel is refused

    def __init__(
        self,
        *,
        bot_token: str | None,
        signing_secret: str,
        clock: Clock,
        team_id: str = "T0SANDBOX",
        team_name: str = "Sandbox",
        endpoint_url: str | None = None,
        server_url: str = "http://127.0.0.1",
        new_secret: Callable[[], str] = lambda: token_hex(SECRET_BYTES),
    ) -> None:
        self.team_id = team_id
        self.team_name = team_name
        self.scopes: str | None = None  # of the given token, by commas; None: nobody is told
        self.bot_token = bot_token  # None once it is revoked
        self.signing_secret = signing_secret
        self.endpoint_url = endpoint_url
        self.server_url = server_url
        self.clock = clock
        self.new_secret = new_secret
        self.unfurl_domains: set[str] = set()  # whose links the app hears of
        self.lock = threading.RLock()
        self.channels: dict[str, Channel] = {}
        self.members: dict[str, Member] = {}
        self.messages: list[Message] = []  # ephemeral ones are kept apart
        self.ephemeral: list[Message] = []
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, tuple[datetime, str]] = {}  # id: made at, for whom
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}  # of each member who was shown one
        self.sent: list[Sent] = []  # interactions and commands, with the answers
        self.files: dict[str, SlackFile] = {}
        self.last_post: dict[str, datetime] = {}
        self.sockets: Sockets | None = None  # None: the app is reached by HTTP alone
        self.poster = Poster(timeout=ACK_WITHIN)
        self._ids = itertools.count(1)
        self._last_moment: datetime | None = None
        self.bot = self.add_user("flakeguard", is_bot=True)

    @property
    def team_domain(self) -> str:
        """What stands before .slack.com in its address."""
        return self.team_name.lower()

    def new_id(self, letter: str) -> str:
        """An id as Slack makes them: a letter and ten more characters."""
        return f"{letter}{next(self._ids):010d}"

    def add_channel(self, name: str, *, has_bot: bool = True, is_private: bool = False) -> Channel:
        """A channel, with the bot in it unless said otherwise."""
        with self.lock:
            one = Channel(self.new_id("C"), name, has_bot=has_bot, is_private=is_private)
            self.channels[one.id] = one
            return one

    def talk_with(self, user: str) -> Channel:
        """The conversation of the bot with one member, opened when it was not yet."""
        with self.lock:
            known = [one for one in self.channels.values() if one.only_with == user]
            if known:
                return known[0]
            name = f"{self.members[user].name} alone"
            one = Channel(self.new_id("D"), name, only_with=user)
            self.channels[one.id] = one
            return one

    def add_user(self, name: str, *, real_name: str = "", is_bot: bool = False) -> Member:
        """A member of the workspace."""
        with self.lock:
            one = Member(self.new_id("U"), name, real_name or name, is_bot=is_bot)
            self.members[one.id] = one
            return one

    def people(self) -> list[Member]:
        """The members that are people and still here."""
        with self.lock:
            return [one for one in self.members.values() if not (one.is_bot or one.deleted)]

    def channel(self, name_or_id: str) -> Channel:
        """The channel of that id or name (with or without #)."""
        with self.lock:
            for one in self.channels.values():
                if name_or_id.lstrip("#") in {one.id, one.name}:
                    return one
            raise Missing(f"The sandbox's Slack has no channel {name_or_id}.")

    def member(self, name_or_id: str) -> Member:
        """The member of that id or name."""
        with self.lock:
            for one in self.members.values():
                if name_or_id.lstrip("@") in {one.id, one.name}:
                    return one
            raise Missing(f"The sandbox's Slack has no member {name_or_id}.")

    def message(self, channel_id: str, ts: str) -> Message:
        """A message by its channel and ts."""
        with self.lock:
            for one in (*self.messages, *self.ephemeral):
                if one.channel == channel_id and one.ts == ts:
                    return one
            raise Missing(f"Channel {channel_id} has no message {ts}.")

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """A root message and its replies, oldest first."""
        with self.lock:
            return [
                one
                for one in self.messages
                if one.channel == channel_id and ts in {one.ts, one.thread_ts}
            ]

    def roots(self, channel_id: str) -> list[Message]:
        """The messages of a channel that stand outside threads, oldest first."""
        with self.lock:
            return [m for m in self.messages if m.channel == channel_id and not m.is_reply]

    def in_channel(self, channel_id: str) -> list[Message]:
        """What a channel shows, oldest first: what stands outside threads, and loud replies."""
        with self.lock:
            shown = [m for m in self.messages if not m.is_reply or m.is_broadcast]
            return [m for m in shown if m.channel == channel_id]

    def new_ts(self) -> str:
        """The next message's ts; no two are alike."""
        with self.lock:
            moment = self.clock()
            if self._last_moment is not None and moment <= self._last_moment:
                moment = self._last_moment + TICK
            self._last_moment = moment
            return f"{int(moment.timestamp())}.{moment.microsecond:06d}"

    def say(self, channel: str, user: str, text: str, *, thread_ts: str | None = None) -> Message:
        """A member writes something."""
        with self.lock:
            one = Message(
                self.channel(channel).id,
                self.new_ts(),
                self.member(user).id,
                text,
                by_bot=False,
                thread_ts=thread_ts,
            )
            self.messages.append(one)
            return one

    def archive(self, channel: str) -> None:
        """Archive a channel: nobody writes there any more."""
        with self.lock:
            self.channel(channel).is_archived = True

    def deactivate(self, user: str) -> None:
        """A member leaves the workspace."""
        with self.lock:
            self.member(user).deleted = True

    def revoke(self) -> None:
        """The workspace takes the app's token away."""
        with self.lock:
            self.bot_token = None

    def open_view(self, trigger_id: str, view: Json) -> View:
        """Open a modal for whoever clicked; a trigger opens one only."""
        with self.lock:
            if trigger_id not in self.triggers:
                raise BadInput("invalid_trigger")
            _, user = self.triggers.pop(trigger_id)
            one = View(self.new_id("V"), user, view, trigger_id)
            self.views[one.id] = one
            return one
