"""Chats that are spoken to no faster than they like: paced by channel, over all processes."""

from dataclasses import dataclass
from datetime import timedelta

from app.clock import Clock
from app.core.errors import RateLimited, Unavailable
from app.core.publishing import ChatMessage, Picture
from app.ports import Budget, Chat, Chats

# Of one channel. Source: Slack, chat.postMessage: 1 a second. A little fewer, for a message may
# be on its way for longer than the next one. Slack lets some bursts pass, and does not say which.
A_MINUTE = 55
AT_ONCE = 1
PACED = "This channel is spoken to as fast as Slack likes; the message waits its turn."


@dataclass(frozen=True, slots=True)
class PacedChats:
    """Chats whose channels hear so many messages a minute; where nobody counts, Slack does."""

    chats: Chats
    budget: Budget
    clock: Clock

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Count a message; RateLimited, with the time of its turn, where it is too early."""
        try:
            allowed = self.budget.take(f"chat:{channel}")
        except Unavailable:
            return
        if not allowed.is_allowed:
            raise RateLimited(PACED, until=self.clock() + timedelta(seconds=allowed.retry_after))

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, whose turn was taken before."""
        return self.chats.post(channel, message, thread=thread)

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this."""
        self.chats.update(channel, ts, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle."""
        return self.chats.find(channel, handle, thread=thread)

    def upload(self, channel: str, picture: Picture) -> str | None:
        """Upload a picture for a channel; its id."""
        return self.chats.upload(channel, picture)

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel."""
        return self.chats.reaches(channel)

    def for_team(self, team_id: str | None) -> Chat:
        """One workspace, for what people there wait for: that is not paced."""
        return self.chats.for_team(team_id)
