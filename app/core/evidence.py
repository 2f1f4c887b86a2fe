"""The facts behind a judgement: a kind and its numbers; app.render.words makes them sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str | int | float | None


class EvidenceKind(StrEnum):
    """What a piece of evidence says; the facts that each carries stand behind it."""

    CONTRADICTED = "contradicted"  # times, days, how, last_sha; mixed: not all of them in that way
    CONTRADICTED_HERE = "contradicted_here"  # how: this very failure
    CONTRADICTED_ONCE = "contradicted_once"  # how, last_sha: one day's flake is not enough
    RATE = "rate"  # rate, low, high, runs: share of executions that fail for no fault of the code
    BROKEN_ON_BASE = "broken_on_base"  # since, failed, runs, branch: it fails there from `since` on
    OUTAGE = "outage"  # since, cases, groups: what failed with it in the report, in one event
    CULPRIT = "culprit"  # passed, since, commits, commit, author, p, second, second_p, range
    NEAR_CHANGE = "near_change"  # paths, more: the change touches what lies near the case
    FAR_FROM_CHANGE = "far_from_change"  # changed: files, none of them near the case
    FAILING_BESIDE = "failing_beside"  # groups, cases: what else failed in the same report
    SAME_CROWD = "same_crowd"  # cases: nearly these failed together on another day, this one too
    EARLIER_PUSH = "earlier_push"  # nothing: one of this pull request failed it, too
    FAILS_ELSEWHERE = "fails_elsewhere"  # sources: others that failed it within a day
    SAID_ELSEWHERE = "said_elsewhere"  # sources: the same of others, half a day ago or more
    SAME_MESSAGE = "same_message"  # times: earlier flakes of the case said the same
    OTHER_MESSAGE = "other_message"  # times: so many earlier flakes of the case said something else
    FIRST_FAILURE = "first_failure"  # passes: it never failed before, in so many at least
    FAILED_BEFORE = "failed_before"  # failed, runs, rate, low, high: for whatever reason
    FAILS_NOT_ON_BASE = "fails_not_on_base"  # commit, branch: its newest that the job tested
    STREAK = "streak"  # sources, more: so many in a row failed it in the job, or at least as many
    FEW_RUNS = "few_runs"  # runs: too few to tell much
    DISMISSED = "dismissed"  # by
    OVER_RULE = "over_rule"  # failed, runs, days, line: the policy's rule there holds the case
    IN_A_ROW = "in_a_row"  # times, line: the same, by failures in a row
    EXEMPT = "exempt"  # branch, or nothing: the policy never holds the case for flaky there
    # What an earlier judge said, and findings from then still say:
    PASSES_ON_BASE = "passes_on_base"  # passed, branch: passed in all of the last runs
    FIRST_ON_BASE = "first_on_base"  # passed, branch: the branch's first failure after so many
    FAILS_AGAIN_ON_PR = "fails_again_on_pr"  # times: in a row, by whatever it was
    ADDED_HERE = "added_here"  # runs, branch: none of the branch's runs has the case


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a judgement."""

    kind: EvidenceKind
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def to_json(self) -> dict[str, Fact]:
        """As it is stored."""
        return {"kind": self.kind.value, **self.facts}

    @classmethod
    def from_json(cls, stored: Mapping[str, Fact]) -> "Evidence":
        """As `to_json` wrote it; ValueError for a kind that this version does not know."""
        facts = {name: value for name, value in stored.items() if name != "kind"}
        return cls(EvidenceKind(str(stored["kind"])), facts)


def evidence(kind: EvidenceKind, **facts: Fact) -> Evidence:
    """A piece of evidence with its facts."""
    return Evidence(kind, facts)
