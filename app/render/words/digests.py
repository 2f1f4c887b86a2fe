"""The sentences of digests."""

from collections.abc import Sequence

from app.core.costs import Cost
from app.core.digests import DayOfFailures
from app.render.escape import plain
from app.render.words.plan import cost_said

NEW = "Turned flaky"
BROKEN = "Turned broken"
FIXED = "Healthy again"
ENDING = "Quarantines that end soon"
WORST = "Flakiest now"


def title(repo: str, days: int) -> str:
    """What a digest is called."""
    span = "day" if days == 1 else f"{days} days"
    return f"{plain(repo, limit=100)} in the last {span}"


def quiet() -> str:
    """A digest with nothing in it."""
    return "Nothing turned, nothing is flaky, and no quarantine ends soon."


def failures(days: Sequence[DayOfFailures]) -> str:
    """What the chart shows, in words: for who sees no picture."""
    flaky, other = sum(one.flaky for one in days), sum(one.other for one in days)
    if not flaky + other:
        return f"No failure in the last {len(days)} days."
    worst = max(days, key=lambda one: (one.flaky + one.other, one.day))
    most = f"the most, {worst.flaky + worst.other}, on {worst.day:%Y-%m-%d}"
    return f"Failures in the last {len(days)} days: {flaky} flaky and {other} others; {most}."


def chart_title(repo: str) -> str:
    """What the picture is called."""
    return f"Failures a day in {plain(repo, limit=100)}"


def legend() -> str:
    """What the chart's colours mean."""
    return "Yellow: flaky. Red: all others."


def cost(lost: Cost) -> str:
    """What flakes cost in a month."""
    return f"Flakes in the last 30 days: {cost_said(lost)}."
