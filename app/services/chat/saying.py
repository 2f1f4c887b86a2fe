"""Say something once, whatever becomes of the answer."""

from dataclasses import asdict
from datetime import datetime

from app.chat_ports import Speaker
from app.core.errors import Missing
from app.core.publishing import ChatMessage
from app.db.chat import sayings
from app.db.session import Engine, unit_of_work
from app.services.publishing.sameness import digest_of


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


def keep_true(
    engine: Engine,
    host: Speaker,
    channel: str,
    message: ChatMessage,
    *,
    ts: str | None,
    digest: bytes | None,
    now: datetime,
) -> tuple[str, bytes]:
    """Let a message say this; its id and the digest of what it says.

    `ts` and `digest` are of the one that stands: nothing is sent where it says this already, and
    one that somebody deleted is posted anew.
    """
    said = digest_of(asdict(message))
    if ts is not None and digest == said:
        return ts, said
    try:
        if ts is not None:
            host.update(channel, ts, message)
    except Missing:  # somebody deleted it
        ts = None
    return ts or say_once(engine, host, channel, message, now=now), said
