"""A case's standing, told in a few letters."""

from datetime import UTC, datetime, timedelta

from app.core.decide import Standing
from app.core.outcomes import Outcome, ReportedCase, ReportedExecution
from app.core.series import Series, SeriesRun

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUTCOMES = {
    "P": (Outcome.PASSED,),
    "F": (Outcome.FAILED,),
    "S": (Outcome.SKIPPED,),
    "X": (Outcome.FAILED, Outcome.PASSED),
}


def standing(story: str) -> Standing:
    """After one commit a day: `P` passed, `F` failed, `S` skipped, `X` failed, then passed."""
    series = Series()
    runs: list[SeriesRun] = []
    for number, letter in enumerate(story):
        for attempt, outcome in enumerate(OUTCOMES[letter], start=1):
            series.add("linux", "junit.xml", case([outcome]))
            series.end_run(len(runs))
            at = START + timedelta(days=number, hours=attempt)
            runs.append(SeriesRun(f"main{number}", f"main{number}", number, attempt, at))
    (judged,) = series.judged(runs, branch="main")
    return judged.standing


def case(outcomes: list[Outcome], *, name: str = "test_it") -> ReportedCase:
    """A case of a report with these executions."""
    *earlier, last = (ReportedExecution(outcome) for outcome in outcomes)
    return ReportedCase("pytest", "shop", name, "", "shop.py", None, last, tuple(earlier))
