"""What a backtest tells people: who would have been held, when, and what that would have hidden."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.core.decide import Cause
from app.core.scorer.summary import Summary
from app.render.words import counted, day, grouped, probability

CALLED = {
    Cause.FLAKY: "flaky",
    Cause.BROKEN: "broken",
    Cause.NEW: "new",
    Cause.OUTAGE: "outage",
    Cause.UNKNOWN: "unknown",
}
NAMES_SHOWN = 20  # of cases that some hold and others do not


def replayed(
    repository: str, *, reports: int, executions: int, began: datetime, ended: datetime
) -> str:
    """What was replayed."""
    ran = f"{counted(executions, 'execution')} in {counted(reports, 'job')}"
    return f"{repository}: {ran}, {day(began)} to {day(ended)}."


def nothing_replayed(repository: str) -> str:
    """A history without a single report."""
    return f"{repository}: no job has reported, so there is nothing to judge."


def judged_by(name: str, threshold: float) -> str:
    """Who judged, and from where on a case is held."""
    return f"Judged by {name}, held for flaky from {threshold:g}."


def held(summary: Summary, *, failed: int) -> str:
    """Who would have been held."""
    if not summary.held:
        return f"{counted(failed, 'case')} failed at least once; none would have been held."
    still = "still is" if summary.held_now <= 1 else "still are"
    now = grouped(summary.held_now) if summary.held_now else "none"
    return (
        f"{counted(failed, 'case')} failed at least once; {grouped(summary.held)} would have been "
        f"held for flaky, {now} {still}."
    )


def hidden(summary: Summary) -> str:
    """What holding them would have kept from people's eyes, by what it was called then."""
    count = sum(summary.hidden.values())
    whole = counted(summary.failures, "failure")
    if not count:
        return f"Holding them would have hidden none of {whole}."
    return (
        f"Holding them would have hidden {grouped(count)} of {whole}: {by_cause(summary.hidden)}."
    )


def by_cause(causes: Mapping[Cause, int]) -> str:
    """`12 flaky, 3 new`, in the order in which people are told causes."""
    parts = [
        f"{grouped(causes[cause])} {word}" for cause, word in CALLED.items() if causes.get(cause)
    ]
    return ", ".join(parts) or "none"


def span(since: datetime, until: datetime | None) -> str:
    """When a case would have been held."""
    return f"{day(since)} to {day(until) if until else 'now'}"


def case_line(*, state: str, score: float, rate: str, hidden: int) -> str:
    """How a case stands, under its name."""
    told = f"{state}, score {probability(score)}, fails in {rate}"
    return f"{told}, {counted(hidden, 'failure')} hidden" if hidden else told


def spans(when: Sequence[str]) -> str:
    """When a case would have been held, under its name."""
    return f"held {', '.join(when)}"


def step(begins: date) -> str:
    """Where a step of the timeline begins."""
    return f"{begins:%Y-%m-%d}"


def moved(*, held: int, released: int) -> str:
    """How many cases were held and released within a step."""
    parts = [f"+{grouped(held)}"] if held else []
    parts += [f"\u2212{grouped(released)}"] if released else []
    return " ".join(parts)


def only(names: Sequence[str], cases: Sequence[str]) -> str:
    """The cases that some of those compared would have held and the others not, a line each."""
    return _listed(f"Held by {' and '.join(names)} alone", cases)


def at_other_times(cases: Sequence[str]) -> str:
    """The cases that all of those compared would have held, but not from and to the same times."""
    return _listed("Held by each, but not at the same times", cases)


def _listed(heading: str, cases: Sequence[str]) -> str:
    if not cases:
        return f"{heading}: none."
    more = len(cases) - NAMES_SHOWN
    rest = [f"{grouped(more)} more; --json lists all."] if more > 0 else []
    return "\n  ".join([f"{heading} ({grouped(len(cases))}):", *cases[:NAMES_SHOWN], *rest])
