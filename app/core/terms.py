"""What a policy makes of judgements: some cases are never held, others on grounds of their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.policy.policy import Policy
from app.core.policy.rules import About
from app.core.scorer.counts import Counts
from app.core.scorer.holds import Believed, is_held, over


class Stands(Protocol):
    """How a case stands by a scorer alone."""

    @property
    def state(self) -> State:
        """What it is held to be."""

    @property
    def score(self) -> float:
        """The score by which that is decided."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy over cases by their ids; of a case that is not among them it says nothing.

    The policy decides what is held for flaky, never what is evidence.
    """

    policy: Policy
    about: Mapping[str, About] = field(default_factory=dict)
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # first to last

    def finding(self, case: str, finding: Finding, *, branch: str) -> Finding:
        """What a failure is held to be: an exempt case's is real, whatever speaks for a flake."""
        if finding.cause is not Cause.FLAKY or not self.is_exempt(case, branch):
            return finding
        where = {} if self.is_exempt(case, None) else {"branch": branch}
        return replace(
            finding,
            cause=Cause.UNKNOWN,
            evidence=(evidence(EvidenceKind.EXEMPT, **where), *finding.evidence[:2]),
        )

    def is_exempt(self, case: str, branch: str | None) -> bool:
        """Whether a case's failures on a branch are real whatever is held; None: on every one."""
        about = self.about.get(case)
        return about is not None and self.policy.is_exempt(replace(about, branch=branch))

    def holds(
        self, case: str, standing: Stands, counts: Counts, *, branch: str | None, at: datetime
    ) -> bool:
        """Whether a case is held for flaky from now on; branch None: looked at on no branch.

        `standing` is how it stands by the scorer alone.
        """
        about = self.about.get(case)
        if about is None:
            return standing.state is State.FLAKY
        believed = Believed(
            standing.state is State.FLAKY, standing.state is State.BROKEN, standing.score
        )
        about = replace(about, branch=branch)
        return is_held(self.policy, self._of(case), counts, case, about, believed, at=at)

    def standing(self, case: str, standing: Standing, counts: Counts, *, at: datetime) -> Standing:
        """How a case stands at a moment under the policy, which holds it or not by `counts`."""
        about = self.about.get(case)
        if about is None or standing.state is State.BROKEN:
            return standing
        if case in counts.held:
            by_rule = self._by_rule(case, about, counts, at)
            return replace(standing, state=State.FLAKY, evidence=(*by_rule, *standing.evidence))
        is_warned = standing.score >= self._of(case).warn_threshold
        is_suspect = is_warned and not self.is_exempt(case, None)
        return replace(standing, state=State.SUSPECT if is_suspect else State.HEALTHY)

    def _by_rule(self, case: str, about: About, counts: Counts, at: datetime) -> Iterable[Evidence]:
        """What holds the case where that is a rule, on whatever branch it ran."""
        anywhere = self.policy.rules_for(replace(about, branch=None))
        counting = (rule for rule in anywhere if rule is not None and rule.counts)
        every = (over(rule, self.policy, counts, case, at=at) for rule in counting)
        found = next((one for one in every if one is not None), None)
        if found is None:
            return
        if found.runs is None:
            yield evidence(EvidenceKind.IN_A_ROW, times=found.failed, line=found.rule.line)
        else:
            yield evidence(
                EvidenceKind.OVER_RULE,
                failed=found.failed,
                runs=found.runs,
                days=found.days,
                line=found.rule.line,
            )

    def _of(self, case: str) -> Policy:
        """The policy for the first of the case's owners that has terms of its own."""
        for owner in self.owners.get(case, ()):
            if (theirs := self.policy.for_team(owner)) is not self.policy:
                return theirs
        return self.policy
