"""What was about to be said: noted before it is sent, so that a lost answer is looked for."""

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import text
from sqlmodel import Session

DIGEST_BYTES = 16

BEGIN = text("""
INSERT INTO saying (digest, at) VALUES (:digest, :now) ON CONFLICT DO NOTHING RETURNING 1
""")


def begin(
    session: Session, channel: str, handle: str, *, thread: str | None, now: datetime
) -> bool:
    """Note that this is about to be said; False when that was noted before."""
    place = "\0".join((channel, thread or "", handle))
    digest = blake2b(place.encode(), digest_size=DIGEST_BYTES).digest()
    return session.execute(BEGIN, {"digest": digest, "now": now}).first() is not None
