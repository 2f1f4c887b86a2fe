"""The scorer `flake-rate`: the share of a case's runs of the last days that failed or flaked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.history.records import Observation
from app.core.scorer.plain import Ran, judged
from app.core.scorer.said import Judged, Said
from app.core.scorer.windows import Windows, observed

WINDOW = 14 * 86_400.0  # seconds; all four are Flackyness's
ENOUGH_RUNS = 3
THRESHOLD = 0.05
WARNED = 0.02


@dataclass(frozen=True, slots=True)
class FlakeRate:
    """(failed + flaky) / runs over 14 days, at least 3 runs, flagged at 5 %."""

    windows: Windows = field(default_factory=Windows)
    version: str = "1"
    threshold: float = THRESHOLD

    def observe(self, seen: Observation) -> tuple["FlakeRate", Said]:
        """The scorer after this, and what it says at that moment."""
        windows, said = observed(
            self.windows,
            seen,
            score=rate_of,
            forget=_recent,
            threshold=THRESHOLD,
            horizon=WINDOW,
        )
        return FlakeRate(windows), said

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed."""
        now = at.timestamp()
        return {case: rate_of(self.windows, case, now) for case in self.windows.failures}

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed, as it stands."""
        now, windows = at.timestamp(), self.windows
        return [
            judged(
                case,
                rate_of(windows, case, now),
                failed=len(_recent(windows, case, now)),
                runs=max(_runs(windows, case, now), len(_recent(windows, case, now))),
                is_held=case in windows.held,
                warned=WARNED,
            )
            for case in windows.failures
        ]


def rate_of(windows: Windows, case: str, now: float) -> float:
    """The share of the window's runs that failed, retried or not; 0 where there are too few."""
    runs = _runs(windows, case, now)
    if runs < ENOUGH_RUNS:
        return 0.0
    return min(1.0, len(_recent(windows, case, now)) / runs)


def _recent(windows: Windows, case: str, now: float) -> tuple[Ran, ...]:
    return tuple(one for one in windows.failures[case] if one.at > now - WINDOW)


def _runs(windows: Windows, case: str, now: float) -> int:
    jobs = {job for job, members in windows.members.items() if case in members.files}
    return sum(1 for at, job in windows.days if job in jobs and at > now - WINDOW)
