"""What is said of the history from before we came, and of erasing all history."""

from collections.abc import Sequence

from app.core.backfill import Backfill
from app.render.words.formats import counted, day, percent


def really_erase(names: Sequence[str]) -> str:
    """The question before all that is kept is erased."""
    return f"Erase all that is kept of {', '.join(names)}? It cannot be brought back."


def nothing_erased() -> str:
    """The answer to a no."""
    return "Nothing was erased."


def erased(names: Sequence[str]) -> str:
    """What was erased."""
    return f"Erased all that was kept of {', '.join(names)}."


def being_read(found: Backfill) -> str:
    """How far reading back has come."""
    return (
        f"Reading back what ran since {day(found.since)}: {percent(found.share)} of that time, "
        f"{counted(found.runs, 'run')} with {counted(found.reports, 'report')} so far. "
        "Nothing is published on old commits."
    )


def was_read(found: Backfill, *, flaky: int, broken: int) -> str:
    """What reading back has found."""
    read = (
        f"Read back {counted(found.runs, 'run')} with {counted(found.reports, 'report')} "
        f"since {day(found.since)}"
    )
    if not found.reports:
        return f"{read}: no reports, so history begins with the next run that uploads one."
    return f"{read}: {counted(flaky, 'case')} flaky, {broken} broken at present."
