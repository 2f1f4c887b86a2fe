"""Deliveries that failed: found by asking GitHub, and asked for once more."""

from datetime import datetime, timedelta

from app.core.deliveries import Delivery
from app.db.session import Engine, Session, unit_of_work
from app.db.work import deliveries
from app.ports import Hook
from app.services.publishing.past import LATE

KEPT = timedelta(days=3)  # how long GitHub sends a delivery again
AT_ONCE = 200  # redeliveries in one sweep; the next one goes on


def ask_again(engine: Engine, hook: Hook, *, now: datetime) -> int:
    """Ask for every delivery that failed and that we do not have; how many were asked for.

    One GUID is asked for once in a sweep, however often it failed.
    """
    failed = {one.guid: one for one in hook.failed(since=now - KEPT)}
    with unit_of_work(engine) as session:
        known = deliveries.known(session, failed)
    missing = [one for guid, one in failed.items() if guid not in known][:AT_ONCE]
    with unit_of_work(engine) as session:
        for one in missing:
            deliveries.note_asked_again(session, one.guid, sent_at=one.sent_at or now, now=now)
    for one in missing:
        hook.ask_again(one)
    return len(missing)


def is_late(session: Session, delivery: Delivery) -> bool:
    """Whether a delivery came so long after it was sent first that it tells of the past."""
    sent_at = deliveries.sent_first(session, delivery.guid)
    return sent_at is not None and delivery.received_at - sent_at > LATE
