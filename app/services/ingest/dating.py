"""When a report says that it was written: its own time, where that can be believed."""

from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from app.core.errors import BadInput
from app.core.reports import Limits, ReadWhole, read_at_once
from app.core.retention import too_old_or_new

BEGINNING = 4 * 1024  # bytes; most runners write the time into the first lines


def own_time(file: BinaryIO, *, limits: Limits, now: datetime) -> datetime | None:
    """The time that the report's beginning names; None when it names none, or an odd one.

    A time still to come is taken for now: many runners write their local time without its zone.
    """
    file.seek(0)
    named = _named(BytesIO(file.read(BEGINNING)), limits) or _named(file, limits)
    if named is None or too_old_or_new(named, now=now):
        return None
    return min(named, now)


def _named(file: BinaryIO, limits: Limits) -> datetime | None:
    """The time named before the first case is complete, in however little of a report."""
    try:
        reading = read_at_once(file, limits=limits)
    except BadInput:
        return None  # whoever stores it says what is wrong
    with suppress(BadInput, ReadWhole):  # it is cut or odd, and may have named its time before
        next(iter(reading), None)
    return reading.started_at
