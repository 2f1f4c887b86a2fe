"""How many reports of a job ran a case that came to its set, or left it, on the way."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from app.core.history.records import CaseSet

CASES_KEPT = 200  # of a job, those that came or left last; some 10 kB of what is stored


class Ran(NamedTuple):
    """A case that came to a job's set, or left it."""

    runs: int  # reports that ran it until it came, or left, last
    since: int  # after how many reports of the job it came last; 0 from the start
    left: int | None = None  # after how many it left; None where it is there


class Membership(NamedTuple):
    """The cases of one job that came or left; of the others it is only known which are there."""

    cases: Mapping[str, Ran] = MappingProxyType({})  # which came or left last stands last
    since: int = 0  # reports of the job after which none of the others came

    def runs(self, case: str, reports: int, *, is_member: bool, surely: bool = False) -> int:
        """How many of so many reports of the job ran a case.

        `is_member` where the job's set has it now. One of the others is taken to be there from
        the start, or, where only what is known for sure counts, since none of them came.
        """
        known = self.cases.get(case)
        if known is None:
            since = self.since if surely else 0
            return reports - since if is_member else 0
        return known.runs if known.left is not None else known.runs + reports - known.since

    def runs_after(self, case: str, first: int, reports: int, *, is_member: bool) -> int:
        """How many of the reports after the first ones ran a case, about.

        Of those before it came last, as many as it was there for until then.
        """
        known = self.cases.get(case)
        if known is None:
            return reports - first if is_member else 0
        end = reports if known.left is None else known.left
        lately = max(0, end - max(first, known.since))
        before = known.runs if known.left is None else known.runs - (known.left - known.since)
        earlier = max(0, known.since - first)
        return lately + (earlier * before // known.since if earlier else 0)

    def changed(self, came: Iterable[str], left: Iterable[str], reports: int) -> "Membership":
        """After a change of the job's set that so many of its reports came before."""
        cases, others = dict(self.cases), self.since
        for case in sorted(left):
            known = cases.pop(case, None)
            since = self.since if known is None else known.since
            runs = self.runs(case, reports, is_member=True, surely=True)
            cases[case] = Ran(runs, since, reports)
        for case in sorted(came):
            cases.pop(case, None)
            cases[case] = Ran(self.runs(case, reports, is_member=False), reports)
        for case in list(cases)[: max(0, len(cases) - CASES_KEPT)]:
            gone = cases.pop(case)
            others = max(others, gone.since if gone.left is None else 0)
        return Membership(cases, others)

    def to_json(self) -> list[object]:
        """As it is stored."""
        return [self.since, [[case, *ran] for case, ran in self.cases.items()]]


Stored = tuple[str, int, int, int | None]  # a case, and what Ran tells of it
NEVER_CHANGED = Membership()
Memberships = Mapping[str, Membership]
"""By job; one whose set never changed is not there."""


def membership_from_json(stored: tuple[int, Sequence[Stored]]) -> Membership:
    """As `Membership.to_json` wrote it."""
    since, cases = stored
    return Membership({case: Ran(runs, at, left) for case, runs, at, left in cases}, since)


def moved_by(
    moved: Memberships, job: str, before: CaseSet | None, now: CaseSet, *, reports: int
) -> Memberships:
    """Who came to each job and left it, after the job, with so many reports, ran another set."""
    if before is None or before is now or before.files.keys() == now.files.keys():
        return moved
    came, left = now.files.keys() - before.files.keys(), before.files.keys() - now.files.keys()
    return {**moved, job: moved.get(job, NEVER_CHANGED).changed(came, left, reports)}


def runs_in(
    case: str, members: Mapping[str, CaseSet], moved: Memberships, reports: Mapping[str, int]
) -> int:
    """How many reports of all jobs ran a case; `members` are the sets that the jobs ran last."""
    return sum(
        moved.get(job, NEVER_CHANGED).runs(case, reports.get(job, 0), is_member=case in ran.files)
        for job, ran in members.items()
    )
