"""What was about to be said: noted before it is sent, so that a lost answer is looked for."""

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import text
from sqlmodel import Session

DIGEST_BYTES = 16

BEGIN = text("""
INSERT INTO saying (digest, at) VALUES (:digest, :now) ON CONFLICT DO NOTHING RETURNING 1
""")
BEGUN = text("SELECT 1 FROM saying WHERE digest = :digest")


def begin(
    session: Session, channel: str, handle: str, *, thread: str | None, now: datetime
) -> bool:
    """Note that this is about to be said; False when that was noted before."""
    values = {"digest": _digest(channel, handle, thread), "now": now}
    return session.execute(BEGIN, values).first() is not None


def is_begun(session: Session, channel: str, handle: str) -> bool:
    """Whether it was noted that this is about to be said outside a thread."""
    digest = _digest(channel, handle, None)
    return session.execute(BEGUN, {"digest": digest}).first() is not None


def _digest(channel: str, handle: str, thread: str | None) -> bytes:
    place = "\0".join((channel, thread or "", handle))
    return blake2b(place.encode(), digest_size=DIGEST_BYTES).digest()
