"""When a report says that it was written: its own time, where that can be believed."""

from datetime import datetime
from typing import BinaryIO

from app.core.errors import BadInput
from app.core.reports import Limits, ReadWhole, read_at_once
from app.core.retention import too_old_or_new


def own_time(file: BinaryIO, *, limits: Limits, now: datetime) -> datetime | None:
    """The time that the report's beginning names; None when it names none, or an odd one.

    A time still to come is taken for now: many runners write their local time without its zone.
    """
    try:
        reading = read_at_once(file, limits=limits)
        next(iter(reading), None)
    except (BadInput, ReadWhole):
        return None  # whoever stores it says what is wrong
    named = reading.started_at
    if named is None or too_old_or_new(named, now=now):
        return None
    return min(named, now)
