"""Every sentence that a person reads, each a named function."""

from datetime import datetime

from app.core.decide import Cause, State
from app.render.words.formats import (
    SHA_SHOWN,
    Saying,
    chance,
    counted,
    day,
    grouped,
    in_zone,
    minute,
    percent,
    probability,
    rate_with_interval,
    short,
    start,
    times,
)
from app.render.words.reasons import evidence_sentence, evidence_sentences, named_commits

__all__ = [
    "SHA_SHOWN",
    "Saying",
    "chance",
    "counted",
    "day",
    "evidence_sentence",
    "evidence_sentences",
    "grouped",
    "in_zone",
    "minute",
    "named_commits",
    "percent",
    "probability",
    "rate_with_interval",
    "short",
    "start",
    "times",
]

CAUSE_WORDS: dict[Cause, str] = {
    Cause.FLAKY: "known flaky",
    Cause.BROKEN: "broken on the default branch",
    Cause.NEW: "new with this change",
    Cause.OUTAGE: "part of an outage",
    Cause.UNKNOWN: "not seen often enough to tell",
}

STATE_WORDS: dict[State, str] = {
    State.HEALTHY: "healthy",
    State.SUSPECT: "suspect",
    State.FLAKY: "flaky",
    State.BROKEN: "broken",
}


def check_title(
    *, needs_you: int, flaky: int, broken: int, branch: str, passed: int, rescued: int
) -> str:
    """The verdict on a commit: `2 failures need you · 3 known flaky · 1 broken on main`."""
    parts = []
    if needs_you:
        verb = "needs" if needs_you == 1 else "need"
        parts.append(f"{counted(needs_you, 'failure')} {verb} you")
    if flaky:
        parts.append(f"{flaky} known flaky")
    if broken:
        parts.append(f"{broken} broken on {branch}")
    if rescued:
        parts.append(f"{rescued} passed on a second try")
    if not parts:
        return f"All {counted(passed, 'case')} passed" if passed else "Nothing failed"
    if not needs_you:
        parts.insert(0, "Nothing needs you")
    return " · ".join(parts)


def job_unexplained(job: str, conclusion: str, *, has_report: bool) -> str:
    """Why a red job needs a look although no case of it does."""
    if conclusion == "timed_out":
        return f"The job {job} timed out; no failing case explains that."
    if not has_report:
        return f"The job {job} failed and left no test report: a build error, or a lost runner?"
    return f"The job {job} failed, and none of its cases explains that."


def report_refused(path: str, reason: str) -> str:
    """A report that could not be read may hide failures."""
    return f"The report {path} could not be read, so what it says is not counted: {reason}"


def report_partial(path: str) -> str:
    """A report that does not tell all."""
    return f"The report {path} is cut or damaged, so what the rest of it would say is not known."


def flaked_but_passed(how: str) -> str:
    """A case that was red for a moment and green in the end."""
    return f"{start(how)}."


def quarantined_by(actor: str, until: datetime) -> str:
    """The decision, on every surface alike."""
    return f"Quarantined by {actor} until {day(until)}."


def dismissed_by(actor: str) -> str:
    """The decision, on every surface alike."""
    return f"Marked as not flaky by {actor}."


def became(state: State) -> str:
    """What a thread says when a case's state changes."""
    return {
        State.FLAKY: "Turned flaky.",
        State.BROKEN: "Turned broken: it now fails on the default branch, and that is no flake.",
        State.HEALTHY: "Healthy again.",
        State.SUSPECT: "No longer surely flaky: what ran since leaves it in doubt.",
    }[state]


def recomputed() -> str:
    """Why a case's state changed that nothing new was seen of."""
    return "Judged anew from its history: the rules changed, or reports came late."


def not_allowed(login: str, repo: str) -> str:
    """A person who may read but not act."""
    return f"@{login} may not write to {repo}, so nothing was changed."


def and_more(number: int) -> str:
    """What a list leaves out."""
    return f"and {grouped(number)} more"


def nothing_to_act_on() -> str:
    """A button whose cases have changed state meanwhile."""
    return "Nothing here is in a state for that any more; nothing was changed."


def runs_alone() -> str:
    """What stands before the command that runs one case."""
    return "Alone:"


def answer_with() -> str:
    """What stands before what a comment can answer."""
    return "Answer:"
