"""The older scorers' memory: how often each job ran, and each failing case's last failures."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from app.core.history.records import CaseSet, Observation
from app.core.scorer.membership import NEVER_CHANGED, Memberships, moved_by, runs_in
from app.core.scorer.plain import Ran, after, changes, failing, findings, ran_of
from app.core.scorer.said import Change, Said

SWEEP = 6 * 3_600.0  # seconds between looks at held cases that do not fail


@dataclass(frozen=True, slots=True)
class Windows:
    """What was seen; a case that never failed is not in it."""

    failures: Mapping[str, tuple[Ran, ...]] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)  # failing reports, ever
    reports: Mapping[str, int] = field(default_factory=dict)  # by job
    members: Mapping[str, CaseSet] = field(default_factory=dict)  # by job
    moved: Memberships = field(default_factory=dict)  # by job: who came to it, or left
    days: tuple[tuple[float, str], ...] = ()  # when which job reported, in the window
    held: frozenset[str] = frozenset()
    swept_at: float = 0.0

    def place(self, case: str) -> int:
        """How many reports ran the case so far."""
        return runs_in(case, self.members, self.moved, self.reports)


def within(windows: Windows, case: str, *, runs: int) -> tuple[Ran, ...]:
    """A case's failures among its last runs, oldest first."""
    first = windows.place(case) - runs
    return tuple(one for one in windows.failures.get(case, ()) if one.place > first)


def since(windows: Windows, case: str, at: float) -> tuple[Ran, ...]:
    """A case's failures after a moment, oldest first."""
    return tuple(one for one in windows.failures.get(case, ()) if one.at > at)


def runs_since(windows: Windows, case: str, at: float) -> int:
    """How many reports ran the case after a moment, about; see `Membership.runs_after`."""
    lately = Counter(job for then, job in windows.days if then > at)
    found = 0
    for job, count in lately.items():
        reports, is_member = windows.reports[job], case in windows.members[job].files
        membership = windows.moved.get(job, NEVER_CHANGED)
        found += membership.runs_after(case, reports - count, reports, is_member=is_member)
    return found


Score = Callable[[Windows, str, float], float]
Forget = Callable[[Windows, str, float], tuple[Ran, ...]]


def observed(
    windows: Windows,
    seen: Observation,
    *,
    score: Score,
    forget: Forget,
    threshold: float,
    horizon: float,
) -> tuple[Windows, Said]:
    """The memory after a report, and what a scorer with this score says of it.

    `horizon` is how many seconds of reports are kept; `forget` gives what stays of a case.
    """
    now, failed = seen.at.timestamp(), failing(seen)
    scored = {case: score(windows, case, now) for case in failed if case in windows.failures}
    said = findings(failed, windows.held, scored)
    if not seen.is_trusted:
        return windows, Said(said, ())
    job, reports = seen.job, windows.reports.get(seen.job, 0)
    before = windows.members.get(job)
    days = (*(one for one in windows.days if one[0] > now - horizon), (now, job))
    windows = replace(
        windows,
        reports={**windows.reports, job: reports + 1},
        members={**windows.members, job: seen.ran},
        moved=moved_by(windows.moved, job, before, seen.ran, reports=reports),
        days=days if horizon else (),
    )
    windows = _with_retries(windows, seen, failed)
    windows = _with_failures(windows, seen, failed, forget=forget, now=now)
    due = dict.fromkeys(failed)
    if now - windows.swept_at >= SWEEP:
        due |= dict.fromkeys(sorted(windows.held))
        windows = replace(windows, swept_at=now)
    scores = {case: score(windows, case, now) for case in due}
    changed: tuple[Change, ...] = changes(scores, windows.held, threshold=threshold, at=seen.at)
    return replace(windows, held=after(windows.held, changed)), Said(said, changed)


def _with_retries(windows: Windows, seen: Observation, failed: Collection[str]) -> Windows:
    """A later attempt of a run: what failed in it before and passes now was retried."""
    if seen.attempt == 1:
        return windows
    run = f"{seen.run} {seen.job}"
    retried = {
        case: (*before[:-1], replace(before[-1], passed=True))
        for case, before in windows.failures.items()
        if before and before[-1].run == run and case not in failed and ran_of(seen, case, 0)
    }
    return replace(windows, failures={**windows.failures, **retried}) if retried else windows


def _with_failures(
    windows: Windows, seen: Observation, failed: list[str], *, forget: Forget, now: float
) -> Windows:
    if not failed:
        return windows
    failures, totals = dict(windows.failures), dict(windows.totals)
    for case in failed:
        ran = ran_of(seen, case, windows.place(case))
        if ran is not None:
            kept = forget(windows, case, now) if case in failures else ()
            failures[case] = (*kept, ran)
            totals[case] = totals.get(case, 0) + 1
    return replace(windows, failures=failures, totals=totals)
