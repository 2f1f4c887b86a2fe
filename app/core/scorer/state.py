"""What the scorer remembers: a few numbers per case that ever failed, and some per repository."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from app.core.history.records import CaseSet
from app.core.scorer.assumptions import DAYS_KEPT, THRESHOLD
from app.core.scorer.belief import DAY, Belief, unknown
from app.core.scorer.membership import NEVER_CHANGED, Membership

STATE_VERSION = 10  # raise it whenever a stored state can no longer be read as it was meant

UNKNOWN = unknown()


class Open(NamedTuple):
    """A failure that waits for what contradicts it."""

    at: float  # seconds since 1970, as all times of a state
    job: str
    run: int
    code: str
    pr: int | None
    commit: int | None  # place on the default branch; None elsewhere
    others: frozenset[str]  # groups beside its own that failed unexpectedly in the same report
    crowd: int  # cases of its own group that did, itself too
    unexpected: int  # cases that did at all
    is_near: bool  # the change touches what lies near the case
    reports: int  # reports of the hours around it, about
    streak: int = 0  # sources in a row that failed it, once that ended; 0 before
    sign: str = ""  # of its message; `messages` says what that is
    is_on_main: bool = False  # the default branch failed the case since
    base: str | None = None  # the default branch's commit that a pull request was merged with
    is_on_broken: bool = False  # that commit is one of those that fail it on the default branch
    is_alone: bool = True  # no other job failed the case for the same source or on the same code

    @property
    def source(self) -> str:
        """Whose code it was."""
        return self.code if self.pr is None else f"#{self.pr}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Under what it is looked for: its code, and its branch."""
        branch = "main" if self.pr is None else f"#{self.pr}"
        return ((self.job, self.code), (self.job, branch))


class Shown(NamedTuple):
    """A commit of the default branch, and what its runs in one job showed of a case."""

    commit: str
    failures: int = 0
    passes: int = 0
    is_near: bool = False  # it touches what lies near the case
    goes_on: bool = False  # the failures of those that followed it in a row are among its own


class Track(NamedTuple):
    """A case in one job."""

    streak: tuple[str, ...] = ()  # the sources in a row that failed it, oldest first
    base: tuple[str, ...] = ()  # the default branch's commits in a row that did: first, then last
    runs: int = 0  # reports of the default branch since the first, all of which failed it
    passed: str | None = None  # the branch's last commit that passed before `shown` begins
    shown: tuple[Shown, ...] = ()  # its commits since, in their order; see `breaks`

    @property
    def is_followed(self) -> bool:
        """Whether the job's next report may end something, or go on with it."""
        return bool(self.streak or self.base or self.shown)


NO_TRACK = Track()


