"""What a policy makes of judgements: some cases are never held, others on grounds of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.policy.policy import Policy
from app.core.policy.rules import About
from app.core.told import FAILURES_KEPT, Told


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
        about = self.about.get(case)
        if finding.cause is not Cause.FLAKY or about is None:
            return finding
        if not self.policy.is_exempt(replace(about, branch=branch)):
            return finding
        return replace(
            finding,
            cause=Cause.UNKNOWN,
            evidence=(evidence(EvidenceKind.EXEMPT), *finding.evidence[:2]),
        )

    def standing(self, case: str, standing: Standing, told: Told, *, at: datetime) -> Standing:
        """How a case stands at a moment: held for flaky only where its terms allow it."""
        about = self.about.get(case)
        if about is None or standing.state not in {State.FLAKY, State.SUSPECT}:
            return standing
        if self.policy.is_exempt(about):
            return replace(standing, state=State.HEALTHY)
        theirs = self._of(case)
        if standing.state is State.FLAKY and _is_enough(theirs, standing, told, at):
            return standing
        is_warned = standing.score >= theirs.warn_threshold
        return replace(standing, state=State.SUSPECT if is_warned else State.HEALTHY)

    def _of(self, case: str) -> Policy:
        """The policy for the first of the case's owners that has terms of its own."""
        for owner in self.owners.get(case, ()):
            if (theirs := self.policy.for_team(owner)) is not self.policy:
                return theirs
        return self.policy


def _is_enough(policy: Policy, standing: Standing, told: Told, at: datetime) -> bool:
    since = (at - policy.lookback).timestamp()
    lately = sum(failed.at > since for failed in told.recent)
    return (
        standing.score >= policy.flaky_threshold
        and standing.runs >= policy.min_occurrences
        and lately >= min(policy.min_recent_failures, FAILURES_KEPT)
    )
