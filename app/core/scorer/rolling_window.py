"""The scorer `rolling-window`: six weighted components over a case's last runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from app.core.history.records import Observation
from app.core.policy.policy import ROLLING_WINDOW, Policy
from app.core.scorer.plain import Ran, judged
from app.core.scorer.said import Judged, Said
from app.core.scorer.windows import Windows, observed, within


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """Failures over runs and fail-to-pass retries, weighted; by default flagged at 0.6.

    Window, weights, thresholds and minima are the policy's.
    """

    windows: Windows = field(default_factory=Windows)
    policy: Policy = ROLLING_WINDOW
    version: str = "3"  # a case that came late, or left, ran in no more reports than it was there

    @property
    def threshold(self) -> float:
        """The score from which a case is held for flaky."""
        return self.policy.flaky_threshold

    @property
    def prior(self) -> float:
        """The score of a case that failed, but on no trusted code."""
        return 0.0

    @property
    def counts_from_failure(self) -> bool:
        """Whether the runs before a case first failed are not among those that are judged."""
        return False

    def place(self, case: str) -> int:
        """How many reports ran a case so far."""
        return self.windows.place(case)

    def observe(self, seen: Observation) -> tuple["RollingWindow", Said]:
        """The scorer after this, and what it says at that moment."""
        windows, said = observed(
            self.windows,
            seen,
            score=self.score_of,
            forget=self._recent,
            threshold=self.threshold,
            horizon=0.0,
        )
        return RollingWindow(windows, self.policy), said

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed on trusted code."""
        now = at.timestamp()
        return {case: self.score_of(self.windows, case, now) for case in self.windows.failures}

    def judged(self, at: datetime, cases: Iterable[str] | None = None) -> list[Judged]:
        """Every case that ever failed on trusted code, or those named, as it stands."""
        now, windows = at.timestamp(), self.windows
        return [
            judged(
                case,
                self.score_of(windows, case, now),
                failed=windows.totals[case],
                runs=max(windows.place(case), windows.totals[case]),
                is_held=case in windows.held,
                warned=self.policy.warn_threshold,
            )
            for case in (windows.failures if cases is None else cases)
        ]

    def score_of(self, windows: Windows, case: str, now: float) -> float:
        """The weighted score, 0 to 1; 0 where the case ran too seldom, or hardly failed lately."""
        policy = self.policy
        failed = self._recent(windows, case, now)
        runs = min(policy.rolling_window_size, windows.place(case))
        lately = sum(one.at > now - policy.lookback.total_seconds() for one in failed)
        if runs < policy.min_occurrences or lately < policy.min_recent_failures:
            return 0.0
        return weighted(failed, max(runs, len(failed)), policy) if failed else 0.0

    def _recent(self, windows: Windows, case: str, _now: float) -> tuple[Ran, ...]:
        return within(windows, case, runs=self.policy.rolling_window_size)


def weighted(failed: Sequence[Ran], runs: int, policy: Policy) -> float:
    """The score of a case that failed so in so many runs; `failed` is not empty, oldest first.

    Source: the weights and the retries' multiplier of the old FlakeGuard's `scoring_weights`.
    """
    weights, rows = policy.scoring_weights, rows_of(failed)
    retried = sum(one.passed for one in failed)
    turns = min(2 * len(rows), runs - 1) / (runs - 1) if runs > 1 else 0.0
    share = (len(failed) - retried + policy.retry_weight_multiplier * retried) / runs
    score = (
        weights.intermittency_weight * turns
        + weights.rerun_weight * retried / len(failed)
        + weights.clustering_weight * (1 - len(rows) / len(failed))
        + weights.message_variance_weight * (len({one.message for one in failed}) - 1) / len(failed)
        + weights.fail_ratio_weight * min(1.0, share)
        - weights.consecutive_failure_penalty * max(rows) / runs
    )
    return min(1.0, max(0.0, score))


def rows_of(failed: Sequence[Ran]) -> list[int]:
    """How many failures stand in a row, row by row."""
    rows = [1]
    for before, one in pairwise(failed):
        if one.place == before.place + 1 and not before.passed:
            rows[-1] += 1
        else:
            rows.append(1)
    return rows
