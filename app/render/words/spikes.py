"""The sentences about failure spikes."""

from app.core.spikes import WINDOW
from app.render.words import counted, percent

SECONDS_AN_HOUR = 3_600
HOURS = counted(round(WINDOW.total_seconds() / SECONDS_AN_HOUR), "hour")


def begun(changes: int, failing: int, usual: float) -> str:
    """More fails than usual."""
    return (
        f"More fails than usual: {failing} of {counted(changes, 'change')} that were tested within"
        f" {HOURS} failed; usually it is {percent(usual)} of them."
    )


def ended(changes: int, failing: int, usual: float) -> str:
    """The same once it is over, as it was at its worst."""
    return (
        f"More failed than usual, and that is over: at its worst {failing} of"
        f" {counted(changes, 'change')} within {HOURS}; usually it is {percent(usual)} of them."
    )


def over(changes: int, failing: int) -> str:
    """The end of it, said once."""
    if not changes:
        return f"Over: nothing was tested in the last {HOURS}."
    return f"Over: {failing} of {counted(changes, 'change')} failed in the last {HOURS}."
