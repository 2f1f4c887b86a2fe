"""Chats that are spoken to no faster than they like: paced by channel, over all processes."""

from dataclasses import dataclass
from datetime import timedelta

from app.clock import Clock
from app.core.errors import RateLimited, Unavailable
from app.ports import Budget
from app.services.chat.relay import RelayedChats

# Of one channel. Source: Slack, chat.postMessage: 1 a second. A little fewer, for a message may
# be on its way for longer than the next one. Slack lets some bursts pass, and does not say which.
A_MINUTE = 55
AT_ONCE = 1
PACED = "This channel is spoken to as fast as Slack likes; the message waits its turn."


@dataclass(frozen=True, slots=True)
class PacedChats(RelayedChats):
    """Chats whose channels hear so many messages a minute; where nobody counts, Slack does."""

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
