"""The sentences of somebody's own digest."""

from app.core.decide import State
from app.render.escape import plain

TURNED = "What changed"


def title(login: str, days: int) -> str:
    """What it is called."""
    span = "day" if days == 1 else f"{days} days"
    return f"Tests of @{plain(login)} in the last {span}"


def turned(state: State) -> str:
    """What became of a test."""
    return {
        State.FLAKY: "turned flaky",
        State.BROKEN: "turned broken",
        State.HEALTHY: "healthy again",
        State.SUSPECT: "suspect",
    }[state]


def how_to_end() -> str:
    """Below it."""
    return "`/flakeguard settings me digest off` ends this."
