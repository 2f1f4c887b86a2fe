"""Pieces of evidence as finished sentences."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from app.core.evidence import Evidence, EvidenceKind, Fact
from app.core.suspects import from_text, ranked
from app.render.escape import plain
from app.render.words.formats import (
    chance,
    counted,
    grouped,
    minute,
    rate_with_interval,
    short,
    start,
    times,
)

SUSPECTS_NAMED = 4  # commits that one sentence names
LEAST_SUSPECT = 0.01  # below which a third commit is not worth naming


def evidence_sentence(evidence: Evidence) -> str:
    """One piece of evidence, as a finished sentence."""
    return _SENTENCES[evidence.kind](evidence.facts)


def evidence_sentences(reasons: Sequence[Evidence]) -> tuple[str, ...]:
    """All of them, strongest first."""
    return tuple(evidence_sentence(reason) for reason in reasons)


def named_commits(reasons: Sequence[Evidence]) -> dict[str, str]:
    """The commits that these sentences name, as they do: by that, the whole of each."""
    shas = (str(one.facts[name]) for one in reasons for name in _COMMITS if one.facts.get(name))
    ranges = (str(one.facts["range"]) for one in reasons if one.facts.get("range"))
    suspects = (one.commit for text in ranges for one in from_text(text))
    return {short(sha): sha for sha in (*shas, *suspects) if short(sha) != sha}


_COMMITS = ("last_sha", "since", "passed", "commit", "second")  # the facts that hold one


def _number(fact: Fact) -> int:
    return int(fact or 0)


def _share(fact: Fact) -> float:
    return float(fact or 0.0)


def _contradicted(facts: Mapping[str, Fact]) -> str:
    how, sha = str(facts["how"]), short(facts["last_sha"])
    often, days = times(_number(facts["times"])), counted(_number(facts["days"]), "day")
    if facts.get("mixed"):
        return f"Contradicted {often} on {days}, last on {sha}, when it {how}."
    return f"{start(how)}, {often} on {days}, last on {sha}."


def _contradicted_once(facts: Mapping[str, Fact]) -> str:
    how, sha = str(facts["how"]), short(facts["last_sha"])
    return f"{start(how)} ({sha}); seen on one day only, two make it flaky."


def _contradicted_here(facts: Mapping[str, Fact]) -> str:
    return f"{start(str(facts['how']))}."


def _rate(facts: Mapping[str, Fact]) -> str:
    shown = rate_with_interval(_share(facts["rate"]), _share(facts["low"]), _share(facts["high"]))
    seen = counted(_number(facts["runs"]), "execution")
    if branch := facts.get("branch"):
        return f"Fails in {shown} of {seen} on {branch}."
    return f"Fails in {shown} of {seen} for no fault of the code."


def _broken_on_base(facts: Mapping[str, Fact]) -> str:
    failed = _number(facts["failed"])
    runs = counted(_number(facts.get("runs")) or failed, "execution")
    since, branch = short(facts["since"]), facts["branch"]
    return f"Has failed on {branch} since {since} ({failed} of {runs})."


def _passes_on_base(facts: Mapping[str, Fact]) -> str:
    passed = _number(facts["passed"])
    if passed == 1:
        return f"Passed in the last run on {facts['branch']}."
    return f"Passed in the last {passed} runs on {facts['branch']}."


def _first_on_base(facts: Mapping[str, Fact]) -> str:
    passed = counted(_number(facts["passed"]), "run")
    return f"The first failure on {facts['branch']} after {passed} that passed."


def _streak(facts: Mapping[str, Fact]) -> str:
    least = "at least " if facts.get("more") else ""
    sources = grouped(_number(facts["sources"]))
    return (
        f"Failed for {least}{sources} pull requests and commits in a row in this job, "
        "this one included."
    )


def _added_here(facts: Mapping[str, Fact]) -> str:
    runs = _number(facts["runs"])
    return f"None of the last {runs} runs on {facts['branch']} has this case: it is new here."


def _few_runs(facts: Mapping[str, Fact]) -> str:
    runs = _number(facts["runs"])
    if runs == 0:
        return "Never seen before, so there is nothing to compare with."
    return f"Little is known of it yet: {counted(runs, 'execution')} seen."


def _culprit(facts: Mapping[str, Fact]) -> str:
    after = f"after {short(facts['passed'])} passed, " if facts["passed"] else ""
    by = f" by {facts['author']}" if facts["author"] else ""
    likely = f"{short(facts['commit'])}{by} ({chance(_share(facts['p']))})"
    rest = "".join(f", else {short(sha)} ({chance(p)})" for sha, p in _others(facts))
    several = _number(facts["commits"])
    of = f", of {several} commits" if several > 1 else ""
    return f"Broke {after}most likely in {likely}{rest}{of}."


def _others(facts: Mapping[str, Fact]) -> list[tuple[str, float]]:
    """Who else may have broken it, the likeliest first."""
    if not facts.get("range"):
        return [(str(facts["second"]), _share(facts["second_p"]))] if facts["second"] else []
    others = ranked(from_text(str(facts["range"])))[1:SUSPECTS_NAMED]
    return [(one.commit, one.p) for one in others if one is others[0] or one.p >= LEAST_SUSPECT]


def _outage(facts: Mapping[str, Fact]) -> str:
    began = minute(datetime.fromisoformat(str(facts["since"])))
    with_others = ""
    if _number(facts["cases"]):
        cases, groups = counted(_number(facts["cases"]), "other case"), _number(facts["groups"])
        with_others = f" together with {cases} in {counted(groups, 'other place')} of the same job,"
    return f"Failed{with_others} in an outage that began at {began}."


def _near_change(facts: Mapping[str, Fact]) -> str:
    rest = _number(facts["more"]) - 2
    others = f" and {counted(rest, 'file')} more" if rest > 0 else ""
    return f"The change touches what lies near it: {facts['paths']}{others}."


def _far_from_change(facts: Mapping[str, Fact]) -> str:
    changed = _number(facts["changed"])
    if changed == 1:
        return "The one file that the change touches lies far from it."
    return f"None of the {changed} files that the change touches lies near it."


def _failing_beside(facts: Mapping[str, Fact]) -> str:
    cases, groups = counted(_number(facts["cases"]), "other case"), _number(facts["groups"])
    return f"Failed together with {cases} in {counted(groups, 'other place')} of the same job."


def _same_crowd(facts: Mapping[str, Fact]) -> str:
    cases = counted(_number(facts["cases"]), "case")
    return f"Nearly the same {cases} failed for a moment together on another day."


def _fails_elsewhere(facts: Mapping[str, Fact]) -> str:
    others = f"{_number(facts['sources'])} other pull requests or commits"
    return f"Failed for {others} within a day, and nothing has explained that yet."


def _said_elsewhere(facts: Mapping[str, Fact]) -> str:
    others = counted(
        _number(facts["sources"]), "other pull request or commit", "other pull requests or commits"
    )
    return f"Failed for a moment with the same message for {others}, half a day ago or more."


def _same_message(facts: Mapping[str, Fact]) -> str:
    often = times(_number(facts["times"]))
    return f"Says what it said {often} before when it failed for no fault of the code."


def _other_message(facts: Mapping[str, Fact]) -> str:
    flakes = _number(facts["times"])
    if flakes == 1:
        return "Says something else than its earlier flake did."
    return f"Says something that none of its {flakes} earlier flakes said."


def _first_failure(facts: Mapping[str, Fact]) -> str:
    return f"Never failed before, in {counted(_number(facts['passes']), 'execution')} that passed."


def _failed_before(facts: Mapping[str, Fact]) -> str:
    shown = rate_with_interval(_share(facts["rate"]), _share(facts["low"]), _share(facts["high"]))
    failed, runs = _number(facts["failed"]), counted(_number(facts["runs"]), "execution")
    return f"Failed before in {failed} of {runs}, {shown}, for whatever reason."


def _fails_not_on_base(facts: Mapping[str, Fact]) -> str:
    branch, commit = facts["branch"], short(facts["commit"])
    return f"Does not fail on {branch}, which this job tested last at {commit}."


def _dismissed(facts: Mapping[str, Fact]) -> str:
    return f"{facts['by']} said that it is not flaky."


def _over_rule(facts: Mapping[str, Fact]) -> str:
    runs = counted(_number(facts["runs"]), "execution")
    days = counted(_number(facts["days"]), "day")
    return (
        f"Failed in {facts['failed']} of {runs} in the last {days}, which the policy's rule on"
        f" line {facts['line']} calls flaky."
    )


def _in_a_row(facts: Mapping[str, Fact]) -> str:
    return (
        f"Failed in {counted(_number(facts['times']), 'execution')} in a row, which the policy's"
        f" rule on line {facts['line']} calls flaky."
    )


def _exempt(facts: Mapping[str, Fact]) -> str:
    branch = facts.get("branch")
    where = f" on {plain(str(branch))}" if branch else ""
    return f"The policy exempts this test{where}, so its failures are real."


_SENTENCES: dict[EvidenceKind, Callable[[Mapping[str, Fact]], str]] = {
    EvidenceKind.CONTRADICTED: _contradicted,
    EvidenceKind.CONTRADICTED_ONCE: _contradicted_once,
    EvidenceKind.CONTRADICTED_HERE: _contradicted_here,
    EvidenceKind.RATE: _rate,
    EvidenceKind.BROKEN_ON_BASE: _broken_on_base,
    EvidenceKind.PASSES_ON_BASE: _passes_on_base,
    EvidenceKind.FIRST_ON_BASE: _first_on_base,
    EvidenceKind.STREAK: _streak,
    EvidenceKind.FAILS_AGAIN_ON_PR: lambda facts: "Failed before, and never passed between.",
    EvidenceKind.ADDED_HERE: _added_here,
    EvidenceKind.FEW_RUNS: _few_runs,
    EvidenceKind.CULPRIT: _culprit,
    EvidenceKind.OUTAGE: _outage,
    EvidenceKind.NEAR_CHANGE: _near_change,
    EvidenceKind.FAR_FROM_CHANGE: _far_from_change,
    EvidenceKind.FAILING_BESIDE: _failing_beside,
    EvidenceKind.SAME_CROWD: _same_crowd,
    EvidenceKind.EARLIER_PUSH: lambda facts: "An earlier push of this pull request failed it too.",
    EvidenceKind.FAILS_ELSEWHERE: _fails_elsewhere,
    EvidenceKind.SAID_ELSEWHERE: _said_elsewhere,
    EvidenceKind.SAME_MESSAGE: _same_message,
    EvidenceKind.OTHER_MESSAGE: _other_message,
    EvidenceKind.FIRST_FAILURE: _first_failure,
    EvidenceKind.FAILED_BEFORE: _failed_before,
    EvidenceKind.FAILS_NOT_ON_BASE: _fails_not_on_base,
    EvidenceKind.DISMISSED: _dismissed,
    EvidenceKind.OVER_RULE: _over_rule,
    EvidenceKind.IN_A_ROW: _in_a_row,
    EvidenceKind.EXEMPT: _exempt,
}
