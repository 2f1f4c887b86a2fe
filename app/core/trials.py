"""A change of policy, tried on what ran: what the old and the new policy would have decided.

Both judge the same observations from the beginning, each with a scorer of its own. The trial can
be put aside as JSON between observations, and be taken up again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.history.records import CaseSet, Observation
from app.core.policy.comparing import Compared, untried
from app.core.policy.policy import Policy
from app.core.scorer import memory
from app.core.scorer.counts import Counts
from app.core.scorer.plain import failing
from app.core.scorer.policies import Scorer
from app.core.terms import Terms

Json = Mapping[str, Any]
Sets = Mapping[str, CaseSet]


@dataclass(slots=True)
class Side:
    """One of the two policies at work."""

    policy: Policy
    scorer: Scorer
    counts: Counts | None  # None for a policy without terms
    flagged: set[str]  # that the scorer alone holds
    ever: set[str] = field(default_factory=set)  # held within the days that count
    excused: int = 0  # failures of these days that met a held case

    @property
    def held(self) -> frozenset[str]:
        """The cases that are held for flaky now."""
        return frozenset(self.flagged) if self.counts is None else self.counts.held

    def observe(self, seen: Observation, terms: Terms, *, is_counted: bool) -> None:
        """Judge one observation as it would have been judged live."""
        before, held = self.scorer, self.held
        self.scorer, said = before.observe(seen)
        if is_counted:
            self.excused += sum(
                one.case in held and not terms.is_exempt(one.case, seen.branch)
                for one in said.findings
            )
        if not seen.is_trusted:
            return
        for change in said.changes:
            (self.flagged.add if change.is_flaky else self.flagged.discard)(change.case)
        if self.counts is not None:
            self.counts = self.counts.observed(seen)
            here = {*(one.case for one in said.changes), *failing(seen)}
            swept = held - here if memory.swept(before, self.scorer) else ()
            self._hold(swept, terms, None, seen.at)
            self._hold(here, terms, seen.branch, seen.at)
        if is_counted:
            self.ever |= held | self.held

    def _hold(self, cases: Iterable[str], terms: Terms, branch: str | None, at: datetime) -> None:
        judged = memory.judged(self.scorer, cases, at, warned=self.policy.warn_threshold)
        for case, one in judged.items():
            assert self.counts is not None
            if branch is not None or case in self.counts.held:
                holds = terms.holds(case, one, self.counts, branch=branch, at=at)
                self.counts = self.counts.holding(case, is_held=holds)

    def to_json(self) -> Json:
        """As it is put aside."""
        return {
            "part": memory.repository_part(self.scorer, self.counts),
            "cases": {
                case: memory.case_part(self.scorer, case, self.counts).memory
                for case in memory.cases_in(self.scorer)
            },
            "ever": sorted(self.ever),
            "excused": self.excused,
        }


def side(policy: Policy, stored: Json | None, sets: Sets) -> Side:
    """A policy that has judged nothing yet, or as it was put aside; `sets` as `sets_of` names them.

    Raises ValueError where another version of us put it aside.
    """
    part = None if stored is None else stored["part"]
    cases = {} if stored is None else stored["cases"]
    scorer = memory.opened(policy, part, cases, sets)
    counts = memory.counts_in(policy, part, cases, sets)
    one = Side(policy, scorer, counts, set(memory.held_in(scorer)))
    if stored is not None:
        one.ever, one.excused = set(stored["ever"]), stored["excused"]
    return one


def sets_of(stored: Json) -> frozenset[str]:
    """The names of the sets of cases that are needed to take a side up again."""
    return memory.sets_of(stored["part"])


@dataclass(slots=True)
class Trial:
    """Both policies at work."""

    old: Side
    new: Side
    since: datetime  # from when on failures count
    failures: int = 0  # since then

    def observe(self, seen: Observation, *, old: Terms, new: Terms) -> None:
        """Let both judge it; a fork's failures meet held cases, too, and hold none."""
        is_counted = seen.at > self.since
        self.old.observe(seen, old, is_counted=is_counted)
        self.new.observe(seen, new, is_counted=is_counted)
        if is_counted:
            self.failures += len(failing(seen))

    def found(self, names: Mapping[str, str]) -> Compared:
        """What it came to; `names` are those of the cases by id."""
        more, less = self.new.ever - self.old.ever, self.old.ever - self.new.ever
        was, other = self.old.policy, self.new.policy.scorer
        return Compared(
            held=tuple(sorted(names.get(one, one) for one in more)),
            released=tuple(sorted(names.get(one, one) for one in less)),
            failures=self.failures,
            excused_before=self.old.excused,
            excused_after=self.new.excused,
            scorer=None if other is was.scorer else other,
            untried=untried(was, self.new.policy),
        )
