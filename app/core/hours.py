"""Hours in which a place in chat is left in peace, and the days on which it is told a digest."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

HOURS = re.compile(r"(\d{1,2})(?::([0-5]\d))?\s*-\s*(\d{1,2})(?::([0-5]\d))?")
LAST_HOUR = 23
TOLD_AT = time(9)  # of a digest, where the place is
MONDAY = 0
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


class Often(StrEnum):
    """How often a digest is told."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays
    OFF = "off"

    @property
    def days(self) -> int:
        """Of what time it tells."""
        return 1 if self is Often.DAILY else A_WEEK.days


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day; where they end before they begin, they go on over midnight."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def quiet_of(said: str) -> Quiet | None:
    """`22-7` or `22:00-07:30`; None for anything else, and for hours that are none."""
    found = HOURS.fullmatch(said.strip())
    if found is None or max(int(found[1]), int(found[3])) > LAST_HOUR:
        return None
    quiet = Quiet(time(int(found[1]), int(found[2] or 0)), time(int(found[3]), int(found[4] or 0)))
    return None if quiet.begins == quiet.ends else quiet


def zone_named(said: str) -> str | None:
    """The name of a time zone as the world knows it, in whatever case; None where it has none."""
    wanted = said.strip().lower().replace(" ", "_")
    return next((name for name in available_timezones() if name.lower() == wanted), None)


def zone_of(name: str | None) -> tzinfo:
    """A time zone by its name; UTC where none is said, or this machine has it no more."""
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def quiet_until(quiet: Quiet | None, zone: tzinfo, *, now: datetime) -> datetime | None:
    """When the hours end that it is in now, in UTC; None where nobody sleeps."""
    if quiet is None:
        return None
    here = now.astimezone(zone)
    is_over_night = quiet.begins > quiet.ends
    has_begun, has_ended = here.time() >= quiet.begins, here.time() >= quiet.ends
    if is_over_night and (has_begun or not has_ended):
        day = here.date() + A_DAY if has_begun else here.date()
    elif not is_over_night and has_begun and not has_ended:
        day = here.date()
    else:
        return None
    return datetime.combine(day, quiet.ends, zone).astimezone(UTC)


def newest_day(often: Often, zone: tzinfo, *, now: datetime) -> tuple[date, datetime]:
    """The newest day on which a digest was due, and the moment in UTC."""
    here = now.astimezone(zone)
    day = here.date() if here.time() >= TOLD_AT else here.date() - A_DAY
    if often is Often.WEEKLY:
        day -= timedelta(days=(day.weekday() - MONDAY) % A_WEEK.days)
    return day, datetime.combine(day, TOLD_AT, zone).astimezone(UTC)
