"""What is remembered of a case for sentences about it: a few counts, dates and last failures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from app.core.evidence import Fact
from app.core.history.records import Observation
from app.core.scorer.said import Contradicted

FAILURES_KEPT = 12  # as many as the scorer lets wait for what contradicts them
DAYS_KEPT = 30  # dates; more only make the same sentence


@dataclass(frozen=True, slots=True)
class Failed:
    """One failing job of a run attempt."""

    at: float  # seconds since 1970
    run: int
    attempt: int
    job: str
    sha: str  # the head commit


@dataclass(frozen=True, slots=True)
class Told:
    """A case that failed on trusted code."""

    failures: int = 0  # failing executions
    failing_reports: int = 0  # reports with at least one of these
    times: int = 0  # failures that something contradicted, and that were taken for flakes
    days: tuple[str, ...] = ()  # the dates of these, each once
    how: str | None = None  # the last of these was contradicted so, as half a sentence
    is_mixed: bool = False  # not all of these were contradicted in the words of `how`
    sha: str | None = None  # the commit that showed it
    recent: tuple[Failed, ...] = ()
    first_detected_at: float | None = None  # when it was first held for flaky
    last_flake_at: float | None = None
    last_failure_at: float | None = None
    forgiven_at: float | None = None  # a person said that what was seen until then was no flake
    before: int = 0  # reports that ran it before it first failed, about
    base: Mapping[str, int] = field(default_factory=dict)  # by job: the default branch's failures
    culprit: Mapping[str, Fact] = field(default_factory=dict)  # of the break; of what it is made

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"recent": [list(asdict(one).values()) for one in self.recent]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Told":
        """As `to_json` wrote it."""
        plain = {name: value for name, value in stored.items() if name in cls.__slots__}
        recent = tuple(Failed(*one) for one in stored.get("recent", ()))
        plain.setdefault("is_mixed", plain.get("times", 0) > 1)  # may be: it was not kept then
        plain.setdefault("failing_reports", plain.get("failures", 0))  # counted since 0.1.0
        return cls(**plain | {"recent": recent, "days": tuple(stored.get("days", ()))})

    def failed(self, seen: Observation, *, sha: str, executions: int) -> "Told":
        """After one more failing job."""
        failure = Failed(seen.at.timestamp(), seen.run, seen.attempt, seen.job, sha)
        base = dict(self.base)
        if seen.is_default:
            base[seen.job] = base.get(seen.job, 0) + 1
        return replace(
            self,
            failures=self.failures + executions,
            failing_reports=self.failing_reports + 1,
            recent=(*self.recent, failure)[-FAILURES_KEPT:],
            last_failure_at=max(failure.at, self.last_failure_at or failure.at),
            base=base,
        )

    def contradicted(self, one: Contradicted, seen: Observation) -> "Told":
        """After a pass showed that a failure was none of the code's."""
        if one.kind is None:
            return self
        day = f"{datetime.fromtimestamp(one.at, UTC):%Y-%m-%d}"
        known = (known for known in self.recent if known.run == one.run and known.job == one.job)
        failure = next((known for known in known if known.at == one.at), None)
        said = how(one.by, failure, seen)
        return replace(
            self,
            times=self.times + 1,
            days=tuple(sorted({*self.days, day}))[-DAYS_KEPT:],
            how=said,
            is_mixed=self.is_mixed or (self.times > 0 and said != self.how),
            sha=failure.sha if failure else one.code,
            last_flake_at=max(one.at, self.last_flake_at or one.at),
        )

    def recovered(self, jobs: Mapping[str, object]) -> "Told":
        """With the failures of the default branch forgotten in jobs that are not in these."""
        base = {job: count for job, count in self.base.items() if job in jobs}
        if base == self.base:
            return self
        return replace(self, base=base, culprit=self.culprit if base else {})


def how(by: str, failure: Failed | None, seen: Observation) -> str:
    """Where it failed and where it passed, as half a sentence."""
    if by == "main":
        return "failed on one commit of the default branch and passed on the next"
    if by == "left":
        return "failed on a pull request that nobody ran again, and passes elsewhere"
    if by == "push":
        return "failed on one push of a pull request and passed on the next"
    if failure is None or failure.run != seen.run:
        return "failed in one run and passed in another of the same commit"
    if failure.attempt == seen.attempt:
        return f"failed and passed within attempt {seen.attempt} of the same commit"
    return (
        f"failed on attempt {failure.attempt} and passed on attempt {seen.attempt}"
        " of the same commit"
    )
