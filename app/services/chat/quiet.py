"""Chats that leave a channel in peace at its quiet hours; what cannot wait is said all the same."""

from dataclasses import dataclass
from datetime import datetime

from app.clock import Clock
from app.core.errors import RateLimited, Unavailable
from app.core.hours import quiet_until
from app.core.publishing import ChatMessage, Picture
from app.db.chat import preferences
from app.db.chat.preferences import Preference
from app.db.session import Engine, unit_of_work
from app.ports import Chat, Chats

QUIET = "It is quiet there at these hours; the message waits for their end."


@dataclass(frozen=True, slots=True)
class QuietChats:
    """Chats in whose quiet channels nothing is posted; what stands there is kept true."""

    chats: Chats
    engine: Engine
    clock: Clock

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Count a message; RateLimited, with the end of the quiet hours, where it can wait."""
        if not is_urgent:
            with unit_of_work(self.engine) as session:
                wanted = preferences.of_place(session, channel)
            must_not_be_quiet(wanted, now=self.clock())
        self.chats.take_turn(channel, is_urgent=is_urgent)

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, whose turn was taken before."""
        return self.chats.post(channel, message, thread=thread)

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this: that wakes nobody."""
        self.chats.update(channel, ts, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle."""
        return self.chats.find(channel, handle, thread=thread)

    def upload(self, channel: str, picture: Picture) -> str | None:
        """Upload a picture for a channel; its id. Nobody sees it before a message shows it."""
        return self.chats.upload(channel, picture)

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel."""
        return self.chats.reaches(channel)

    def for_team(self, team_id: str | None) -> Chat:
        """One workspace, for what people there wait for: that does not wait."""
        return self.chats.for_team(team_id)


def must_not_be_quiet(wanted: Preference, *, now: datetime) -> None:
    """Raise RateLimited, with the end of the quiet hours, where it is in them."""
    until = quiet_until(wanted.quiet, wanted.tzinfo, now=now)
    if until is not None:
        raise RateLimited(QUIET, until=until)


def first_to_retry(failures: list[Unavailable], *, now: datetime) -> Unavailable:
    """Of what failed in several channels, what can be tried again soonest."""

    def when(error: Unavailable) -> tuple[bool, datetime]:
        return error.permanent, error.until if isinstance(error, RateLimited) else now

    return min(failures, key=when)
