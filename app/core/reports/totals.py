"""Counting what a report came to: every case has exactly one verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.outcomes import Outcome, ReportedExecution


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one report; passed + failed + errored + skipped + flaky = cases."""

    cases: int = 0
    executions: int = 0
    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    flaky: int = 0  # a failing and a passing execution of the case
    duration_ms: int = 0  # the report's own total, else the sum of its executions


class Tally:
    """Totals while they are being counted."""

    def __init__(self) -> None:
        self.executions = 0
        self.flaky = 0
        self.duration_ms = 0
        self.by_outcome = dict.fromkeys(Outcome, 0)

    def count_plain(self, execution: ReportedExecution) -> None:
        """Count a case that was executed once."""
        self.executions += 1
        self.by_outcome[execution[0]] += 1
        self.duration_ms += execution[1] or 0

    def count_passed(self, cases: int, duration_ms: int) -> None:
        """Count cases that were executed once and passed."""
        self.executions += cases
        self.by_outcome[Outcome.PASSED] += cases
        self.duration_ms += duration_ms

    def count(self, last: ReportedExecution, earlier: Sequence[ReportedExecution]) -> None:
        """Count a case with all its executions."""
        self.executions += 1 + len(earlier)
        self.duration_ms += sum(e.duration_ms or 0 for e in (*earlier, last))
        outcomes = {e.outcome for e in (*earlier, last)}
        if Outcome.PASSED in outcomes and outcomes & {Outcome.FAILED, Outcome.ERRORED}:
            self.flaky += 1
        else:
            self.by_outcome[last.outcome] += 1

    def totals(self, stated_ms: int | None) -> Totals:
        """The sums so far."""
        by = self.by_outcome
        return Totals(
            cases=sum(by.values()) + self.flaky,
            executions=self.executions,
            passed=by[Outcome.PASSED],
            failed=by[Outcome.FAILED],
            errored=by[Outcome.ERRORED],
            skipped=by[Outcome.SKIPPED],
            flaky=self.flaky,
            duration_ms=self.duration_ms if stated_ms is None else stated_ms,
        )
