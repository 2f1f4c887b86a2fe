"""A scorer under a policy: its thresholds and minima, exemptions, rules, and teams' own terms.

The policy decides what is held for flaky, never what is evidence: the scorer within sees all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.decide import Cause, State
from app.core.history.records import Observation
from app.core.policy.names import ScorerName
from app.core.policy.policy import FLAKE_RATE, Policy, default_policy
from app.core.policy.rules import About, Rule
from app.core.scorer.flake_rate import FlakeRate
from app.core.scorer.plain import after, failing
from app.core.scorer.policies import Evidence, Scorer, scorer_of
from app.core.scorer.rolling_window import RollingWindow, rows_of
from app.core.scorer.said import Change, Finding, Judged, Said
from app.core.scorer.state import State as EvidenceState
from app.core.scorer.windows import SWEEP, Windows, runs_since, since

DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Under:
    """A scorer, the policy over it, and how the cases ran, by which rules and minima count."""

    within: Scorer
    policy: Policy
    ran: FlakeRate  # only its memory counts
    believed: frozenset[str] = frozenset()  # whom the scorer within holds for flaky
    held: frozenset[str] = frozenset()
    files: Mapping[str, str | None] | None = None  # of the newest set of cases
    swept_at: float = 0.0

    @property
    def version(self) -> str:
        """The scorer's own."""
        return self.within.version

    @property
    def threshold(self) -> float:
        """The score from which a case is held for flaky, unless a team or a rule differs."""
        return self.policy.flaky_threshold

    def observe(self, seen: Observation) -> tuple["Under", Said]:
        """The scorer after this, and what it says at that moment."""
        within, said = self.within.observe(seen)
        findings = tuple(self._found(one, seen) for one in said.findings)
        if not seen.is_trusted:
            return replace(self, within=within), Said(findings, ())
        ran, _ = self.ran.observe(seen)
        under = replace(
            self,
            within=within,
            ran=ran,
            believed=after(self.believed, said.changes),
            files={**(self.files or {}), **seen.ran.files},
        )
        here = {*(one.case for one in said.changes), *failing(seen)}
        changed = under.changes(sorted(here), seen.branch, seen.at)
        now = seen.at.timestamp()
        if now - self.swept_at >= SWEEP:
            changed += under.changes(sorted(self.held - here), None, seen.at)
            under = replace(under, swept_at=now)
        return replace(under, held=after(under.held, changed)), Said(findings, tuple(changed))

    def changes(self, due: list[str], branch: str | None, at: datetime) -> list[Change]:
        """Who of these is held from now on, and who no longer; None: looked at on no branch."""
        holding = {case: self.holds(case, branch, at) for case in due}
        return [
            Change(case, at, is_flaky)
            for case, is_flaky in holding.items()
            if is_flaky != (case in self.held)
        ]

    def holds(self, case: str, branch: str | None, at: datetime) -> bool:
        """Whether the policy holds a case for flaky at this moment."""
        about = self._about(case, branch)
        if self.policy.is_exempt(about):
            return False
        rule, now = self.policy.rule_for(about), at.timestamp()
        if rule is not None and (rule.threshold is not None or rule.consecutive_failures):
            return _is_over(rule, self.ran.windows, case, now, days=self.policy.lookback_days)
        if case not in self.believed:
            return False
        terms = self._terms(case)
        days = rule.days if rule and rule.days else terms.lookback_days
        lately = since(self.ran.windows, case, now - days * DAY)
        if len(lately) < terms.min_recent_failures:
            return False
        if self.ran.windows.place(case) < terms.min_occurrences:
            return False
        if terms.flaky_threshold <= self.within.threshold:
            return True
        return self.within.scores(at).get(case, 0.0) >= terms.flaky_threshold

    def scores(self, at: datetime) -> Mapping[str, float]:
        """The score of every case that ever failed; the scorer's own."""
        return self.within.scores(at)

    def judged(self, at: datetime) -> list[Judged]:
        """Every case that ever failed, as it stands under the policy."""
        return [self._judged(one) for one in self.within.judged(at)]

    def _judged(self, one: Judged) -> Judged:
        if one.case in self.held:
            return replace(one, state=State.FLAKY)
        if one.state is State.BROKEN:
            return one
        is_warned = one.score >= self._terms(one.case).warn_threshold
        is_exempt = self.policy.is_exempt(self._about(one.case, None))
        state = State.SUSPECT if is_warned and not is_exempt else State.HEALTHY
        return replace(one, state=state)

    def _found(self, one: Finding, seen: Observation) -> Finding:
        """A failure of an exempt case is real, whatever the scorer thinks of it."""
        if one.cause is not Cause.FLAKY:
            return one
        about = About(one.case, seen.ran.files.get(one.case), branch=seen.branch)
        return replace(one, cause=Cause.UNKNOWN) if self.policy.is_exempt(about) else one

    def _about(self, case: str, branch: str | None) -> About:
        return About(case, (self.files or {}).get(case), branch=branch)

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
    lowest = min(
        policy.flaky_threshold,
        *(
            one.flaky_threshold
            for one in policy.team_overrides.values()
            if one.flaky_threshold is not None
        ),
        policy.flaky_threshold,
    )
    inner = replace(policy, flaky_threshold=lowest)
    return Under(_within(inner), policy, _remembering(policy))


def _within(policy: Policy) -> Scorer:
    match policy.scorer:
        case ScorerName.EVIDENCE:
            state = EvidenceState(threshold=policy.flaky_threshold)
            return Evidence(state, threshold=policy.flaky_threshold)
        case ScorerName.ROLLING_WINDOW:
            return RollingWindow(policy=policy)
        case ScorerName.FLAKE_RATE:
            return FlakeRate(policy=policy)


def _remembering(policy: Policy) -> FlakeRate:
    """How the cases ran, for as many days as anything in the policy looks back."""
    days = [policy.lookback_days, *(rule.days for rule in policy.rules if rule.days)]
    days += [one.lookback_days for one in policy.team_overrides.values() if one.lookback_days]
    return FlakeRate(policy=replace(FLAKE_RATE, lookback_days=max(days)))


def _is_over(rule: Rule, windows: Windows, case: str, now: float, *, days: int) -> bool:
    """Whether a case fails as often, or as often in a row, as its rule says."""
    begin = now - (rule.days or days) * DAY
    failed = since(windows, case, begin)
    if rule.consecutive_failures and failed:
        is_row_open = failed[-1].place == windows.place(case) and not failed[-1].passed
        if is_row_open and rows_of(failed)[-1] >= rule.consecutive_failures:
            return True
    runs = runs_since(windows, case, begin)
    is_enough = rule.threshold is not None and runs >= FLAKE_RATE.min_occurrences
    return is_enough and len(failed) / runs >= (rule.threshold or 0.0)
