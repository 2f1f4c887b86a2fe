"""Say something once, whatever becomes of the answer."""

from datetime import datetime

from app.chat_ports import Speaker
from app.core.publishing import ChatMessage
from app.db.chat import sayings
from app.db.session import Engine, unit_of_work


def say_once(
    engine: Engine,
    host: Speaker,
    channel: str,
    message: ChatMessage,
    *,
    thread: str | None = None,
    now: datetime,
) -> str:
    """Post a message, or let the one with its handle that stands there say this; its id.

    Only what may have been sent before is looked for: Slack lets us read a channel's messages
    less often than write some. Raises RateLimited, with nothing noted, where it is too early.
    """
    host.take_turn(channel, is_urgent=message.is_urgent)
    with unit_of_work(engine) as session:
        is_new = sayings.begin(session, channel, message.handle, thread=thread, now=now)
    ts = None if is_new else host.find(channel, message.handle, thread=thread)
    if ts is None:
        return host.post(channel, message, thread=thread)
    host.update(channel, ts, message)
    return ts
