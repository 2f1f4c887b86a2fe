"""A history replayed through a scorer: what would have been decided, and when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from sys import intern
from typing import NamedTuple

from app.core.decide import Cause, State
from app.core.history.records import Header, Observation, Record
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Change, Judged

CHECKPOINTS_FROM = 0.3  # of the reports: before, little can be known


@dataclass(slots=True)
class Flag:
    """A span in which a case is held for flaky; `until` is None where it still is."""

    since: datetime
    until: datetime | None = None


class Said(NamedTuple):
    """What is kept of a finding, with the report that it was made of: histories have many."""

    at: datetime
    run: int
    attempt: int
    job: str
    case: str
    cause: Cause
    p_flaky: float
    is_exempt: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The scores at a moment."""

    at: datetime
    scores: Mapping[str, float]


@dataclass(slots=True)
class Replay:
    """All that a scorer said of a history."""

    scorer: Scorer
    header: Header | None = None
    reports: int = 0
    executions: int = 0
    began_at: datetime | None = None  # the earliest and the latest report, in whatever order
    ended_at: datetime | None = None
    flags: dict[str, list[Flag]] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    failures: list[Said] = field(default_factory=list)
    failed: dict[str, None] = field(default_factory=dict)  # cases, on whatever code
    before: dict[str, int] = field(default_factory=dict)  # reports that ran them until they did

    def judged(self) -> list[Judged]:
        """Every case that ever failed, worst first; what failed on forks alone is healthy."""
        known = self.scorer.judged(self.ended_at) if self.ended_at is not None else []
        if self.scorer.counts_from_failure:
            known = [replace(one, runs=one.runs + self.before.get(one.case, 0)) for one in known]
        known += [self._unjudged(case) for case in self.failed.keys() - {one.case for one in known}]
        return sorted(known, key=lambda one: (-one.score, one.case))

    def _unjudged(self, case: str) -> Judged:
        """A case that failed on forks alone."""
        return Judged(case, State.HEALTHY, self.scorer.prior, 0, self.scorer.place(case))

    def scores(self, at: datetime) -> dict[str, float]:
        """The score of every case that failed so far."""
        return {**dict.fromkeys(self.failed, self.scorer.prior), **self.scorer.scores(at)}


def replay(
    records: Iterable[Record],
    scorer: Scorer,
    *,
    reports: int,
    checkpoints: int,
    replayed: Callable[[], object] = lambda: None,
) -> Replay:
    """Replay a history of so many reports; `replayed` is called after each."""
    (done,) = replay_all(
        records, [scorer], reports=reports, checkpoints=checkpoints, replayed=replayed
    )
    return done


def replay_all(
    records: Iterable[Record],
    scorers: Iterable[Scorer],
    *,
    reports: int,
    checkpoints: int,
    replayed: Callable[[], object] = lambda: None,
) -> list[Replay]:
    """Replay a history through several scorers at once; it is read but once."""
    every = [Replay(scorer) for scorer in scorers]
    moments = checkpoint_numbers(reports, checkpoints)
    for record in records:
        for done in every:
            _take(done, record, moments)
        if isinstance(record, Observation):
            replayed()
    return every


def _take(done: Replay, record: Record, moments: frozenset[int]) -> None:
    if isinstance(record, Header):
        done.header = record
    elif isinstance(record, Observation):
        _observe(done, record)
        if done.reports in moments:
            done.checkpoints.append(Checkpoint(record.at, done.scores(record.at)))


def checkpoint_numbers(reports: int, checkpoints: int) -> frozenset[int]:
    """After which reports, counted from 1, the scores are taken: evenly, the last one included."""
    if reports == 0 or checkpoints == 0:
        return frozenset()
    first = max(1, ceil(reports * CHECKPOINTS_FROM))
    steps = max(1, checkpoints - 1)
    numbers = (reports - (reports - first) * step // steps for step in range(checkpoints))
    return frozenset(numbers)


def _observe(done: Replay, seen: Observation) -> None:
    before = done.scorer
    done.scorer, said = before.observe(seen)
    done.reports += 1
    done.executions += _executions(seen)
    done.began_at = min(seen.at, done.began_at or seen.at)
    done.ended_at = max(seen.at, done.ended_at or seen.at)
    for finding in said.findings:
        case = intern(finding.case)  # a history names it thousands of times
        told = (finding.cause, finding.p_flaky, finding.is_exempt)
        done.failures.append(Said(seen.at, seen.run, seen.attempt, seen.job, case, *told))
        done.failed[case] = None
        if seen.is_trusted and case not in done.before:
            done.before[case] = before.place(case)
    for change in said.changes:
        _flag(done.flags.setdefault(change.case, []), change)


def _flag(flags: list[Flag], change: Change) -> None:
    if change.is_flaky:
        flags.append(Flag(change.at))
    elif flags:
        flags[-1].until = change.at


def _executions(seen: Observation) -> int:
    return len(seen.ran.files) - len(seen.not_run) + sum(len(r) - 1 for r in seen.results.values())
