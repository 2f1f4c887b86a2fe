"""How many reports of a job ran a case that came to its set, or left it, on the way."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

CASES_KEPT = 200  # of a job, those that came or left last; some 10 kB of what is stored


class Ran(NamedTuple):
    """A case that came to a job's set, or left it."""

    runs: int  # reports that ran it until then
    since: int | None  # after how many reports of the job it came; None where it left


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
        return known.runs if known.since is None else known.runs + reports - known.since

    def changed(self, came: Iterable[str], left: Iterable[str], reports: int) -> "Membership":
        """After a change of the job's set that so many of its reports came before."""
        cases, since = dict(self.cases), self.since
        for case in sorted(left):
            cases.pop(case, None)
            runs = self.runs(case, reports, is_member=True, surely=True)
            cases[case] = Ran(runs, None)
        for case in sorted(came):
            cases.pop(case, None)
            runs = self.runs(case, reports, is_member=False)
            cases[case] = Ran(runs, reports)
        for case in list(cases)[: max(0, len(cases) - CASES_KEPT)]:
            since = max(since, cases.pop(case).since or 0)
        return Membership(cases, since)


NEVER_CHANGED = Membership()
