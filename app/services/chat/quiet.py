"""Chats that leave a channel in peace at its quiet hours; what cannot wait is said all the same."""

from dataclasses import dataclass
from datetime import datetime

from app.clock import Clock
from app.core.errors import RateLimited, Unavailable
from app.core.hours import quiet_until
from app.db.chat import preferences
from app.db.chat.preferences import Preference
from app.db.session import Engine, unit_of_work
from app.services.chat.relay import RelayedChats

QUIET = "It is quiet there at these hours; the message waits for their end."


@dataclass(frozen=True, slots=True)
class QuietChats(RelayedChats):
    """Chats in whose quiet channels nothing is posted; what stands there is kept true."""

    engine: Engine
    clock: Clock

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Count a message; RateLimited, with the end of the quiet hours, where it can wait."""
        if not is_urgent:
            with unit_of_work(self.engine) as session:
                wanted = preferences.of_place(session, channel)
            must_not_be_quiet(wanted, now=self.clock())
        self.chats.take_turn(channel, is_urgent=is_urgent)


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
