"""The sentences of digests."""

from app.core.costs import Cost
from app.render.escape import plain
from app.render.words.plan import cost_said

NEW = "Turned flaky"
BROKEN = "Turned broken"
FIXED = "Healthy again"
ENDING = "Quarantines that end soon"
WORST = "Flakiest now"


def title(repo: str, days: int) -> str:
    """What a digest is called."""
    return f"{plain(repo, limit=100)} in the last {days} days"


def quiet() -> str:
    """A digest with nothing in it."""
    return "Nothing turned, nothing is flaky, and no quarantine ends soon."


def cost(lost: Cost) -> str:
    """What flakes cost in a month."""
    return f"Flakes in the last 30 days: {cost_said(lost)}."
