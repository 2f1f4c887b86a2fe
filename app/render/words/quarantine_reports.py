"""The sentences of a repository's weekly report of its quarantine."""

from app.render.escape import plain
from app.render.words import counted

PROVEN = "Fixes that were proven"
OVERDUE = "Overdue: the end came, no fix is proven, and they block again"


def title(repo: str, days: int) -> str:
    """What the report is called."""
    return f"Quarantine in {plain(repo, limit=100)}: the last {days} days"


def excused(failures: int) -> str:
    """What quarantine let pass."""
    if not failures:
        return "No failure was excused."
    verb = "was" if failures == 1 else "were"
    return f"{counted(failures, 'failure')} {verb} excused."


def rescued(pulls: int) -> str:
    """Whom that helped."""
    if not pulls:
        return "No pull request failed by excused failures alone."
    verb = "was" if pulls == 1 else "were"
    return f"{counted(pulls, 'pull request')} {verb} rescued: nothing else failed there."


def held(cases: int) -> str:
    """How much is held now."""
    verb = "is" if cases == 1 else "are"
    return f"{counted(cases, 'test')} {verb} quarantined now."
