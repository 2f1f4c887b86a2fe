"""How often cases ran and failed of late, by days: what a policy's minima and rules count.

A day is a day of UTC, as a number since 1970; the last n days are today and the n - 1 before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.core.history.records import CaseSet, Observation
from app.core.scorer.membership import (
    NEVER_CHANGED,
    Memberships,
    membership_from_json,
    moved_by,
    runs_in,
)
from app.core.scorer.plain import failing, ran_of

DAY = 86_400  # seconds

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """One case that failed, and whether the policy holds it for flaky."""

    days: tuple[tuple[int, int], ...] = ()  # failing reports by day, oldest first
    row: int = 0  # failing reports in a row, up to `place`
    place: int = 0  # how many reports had run it when it failed last
    is_held: bool = False

    def to_json(self) -> list[Any]:
        """As it is stored."""
        return [self.days, self.row, self.place, self.is_held]

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Tally":
        """As `to_json` wrote it."""
        days, row, place, is_held = stored
        return cls(tuple((day, count) for day, count in days), row, place, is_held)


@dataclass(frozen=True, slots=True)
class Counts:
    """A repository's reports by job and day, and the cases that failed in them."""

    horizon: int  # days that are kept
    reports: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)  # reports of each job, ever
    members: Mapping[str, CaseSet] = field(default_factory=dict)  # of each job, as it last ran
    cases: Mapping[str, Tally] = field(default_factory=dict)
    moved: Memberships = field(default_factory=dict)  # who came to a job, or left it

    def place(self, case: str) -> int:
        """How many reports ran a case so far."""
        return runs_in(case, self.members, self.moved, self.totals)

    def runs(self, case: str, at: datetime, *, days: int) -> int:
        """How many reports ran a case in the last days, about; see `Membership.runs_after`."""
        first, found = _day(at) - days + 1, 0
        for job, ran in self.members.items():
            lately = sum(n for day, n in self.reports.get(job, ()) if day >= first)
            total, is_member = self.totals.get(job, 0), case in ran.files
            membership = self.moved.get(job, NEVER_CHANGED)
            found += membership.runs_after(case, total - lately, total, is_member=is_member)
        return found

    def failures(self, case: str, at: datetime, *, days: int) -> int:
        """How many of them it failed, whether or not a retry passed."""
        first = _day(at) - days + 1
        known = self.cases.get(case)
        return sum(n for day, n in known.days if day >= first) if known else 0

    def row(self, case: str, at: datetime, *, days: int) -> int:
        """How many of its last reports in a row failed it for good, the very last included."""
        known = self.cases.get(case)
        if known is None or not self.failures(case, at, days=days):
            return 0
        return known.row if known.place == self.place(case) else 0

    def is_held(self, case: str) -> bool:
        """Whether the policy holds a case for flaky."""
        known = self.cases.get(case)
        return known is not None and known.is_held

    @property
    def held(self) -> frozenset[str]:
        """The cases that the policy holds for flaky."""
        return frozenset(case for case, known in self.cases.items() if known.is_held)

    def observed(self, seen: Observation) -> "Counts":
        """The counts after a report; a fork's changes nothing."""
        if not seen.is_trusted:
            return self
        job, today = seen.job, _day(seen.at)
        first = today - self.horizon + 1
        reports, total = self.reports.get(job, ()), self.totals.get(job, 0)
        before = self.members.get(job)
        after = replace(
            self,
            reports={**self.reports, job: _with_one_more(reports, today, first=first)},
            totals={**self.totals, job: total + 1},
            members={**self.members, job: seen.ran},
            moved=moved_by(self.moved, job, before, seen.ran, reports=total),
        )
        failed = failing(seen)
        if not failed:
            return after
        tallies = {case: _failed(after, case, seen, first=first) for case in failed}
        return replace(after, cases={**self.cases, **tallies})

    def holding(self, case: str, *, is_held: bool) -> "Counts":
        """The counts with a case that the policy holds from now on, or no longer."""
        known = self.cases.get(case, Tally())
        if known.is_held == is_held:
            return self
        return replace(self, cases={**self.cases, case: replace(known, is_held=is_held)})

    def to_json(self) -> dict[str, Any]:
        """All but the cases and the sets' contents, as it is stored."""
        moved = {job: one.to_json() for job, one in self.moved.items()}
        return {"reports": dict(self.reports), "totals": dict(self.totals), "moved": moved}


def counts_from_json(
    stored: Json | None,
    *,
    horizon: int,
    members: Mapping[str, CaseSet],
    cases: Mapping[str, Tally],
) -> Counts:
    """As `to_json` wrote it, with the sets that the jobs ran last; None: nothing was seen yet."""
    if stored is None:
        return Counts(horizon)
    reports = {job: tuple((day, n) for day, n in days) for job, days in stored["reports"].items()}
    moved = {job: membership_from_json(one) for job, one in stored["moved"].items()}
    return Counts(horizon, reports, dict(stored["totals"]), dict(members), dict(cases), moved)


def _failed(counts: Counts, case: str, seen: Observation, *, first: int) -> Tally:
    known, place = counts.cases.get(case, Tally()), counts.place(case)
    ran = ran_of(seen, case, place)
    is_for_good = ran is None or not ran.passed
    row = known.row + 1 if known.place == place - 1 else 1
    return replace(
        known,
        days=_with_one_more(known.days, _day(seen.at), first=first),
        row=row if is_for_good else 0,
        place=place,
    )


def _with_one_more(
    days: tuple[tuple[int, int], ...], today: int, *, first: int
) -> tuple[tuple[int, int], ...]:
    """The counts by day with one more today, and without the days before the first."""
    counted = dict(days)
    counted[today] = counted.get(today, 0) + 1
    return tuple(sorted((day, n) for day, n in counted.items() if day >= first))


def _day(at: datetime) -> int:
    return int(at.timestamp()) // DAY
