"""An update under way: the state being made, the observation, and what both give at once."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from app.core.history.records import Observation
from app.core.outcomes import Outcome
from app.core.scorer.facts import Break
from app.core.scorer.layout import Layout, layout_of, words_in
from app.core.scorer.membership import NEVER_CHANGED
from app.core.scorer.said import Change
from app.core.scorer.state import CaseState, State


@dataclass(slots=True)
class Draft:
    """One observation being worked into a state of our own."""

    state: State
    seen: Observation
    now: float
    layout: Layout
    failing: dict[str, bool]  # the cases that failed; whether an in-run retry passed
    unexpected: dict[str, dict[str, None]]  # by group: those of them that nothing explains yet
    unexpected_cases: int  # how many these are
    words: frozenset[str]  # of the changed paths
    touched: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    breaks: dict[Hashable, Break] = field(default_factory=dict)  # told so far, by what tells them

    def is_near(self, case: str) -> bool:
        """Whether the change touches what lies near the case, as far as that is known."""
        return self.layout.near(self.seen.ran.files[case], self.words)

    def bug_times(self, case: str) -> float:
        """How much oftener a bug far from the change lies here, by the part that it touches."""
        return self.layout.bug_times(self.seen.ran.files[case], self.words)

    def is_unknown(self, case: str) -> bool:
        """Whether nothing tells how near the change lies to the case."""
        return self.seen.changed is None or self.seen.ran.files[case] is None

    def passed(self, case: str) -> bool:
        """Whether the case ran, and only passed."""
        seen = self.seen
        if case not in seen.ran.files or case in seen.not_run:
            return False
        executions = seen.results.get(case)
        return executions is None or (
            case not in self.failing and any(one.outcome is Outcome.PASSED for one in executions)
        )


def draft_of(state: State, seen: Observation) -> Draft:
    """A draft on a state, which is left as it is."""
    layout = layout_of(seen.ran)
    failing = {
        case: any(one.outcome is Outcome.PASSED for one in executions)
        for case, executions in seen.results.items()
        if any(one.outcome.is_failing for one in executions)
    }
    unexpected: dict[str, dict[str, None]] = {}
    for case in failing:
        known = state.cases.get(case)
        is_flaky = known is not None and known.flagged_at is not None
        if not is_flaky and not is_expected(known, seen):
            unexpected.setdefault(layout.group_of[case], {})[case] = None
    words = words_in(seen.changed or ())
    cases = sum(map(len, unexpected.values()))
    now = seen.at.timestamp()
    return Draft(state.copy(), seen, now, layout, failing, unexpected, cases, words)


def is_expected(case: CaseState | None, seen: Observation) -> bool:
    """Whether the case fails already in this job, for this source or on the default branch."""
    if case is None:
        return False
    track = case.track(seen.job)
    return bool(track.base) or seen.source in track.streak


def count_report(draft: Draft) -> None:
    """Count the report as a pass of every case that it ran, and take back what did not run."""
    state, seen, job = draft.state, draft.seen, draft.seen.job
    _count_membership(draft)
    state.reports[job] = state.reports.get(job, 0) + 1
    skipped = [
        case
        for case, executions in seen.results.items()
        if all(one.outcome is Outcome.SKIPPED for one in executions)
    ]
    for case in (*seen.not_run, *skipped, *draft.failing):
        known = state.cases.get(case)
        if known is not None:
            state.cases[case] = known.with_mark(job, known.marks.get(job, 0) + 1)
    for case in (*seen.not_run, *skipped):
        known = state.cases.get(case)
        if known is not None and job not in known.skipped:
            state.cases[case] = known._replace(skipped=(*known.skipped, job))


def _count_membership(draft: Draft) -> None:
    """A case that left the job's set stops gaining passes; one that came begins."""
    state, job, ran = draft.state, draft.seen.job, draft.seen.ran
    before = state.members.get(job)
    state.members[job] = ran
    if before is None or before is ran:
        return
    for code, jobs in state.codes.items():
        if job in jobs:  # what it ran there is not known any more
            state.codes[code] = tuple(one for one in jobs if one != job)
    reports = state.reports.get(job, 0)
    came, left = ran.files.keys() - before.files.keys(), before.files.keys() - ran.files.keys()
    state.moved[job] = state.moved.get(job, NEVER_CHANGED).changed(came, left, reports)
    for case in came | left:
        known = state.cases.get(case)
        if known is None:
            continue
        passes = max(0, reports - known.marks.get(job, 0)) if case in left else 0
        state.cases[case] = known.with_mark(job, reports)._replace(
            belief=known.belief.after(passes, 0.0),
            executions=known.executions + passes,
        )


def settled(state: State, case: str, now: float) -> CaseState:
    """The case with all its passes up to now counted, in one step."""
    known = state.cases[case]
    marks, passes = dict(known.marks), 0
    for job, members in state.members.items():
        reports, mark = state.reports.get(job, 0), marks.get(job, 0)
        if reports > mark and case in members.files:
            passes += reports - mark
            marks[job] = reports
    return known._replace(
        at=max(now, known.at),
        belief=known.belief.after(passes, now - known.at),
        marks=marks,
        executions=known.executions + passes,
    )
