"""How long what ran is kept, counted from when it ran."""

from dataclasses import dataclass
from datetime import datetime, timedelta

OLDEST_RUN = timedelta(days=400)  # an older run could not be kept for a week and still be pruned
FUTURE_RUN = timedelta(days=1)  # clocks differ, time zones are mistaken; more is a mistake
AT_LEAST = timedelta(days=7)  # after receipt, whatever the run's own date


@dataclass(frozen=True, slots=True)
class Retention:
    """A repository's retention of executions, by outcome and branch."""

    passed: timedelta = timedelta(days=30)
    failed: timedelta = timedelta(days=90)
    passed_on_default: timedelta = timedelta(days=90)
    failed_on_default: timedelta = timedelta(days=365)


DEFAULTS = Retention()


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
