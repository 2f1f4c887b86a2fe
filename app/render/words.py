"""Every sentence that a person reads, each a named function."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from app.core.decide import Cause, State
from app.core.evidence import Evidence, EvidenceKind, Fact

SHA_SHOWN = 7  # characters of a commit that a person reads
_SHA = re.compile(r"[0-9a-f]{8,64}")


def short(sha: str | Fact) -> str:
    """A commit as people name it; what is called otherwise keeps its name."""
    name = str(sha)
    return name[:SHA_SHOWN] if _SHA.fullmatch(name) else name


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 run`, `3 runs`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", "\u202f")


def percent(share: float) -> str:
    """A share as people read it: `2.1 %`, never `0 %` for what happened."""
    value = share * 100
    if 0 < value < 0.05:
        return "< 0.1 %"
    return f"{value:.1f} %" if value < 10 and value != 0 else f"{value:.0f} %"


def day(moment: datetime) -> str:
    """A date, in UTC: `2026-03-02`."""
    return f"{moment:%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """A date and time, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def rate_with_interval(rate: float, low: float, high: float) -> str:
    """A rate never stands without its interval: `2.1 % (1.2-3.4 %)`."""
    span = (
        f"{percent(low)[:-2]}\u2013{percent(high)}" if low >= 0.0005 else f"0\u2013{percent(high)}"
    )
    return f"{percent(rate)} ({span})"


def probability(p: float) -> str:
    """A probability as people read it; never 0 or 1, which nothing that was seen can show."""
    if p > 0.99:
        return "> 0.99"
    return f"{p:.2f}" if p >= 0.01 else "< 0.01"


def evidence_sentence(evidence: Evidence) -> str:
    """One piece of evidence, as a finished sentence."""
    return _SENTENCES[evidence.kind](evidence.facts)


def evidence_sentences(reasons: Sequence[Evidence]) -> tuple[str, ...]:
    """All of them, strongest first."""
    return tuple(evidence_sentence(reason) for reason in reasons)


def _number(fact: Fact) -> int:
    return int(fact or 0)


def _share(fact: Fact) -> float:
    return float(fact or 0.0)


def _contradicted(facts: Mapping[str, Fact]) -> str:
    how, sha = str(facts["how"]), short(facts["last_sha"])
    often, days = times(_number(facts["times"])), counted(_number(facts["days"]), "day")
    return f"{_start(how)} of the same commit, {often} on {days}, last on {sha}."


def _contradicted_once(facts: Mapping[str, Fact]) -> str:
    how, sha = str(facts["how"]), short(facts["last_sha"])
    return f"{_start(how)} of {sha}; seen on one day only, two make it flaky."


def _contradicted_here(facts: Mapping[str, Fact]) -> str:
    return f"{_start(str(facts['how']))} of this very commit."


def _rate(facts: Mapping[str, Fact]) -> str:
    shown = rate_with_interval(_share(facts["rate"]), _share(facts["low"]), _share(facts["high"]))
    runs = counted(_number(facts["runs"]), "run")
    return f"Fails in {shown} of runs on {facts['branch']}, {runs} seen."


def _broken_on_base(facts: Mapping[str, Fact]) -> str:
    failed = _number(facts["failed"])
    since, branch = short(facts["since"]), facts["branch"]
    return f"Has failed on {branch} since {since} ({failed} of {counted(failed, 'run')})."


def _passes_on_base(facts: Mapping[str, Fact]) -> str:
    passed = _number(facts["passed"])
    if passed == 1:
        return f"Passed in the last run on {facts['branch']}."
    return f"Passed in the last {passed} runs on {facts['branch']}."


def _first_on_base(facts: Mapping[str, Fact]) -> str:
    passed = counted(_number(facts["passed"]), "run")
    return f"The first failure on {facts['branch']} after {passed} that passed."


def _fails_again(facts: Mapping[str, Fact]) -> str:
    pushes = counted(_number(facts["times"]), "push", "pushes")
    return f"Has failed on the last {pushes} of this pull request, and never passed between."


def _added_here(facts: Mapping[str, Fact]) -> str:
    runs = _number(facts["runs"])
    return f"None of the last {runs} runs on {facts['branch']} has this case: it is new here."


def _few_runs(facts: Mapping[str, Fact]) -> str:
    runs = _number(facts["runs"])
    if runs == 0:
        return "Never seen on the default branch, so there is nothing to compare with."
    seen = counted(runs, "run")
    return f"Did not pass in its last run on the default branch either, {seen} seen."


def _quarantined(facts: Mapping[str, Fact]) -> str:
    return f"Quarantined by {facts['by']} until {facts['until']}."


def _dismissed(facts: Mapping[str, Fact]) -> str:
    return f"{facts['by']} said that it is not flaky."


_SENTENCES: dict[EvidenceKind, Callable[[Mapping[str, Fact]], str]] = {
    EvidenceKind.CONTRADICTED: _contradicted,
    EvidenceKind.CONTRADICTED_ONCE: _contradicted_once,
    EvidenceKind.CONTRADICTED_HERE: _contradicted_here,
    EvidenceKind.RATE: _rate,
    EvidenceKind.BROKEN_ON_BASE: _broken_on_base,
    EvidenceKind.PASSES_ON_BASE: _passes_on_base,
    EvidenceKind.FIRST_ON_BASE: _first_on_base,
    EvidenceKind.FAILS_AGAIN_ON_PR: _fails_again,
    EvidenceKind.ADDED_HERE: _added_here,
    EvidenceKind.FEW_RUNS: _few_runs,
    EvidenceKind.QUARANTINED: _quarantined,
    EvidenceKind.DISMISSED: _dismissed,
}


def _start(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


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


def flaked_but_passed(how: str) -> str:
    """A case that was red for a moment and green in the end."""
    return f"{_start(how)}."


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
        State.SUSPECT: "No longer surely flaky: only one day's contradiction is left.",
    }[state]


def not_linked() -> str:
    """A person on Slack whom we cannot tie to a GitHub login."""
    return (
        "I do not know your GitHub login yet, so I cannot check what you may do. "
        "Ask whoever runs FlakeGuard to link you: `flakeguard slack link TEAM USER LOGIN`."
    )


def not_allowed(login: str, repo: str) -> str:
    """A person who may read but not act."""
    return f"@{login} may not write to {repo}, so nothing was changed."


def nothing_to_act_on() -> str:
    """A button whose cases have changed state meanwhile."""
    return "Nothing here is in a state for that any more; nothing was changed."