class CaseState(NamedTuple):
    """A case that failed at least once on trusted code."""

    group: str
    at: float  # up to when its belief is counted
    belief: Belief = UNKNOWN
    marks: Mapping[str, int] = MappingProxyType({})  # by job: reports counted so far as passes
    tracks: Mapping[str, Track] = MappingProxyType({})  # by job, where it failed
    opens: tuple[Open, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()  # code and job of its last failures
    episodes: float = 0.0  # contradicted lone failures, one in half a day
    last_episode_at: float | None = None
    last_source: str | None = None  # whose code showed it
    last_kind: str | None = None  # Kind: what it was taken for, the best of its half day
    soon: tuple[str, ...] = ()  # the sources that showed it alone in that half day, a few
    pushed: float = 0.0  # how much of that by pull requests' next pushes, or by leaving them
    left: int = 0  # pull requests that were left
    last_push: int | None = None  # the last pull request that contradicted it only by other code
    mended: int | None = None  # the last one whose next push passed
    flakes: int = 0  # failures that no fault of the code explains
    messages: Mapping[str, int] = MappingProxyType({})  # by sign: what those said
    hints: Mapping[str, float] = MappingProxyType({})  # by sign of weaker evidence: when it began
    weighed: Mapping[str, float] = MappingProxyType({})  # by kind: failures that moved its belief
    unbelieved: float = 0.0  # the share of them that counts as the repository's noise
    shared: int = 0  # half days in which it failed with other groups
    shared_at: float | None = None  # the last of them
    skipped: tuple[str, ...] = ()  # jobs that left it out since it first failed
    moments: tuple[float, ...] = ()  # half days in which it failed for a moment; see `clock`
    was_flagged: bool = False  # ever
    broken_at: float | None = None  # when the default branch failed it on several commits, last
    last_flake: tuple[float, str, str] | None = None  # when, by what contradicted, on which code
    executions: int = 0  # since it first failed
    flagged_at: float | None = None  # since when it is held for flaky

    def track(self, job: str) -> Track:
        """The case in a job."""
        return self.tracks.get(job) or NO_TRACK

    def with_track(self, job: str, track: Track) -> "CaseState":
        """The case with another track in a job."""
        if track == NO_TRACK:
            return self._replace(tracks={one: of for one, of in self.tracks.items() if one != job})
        return self._replace(tracks={**self.tracks, job: track})

    def with_mark(self, job: str, mark: int) -> "CaseState":
        """The case with its passes in a job counted up to so many reports."""
        return self._replace(marks={**self.marks, job: mark})


class Weather(NamedTuple):
    """What is learned of the repository."""

    reports: int = 0
    executions: int = 0
    transient: int = 0  # groups that failed for a moment; of one common cause two at most
    days: tuple[tuple[int, int, int], ...] = ()  # the last ones: reports, those with transients
    failed: int = 0  # cases that ever failed
    flaky: int = 0  # of them those that were ever held for flaky
    noise: Mapping[str, float] = MappingProxyType({})  # by kind: failures of healthy cases

    def with_report(self, at: float, *, executions: int) -> "Weather":
        """The weather with one more report of so many executions."""
        day = int(at // DAY)
        days = self.days
        if not any(known == day for known, _, _ in days):
            days = tuple(sorted((*days, (day, 0, 0))))[-DAYS_KEPT:]
        return self._replace(
            reports=self.reports + 1,
            executions=self.executions + executions,
            days=tuple((known, n + (known == day), few) for known, n, few in days),
        )

    def with_transients(self, reports: Collection[float]) -> "Weather":
        """The weather with reports, by their times, in which something failed for a moment."""
        of_day = Counter(int(at // DAY) for at in reports)
        days = tuple((day, n, min(n, few + of_day[day])) for day, n, few in self.days)
        return self._replace(days=days)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Cases of one group that failed for a moment together, and nothing beside them."""

    at: float
    source: str  # the pull request or commit that showed it
    cases: frozenset[str]
    by: str = "same"  # By: what contradicted it
    signs: frozenset[str] = frozenset()  # of what most of them said; see `messages`


@dataclass(slots=True)
class State:
    """A repository's state; `update` never changes the one that it is given."""

    cases: dict[str, CaseState] = field(default_factory=dict)
    weather: Weather = field(default_factory=Weather)
    reports: dict[str, int] = field(default_factory=dict)  # by job
    hours: dict[str, tuple[int, ...]] = field(default_factory=dict)  # by job: reports by UTC hour
    members: dict[str, CaseSet] = field(default_factory=dict)  # by job, as it last ran
    moved: dict[str, Membership] = field(default_factory=dict)  # by job: who came to it, or left
    waiting: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # by Open.keys
    failing: dict[str, frozenset[str]] = field(default_factory=dict)  # by job: cases in a streak
    commits: dict[str, int] = field(default_factory=dict)  # the default branch's order
    transients: tuple[tuple[float, str], ...] = ()  # when which group failed for a moment
    crowds: dict[str, tuple[Crowd, ...]] = field(default_factory=dict)  # by group
    common: dict[str, int] = field(default_factory=dict)  # by sign: messages of common causes
    recent: tuple[float, ...] = ()  # when the last hours' reports came
    latest: dict[str, None] = field(default_factory=dict)  # the last reports; see `repeats`
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by code: the jobs that ran it
    tested: dict[str, str] = field(default_factory=dict)  # by job: its last commit of the branch
    outage: tuple[float, float] | None = None  # when the last one began, and was last seen
    swept_at: float = 0.0
    threshold: float = THRESHOLD  # the policy's; of the score, from which a case is held

    def runs(self, case: str, *, surely: bool = False) -> int:
        """How many reports ran a case so far, of all jobs; surely, or as far as anything tells."""
        return sum(
            self.moved.get(job, NEVER_CHANGED).runs(
                case, self.reports.get(job, 0), is_member=case in members.files, surely=surely
            )
            for job, members in self.members.items()
        )

    def copy(self) -> "State":
        """A state to change, sharing what does not change."""
        return replace(
            self,
            cases=self.cases.copy(),
            reports=self.reports.copy(),
            hours=self.hours.copy(),
            members=self.members.copy(),
            moved=self.moved.copy(),
            waiting=self.waiting.copy(),
            failing=self.failing.copy(),
            commits=self.commits.copy(),
            crowds=self.crowds.copy(),
            common=self.common.copy(),
            tested=self.tested.copy(),
            latest=self.latest.copy(),
            codes=self.codes.copy(),
        )
