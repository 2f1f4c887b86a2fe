"""What a chat workspace must offer, in our words; adapters raise app.core.errors.Unavailable."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.publishing import ChatMessage, Picture


@dataclass(frozen=True, slots=True)
class ChatPerson:
    """Somebody in a chat workspace, as people there know them; the names are theirs to choose."""

    name: str
    workspace: str
    zone: str | None = None  # the name of their time zone, where it is told


class Speaker(Protocol):
    """Who says things in channels, wherever those are."""

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel: False once its workspace removed us."""

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Return when a message may be posted there now, and count it.

        Raises RateLimited, with the time of its turn, where it is too early; what is urgent waits
        for no quiet hours.
        """

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, in a thread when one is named; its id (Slack's ts)."""

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this."""

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle; None when there is none."""

    def upload(self, channel: str, picture: Picture) -> str | None:
        """Upload a picture for a channel, to be shown by its id; None where none is shown."""


class Chat(Speaker, Protocol):
    """A chat workspace."""

    def answer(
        self,
        response_url: str,
        text: str,
        *,
        blocks: Sequence[Mapping[str, object]] = (),
        to_all: bool = False,
    ) -> None:
        """Tell the person who clicked or typed, and nobody else unless `to_all`."""

    def whisper(
        self, channel: str, user: str, text: str, *, blocks: Sequence[Mapping[str, object]] = ()
    ) -> None:
        """Tell one person in a channel something, and nobody else."""

    def unfold(
        self, channel: str, ts: str, shown: Mapping[str, Sequence[Mapping[str, object]]]
    ) -> None:
        """Show below a message what the links in it lead to, as blocks by address."""

    def open_window(self, trigger_id: str, window: Mapping[str, object]) -> str:
        """Open a window for whoever clicked within the last 3 s; its id.

        Raises Missing when it is too late for that.
        """

    def change_window(self, window_id: str, window: Mapping[str, object]) -> None:
        """Show something else in an open window; Missing when it was closed."""

    def show_home(self, user: str, home: Mapping[str, object]) -> None:
        """Show this on somebody's own page of ours; Missing where the workspace has none such."""

    def talk(self, user: str) -> str:
        """The conversation with one person alone; Missing where the workspace has none such."""

    def channels_named(self, names: Collection[str]) -> dict[str, str]:
        """Of these, by `#name` or id, the ids of the channels that we are in."""

    def who(self, user: str) -> ChatPerson:
        """Somebody by their id; Missing where the workspace has no such person."""


class Chats(Speaker, Protocol):
    """Every chat workspace that we are in."""

    def for_team(self, team_id: str | None) -> Chat:
        """One of them; Unavailable, for good, where we are not in it."""
