"""The scorer `rolling-window`: six weighted components over a case's last runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from app.core.history.records import Observation
from app.core.scorer.plain import Ran, judged
from app.core.scorer.said import Judged, Said
from app.core.scorer.windows import Windows, observed

WINDOW = 50  # runs; all of these are the old FlakeGuard's defaults
ENOUGH_RUNS = 10
WARNED, THRESHOLD = 0.3, 0.6
RETRY_WEIGHT = 1.5  # a failure that a retry turned into a pass, against a plain one
INTERMITTENCY, RERUN, CLUSTERING = 0.30, 0.25, 0.15  # scoring_weights
MESSAGES, FAIL_RATIO, CONSECUTIVE = 0.10, 0.10, 0.10


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """Failures over runs and fail-to-pass retries, weighted; flagged at 0.6."""

    windows: Windows = field(default_factory=Windows)
    version: str = "1"
    threshold: float = THRESHOLD

    def observe(self, seen: Observation) -> tuple["RollingWindow", Said]:
        """The scorer after this, and what it says at that moment."""
        windows, said = observed(
            self.windows,
            seen,
            score=score_of,
            forget=_recent,
            threshold=THRESHOLD,
            horizon=0.0,
        )
        return RollingWindow(windows), said

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed."""
        now = at.timestamp()
        return {case: score_of(self.windows, case, now) for case in self.windows.failures}

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed, as it stands."""
        now, windows = at.timestamp(), self.windows
        return [
            judged(
                case,
                score_of(windows, case, now),
                failed=windows.totals[case],
                runs=max(windows.place(case), windows.totals[case]),
                is_held=case in windows.held,
                warned=WARNED,
            )
            for case in windows.failures
        ]


def score_of(windows: Windows, case: str, now: float) -> float:
    """The weighted score, from 0 to 1; 0 where the case ran too seldom, or did not fail lately."""
    failed = _recent(windows, case, now)
    runs = min(WINDOW, windows.place(case))
    if runs < ENOUGH_RUNS or not failed:
        return 0.0
    rows = _rows(failed)
    share = min(1.0, len(failed) / runs)
    retried = sum(one.passed for one in failed)
    turns = min(2 * len(rows), runs - 1) / (runs - 1)
    return min(
        1.0,
        max(
            0.0,
            INTERMITTENCY * turns
            + RERUN * min(1.0, RETRY_WEIGHT * retried / len(failed))
            + CLUSTERING * (1 - len(rows) / len(failed))
            + MESSAGES * (len({one.message for one in failed}) - 1) / len(failed)
            + FAIL_RATIO * share
            - CONSECUTIVE * max(rows) / runs,
        ),
    )


def _recent(windows: Windows, case: str, _now: float) -> tuple[Ran, ...]:
    place = windows.place(case)
    return tuple(one for one in windows.failures[case] if one.place > place - WINDOW)


def _rows(failed: Sequence[Ran]) -> list[int]:
    """How many failures stand in a row, row by row."""
    rows = [1]
    for before, one in pairwise(failed):
        if one.place == before.place + 1:
            rows[-1] += 1
        else:
            rows.append(1)
    return rows
