"""In which time zone a place is told dates."""

from datetime import tzinfo

from app.db.chat import preferences
from app.db.session import Session
from app.render.words import Saying, in_zone


def zone_there(session: Session, place: str) -> tzinfo:
    """A channel's own; UTC where it set none."""
    return preferences.of_place(session, place).tzinfo


def said_there(session: Session, place: str, says: Saying) -> str:
    """A sentence as a channel is told it."""
    with in_zone(zone_there(session, place)):
        return says()
