"""A scorer under a policy: its thresholds and minima, exemptions, rules, and teams' own terms.

The policy decides what is held for flaky, never what is evidence: the scorer within sees all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.decide import Cause, State
from app.core.history.records import Observation
from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, default_policy
from app.core.policy.rules import About
from app.core.priorities import UNLABELLED, Labels
from app.core.scorer import memory
from app.core.scorer.counts import Counts
from app.core.scorer.flake_rate import FlakeRate
from app.core.scorer.holds import Believed, horizon, is_held
from app.core.scorer.plain import failing
from app.core.scorer.policies import Evidence, Scorer, scorer_of
from app.core.scorer.rolling_window import RollingWindow
from app.core.scorer.said import Change, Finding, Judged, Said
from app.core.scorer.state import State as EvidenceState
from app.core.scorer.windows import SWEEP


@dataclass(frozen=True, slots=True)
class Under:
    """A scorer, the policy over it, and how the cases ran, by which rules and minima count."""

    within: Scorer
    policy: Policy
    counts: Counts
    files: Mapping[str, str | None] | None = None  # of the newest set of cases
    labels: Mapping[str, Labels] | None = None  # likewise, of those that have any
    swept_at: float = 0.0

    @property
    def version(self) -> str:
        """The scorer's own."""
        return self.within.version

    @property
    def threshold(self) -> float:
        """The score from which a case is held for flaky, unless a team or a rule differs."""
        return self.policy.flaky_threshold

    @property
    def prior(self) -> float:
        """The score of a case that failed, but on no trusted code; the scorer's own."""
        return self.within.prior

    @property
    def counts_from_failure(self) -> bool:
        """Whether the runs before a case first failed are not among those that are judged."""
        return self.within.counts_from_failure

    def place(self, case: str) -> int:
        """How many reports ran a case so far, about; the scorer's own."""
        return self.within.place(case)

    def observe(self, seen: Observation) -> tuple["Under", Said]:
        """The scorer after this, and what it says at that moment."""
        within, said = self.within.observe(seen)
        findings = tuple(self._found(one, seen) for one in said.findings)
        if not seen.is_trusted:
            return replace(self, within=within), Said(findings, ())
        files = {**(self.files or {}), **seen.ran.files}
        labels = {**(self.labels or {}), **seen.ran.labels} if seen.ran.labels else self.labels
        counts = self.counts.observed(seen)
        under = replace(self, within=within, counts=counts, files=files, labels=labels)
        here = {*(one.case for one in said.changes), *failing(seen)}
        under, changed = under.moved(here, seen.branch, seen.at)
        now = seen.at.timestamp()
        if now - self.swept_at >= SWEEP:
            under, swept = under.moved(self.counts.held - here, None, seen.at)
            under, changed = replace(under, swept_at=now), changed + swept
        return under, Said(findings, tuple(changed))

    def moved(
        self, cases: Iterable[str], branch: str | None, at: datetime
    ) -> tuple["Under", list[Change]]:
        """With who of these is held now, and the changes; branch None: looked at on no branch."""
        wanted, counts, changed = sorted(cases), self.counts, []
        judged = memory.judged(self.within, wanted, at, warned=self.policy.warn_threshold)
        for case in (one for one in wanted if one in judged):
            holds = self._holds(judged[case], branch, at)
            if holds != (case in self.counts.held):
                counts = counts.holding(case, is_held=holds)
                changed.append(Change(case, at, holds))
        return replace(self, counts=counts), changed

    def _holds(self, one: Judged, branch: str | None, at: datetime) -> bool:
        believed = Believed(one.state is State.FLAKY, one.state is State.BROKEN, one.score)
        theirs, about = self._terms(one.case), self._about(one.case, branch)
        return is_held(self.policy, theirs, self.counts, one.case, about, believed, at=at)

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed on trusted code; the scorer's own."""
        return self.within.scores(at)

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed on trusted code, as it stands under the policy."""
        return [self._judged(one) for one in self.within.judged(at)]

    def _judged(self, one: Judged) -> Judged:
        if one.case in self.counts.held:
            return replace(one, state=State.FLAKY)
        if one.state is State.BROKEN:
            return one
        is_warned = one.score >= self._terms(one.case).warn_threshold
        is_exempt = self.policy.is_exempt(self._about(one.case, None))
        state = State.SUSPECT if is_warned and not is_exempt else State.HEALTHY
        return replace(one, state=state)

    def _found(self, one: Finding, seen: Observation) -> Finding:
        """A failure of an exempt case is real, whatever the scorer thinks of it."""
        tags, priority = seen.ran.labels.get(one.case, UNLABELLED)
        about = About(one.case, seen.ran.files.get(one.case), tags, priority, seen.branch)
        if not self.policy.is_exempt(about):
            return one
        cause = Cause.UNKNOWN if one.cause is Cause.FLAKY else one.cause
        return replace(one, cause=cause, is_exempt=True)

    def _about(self, case: str, branch: str | None) -> About:
        tags, priority = (self.labels or {}).get(case, UNLABELLED)
        return About(case, (self.files or {}).get(case), tags, priority, branch)

    def _terms(self, case: str) -> Policy:
        """The policy for the team that owns the case, as far as the policy itself names owners."""
        file = (self.files or {}).get(case)
        for owner in (self.policy.owners_of(file) or ()) if file else ():
            if (theirs := self.policy.for_team(owner)) is not self.policy:
                return theirs
        return self.policy


def under(policy: Policy) -> Scorer:
    """The policy's scorer under the policy; the bare scorer where it says nothing of its own."""
    if policy == default_policy(policy.scorer):
        return scorer_of(policy.scorer)
    return Under(_within(policy.for_scorer), policy, Counts(horizon(policy)))


def _within(policy: Policy) -> Scorer:
    match policy.scorer:
        case ScorerName.EVIDENCE:
            state = EvidenceState(threshold=policy.flaky_threshold)
            return Evidence(state, threshold=policy.flaky_threshold)
        case ScorerName.ROLLING_WINDOW:
            return RollingWindow(policy=policy)
        case ScorerName.FLAKE_RATE:
            return FlakeRate(policy=policy)
