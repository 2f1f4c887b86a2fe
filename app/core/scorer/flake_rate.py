"""The scorer `flake-rate`: the share of a case's runs of the last days that failed or flaked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.history.records import Observation
from app.core.policy.policy import FLAKE_RATE, Policy
from app.core.scorer.plain import Ran, judged
from app.core.scorer.said import Judged, Said
from app.core.scorer.windows import Windows, observed, runs_since, since


@dataclass(frozen=True, slots=True)
class FlakeRate:
    """(failed + flaky) / runs; by default over 14 days, at least 3 runs, flagged at 5 %.

    Days, threshold and minima are the policy's.
    """

    windows: Windows = field(default_factory=Windows)
    policy: Policy = FLAKE_RATE
    version: str = "2"  # a case that came late, or left, ran in no more reports than it was there

    @property
    def threshold(self) -> float:
        """The score from which a case is held for flaky."""
        return self.policy.flaky_threshold

    @property
    def prior(self) -> float:
        """The score of a case that failed, but on no trusted code."""
        return 0.0

    @property
    def window(self) -> float:
        """Seconds that count."""
        return self.policy.lookback.total_seconds()

    @property
    def counts_from_failure(self) -> bool:
        """Whether the runs before a case first failed are not among those that are judged."""
        return False

    def place(self, case: str) -> int:
        """How many reports ran a case so far."""
        return self.windows.place(case)

    def observe(self, seen: Observation) -> tuple["FlakeRate", Said]:
        """The scorer after this, and what it says at that moment."""
        windows, said = observed(
            self.windows,
            seen,
            score=self.rate_of,
            forget=self._recent,
            threshold=self.threshold,
            horizon=self.window,
        )
        return FlakeRate(windows, self.policy), said

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed on trusted code."""
        now = at.timestamp()
        return {case: self.rate_of(self.windows, case, now) for case in self.windows.failures}

    def judged(self, at: datetime, cases: Iterable[str] | None = None) -> list[Judged]:
        """Every case that ever failed on trusted code, or those named, as it stands."""
        now, windows = at.timestamp(), self.windows
        found = []
        for case in windows.failures if cases is None else cases:
            failed = len(self._recent(windows, case, now))
            found.append(
                judged(
                    case,
                    self.rate_of(windows, case, now),
                    failed=failed,
                    runs=max(runs_since(windows, case, now - self.window), failed),
                    is_held=case in windows.held,
                    warned=self.policy.warn_threshold,
                )
            )
        return found

    def rate_of(self, windows: Windows, case: str, now: float) -> float:
        """The share of the window's runs that failed, retried or not; 0 where there are too few."""
        runs = runs_since(windows, case, now - self.window)
        failed = len(self._recent(windows, case, now))
        if runs < self.policy.min_occurrences or failed < self.policy.min_recent_failures:
            return 0.0
        return min(1.0, failed / runs)

    def _recent(self, windows: Windows, case: str, now: float) -> tuple[Ran, ...]:
        return since(windows, case, now - self.window)
