"""How long what ran is kept, counted from when it ran; each repository may set its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from app.core.errors import BadInput

OLDEST_RUN = timedelta(days=400)  # an older run could not be kept for a week and still be pruned
FUTURE_RUN = timedelta(days=1)  # clocks differ, time zones are mistaken; more is a mistake
AT_LEAST = timedelta(days=7)  # after receipt, whatever the run's own date

DELIVERIES = timedelta(days=30)  # and finished tasks: of no repository, so the same for all
LONGEST_DAYS = 3_650  # that a repository may set
SETTING = "retention"  # the key among a repository's settings; below it: names of fields in days


@dataclass(frozen=True, slots=True)
class Retention:
    """What a repository keeps for how long; the defaults, unless it set its own."""

    passed: timedelta = timedelta(days=30)
    failed: timedelta = timedelta(days=90)
    passed_on_default: timedelta = timedelta(days=90)
    failed_on_default: timedelta = timedelta(days=365)
    runs: timedelta = timedelta(days=90)
    failed_runs: timedelta = timedelta(days=180)
    runs_on_default: timedelta = timedelta(days=365)
    screenshots: timedelta = timedelta(days=7)
    videos: timedelta = timedelta(days=14)
    logs: timedelta = timedelta(days=30)
    hourly: timedelta = timedelta(days=30)  # rollups
    daily: timedelta = timedelta(days=365)
    audit: timedelta = timedelta(days=365)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """The retention in a repository's settings.

        Raises BadInput naming what is no whole number of days from 1 to LONGEST_DAYS.
        """
        given = settings.get(SETTING) or {}
        if not isinstance(given, Mapping):
            raise BadInput(f"{SETTING} must name what is kept for how many days.")
        known = {one.name for one in fields(cls)}
        return cls(**{name: _days(name, days, known) for name, days in given.items()})

    def of_run(self, *, on_default: bool, failed: bool) -> timedelta:
        """How long a run's row is kept: never shorter than any execution of it."""
        if on_default:
            return max(self.runs_on_default, self.passed_on_default, self.failed_on_default)
        row = max(self.runs, self.failed_runs) if failed else self.runs
        return max(row, self.passed, self.failed)


DEFAULTS = Retention()


def _days(name: str, days: object, known: set[str]) -> timedelta:
    if name not in known:
        raise BadInput(f"{SETTING}.{name} is nothing that is kept; use {', '.join(sorted(known))}.")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"{SETTING}.{name} must be a whole number of days, 1 to {LONGEST_DAYS}.")
    return timedelta(days=days)


@dataclass(frozen=True, slots=True)
class KeepUntil:
    """When the executions of one report may go."""

    passing: datetime
    failing: datetime


def keep_until(
    *, at: datetime, received_at: datetime, on_default: bool, retention: Retention = DEFAULTS
) -> KeepUntil:
    """When executions that ended at `at` may go; never sooner than a week after receipt."""
    earliest = received_at + AT_LEAST
    passing = retention.passed_on_default if on_default else retention.passed
    failing = retention.failed_on_default if on_default else retention.failed
    return KeepUntil(
        passing=max(at + passing, earliest),
        failing=max(at + failing, earliest),
    )


def too_old_or_new(at: datetime, *, now: datetime) -> str | None:
    """The sentence that refuses a run so dated; None when its date is plausible."""
    if at < now - OLDEST_RUN:
        return (
            f"The run is dated {at:%Y-%m-%d}, more than {OLDEST_RUN.days} days ago; "
            "it is too old to be stored."
        )
    if at > now + FUTURE_RUN:
        return f"The run is dated {at:%Y-%m-%d %H:%M}, which is still to come; check its clock."
    return None


@dataclass(frozen=True, slots=True)
class Going:
    """What retention takes: whole partitions, or rows of a small table."""

    what: str  # the table
    partition: str | None  # its name; None for rows
    rows: int  # for partitions the database's own estimate


@dataclass(frozen=True, slots=True)
class Went:
    """What one pass of retention did, and what it must leave to the next."""

    going: tuple[Going, ...]
    waiting: tuple[str, ...]  # sentences: what could not go yet, and why
