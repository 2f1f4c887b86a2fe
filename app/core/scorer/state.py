"""What the scorer remembers: a few numbers per case that ever failed, and some per repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.core.history.records import CaseSet
from app.core.scorer.assumptions import THRESHOLD
from app.core.scorer.belief import Belief, unknown

STATE_VERSION = 2  # raise it whenever a stored state can no longer be read as it was meant


@dataclass(frozen=True, slots=True)
class Open:
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

    @property
    def source(self) -> str:
        """Whose code it was."""
        return self.code if self.pr is None else f"#{self.pr}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Under what it is looked for: its code, and its branch."""
        branch = "main" if self.pr is None else f"#{self.pr}"
        return ((self.job, self.code), (self.job, branch))


@dataclass(frozen=True, slots=True)
class Track:
    """A case in one job."""

    mark: int = 0  # reports of the job up to which its passes are counted
    streak: tuple[str, ...] = ()  # the sources in a row that failed it, oldest first
    base: tuple[str, ...] = ()  # the default branch's commits in a row that did: first, then last
    failed: tuple[tuple[str, bool], ...] = ()  # the first of them; whether they touch near it
    runs: int = 0  # reports of the default branch since the first, all of which failed it
    before: tuple[str, ...] = ()  # commits untested here since the last that passed, and that one


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case that failed at least once on trusted code."""

    group: str
    at: float  # up to when its belief is counted
    belief: Belief = field(default_factory=unknown)
    tracks: Mapping[str, Track] = field(default_factory=dict)
    opens: tuple[Open, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()  # code and job of its last failures
    episodes: float = 0.0  # contradicted lone failures, one in half a day
    last_episode_at: float | None = None
    last_source: str | None = None  # whose code showed it
    pushed: float = 0.0  # how much of that by pull requests' next pushes
    last_push: int | None = None  # the last pull request whose next push contradicted it
    flakes: int = 0  # failures that no fault of the code explains
    messages: Mapping[str, int] = field(default_factory=dict)  # by sign: what those said
    was_flagged: bool = False  # ever
    last_flake: tuple[float, str, str] | None = None  # when, by what contradicted, on which code
    executions: int = 0  # since it first failed
    flagged_at: float | None = None  # since when it is held for flaky

    def track(self, job: str) -> Track:
        """The case in a job."""
        return self.tracks.get(job) or Track()

    def with_track(self, job: str, track: Track) -> "CaseState":
        """The case with another track in a job."""
        return replace(self, tracks={**self.tracks, job: track})


@dataclass(frozen=True, slots=True)
class Weather:
    """What is learned of the repository."""

    reports: int = 0
    executions: int = 0
    transient: int = 0  # groups that failed for a moment; of one common cause two at most
    failed: int = 0  # cases that ever failed
    flaky: int = 0  # of them those that were ever held for flaky
    noise: Mapping[str, float] = field(default_factory=dict)  # by kind: failures of healthy cases


@dataclass(frozen=True, slots=True)
class Crowd:
    """Cases of one group that failed for a moment together, and nothing beside them."""

    at: float
    source: str  # the pull request or commit that showed it
    cases: frozenset[str]
    is_push: bool = False  # only the next push contradicted it


@dataclass(slots=True)
class State:
    """A repository's state; `update` never changes the one that it is given."""

    cases: dict[str, CaseState] = field(default_factory=dict)
    weather: Weather = field(default_factory=Weather)
    reports: dict[str, int] = field(default_factory=dict)  # by job
    members: dict[str, CaseSet] = field(default_factory=dict)  # by job, as it last ran
    waiting: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # by Open.keys
    failing: dict[str, frozenset[str]] = field(default_factory=dict)  # by job: cases in a streak
    commits: dict[str, int] = field(default_factory=dict)  # the default branch's order
    transients: tuple[tuple[float, str], ...] = ()  # when which group failed for a moment
    crowds: dict[str, tuple[Crowd, ...]] = field(default_factory=dict)  # by group
    common: dict[str, int] = field(default_factory=dict)  # by sign: messages of common causes
    recent: tuple[float, ...] = ()  # when the last hours' reports came
    tested: dict[str, str] = field(default_factory=dict)  # by job: its last commit of the branch
    outage: tuple[float, float] | None = None  # when the last one began, and was last seen
    swept_at: float = 0.0
    threshold: float = THRESHOLD  # the policy's; of the score, from which a case is held

    def copy(self) -> "State":
        """A state to change, sharing what does not change."""
        return replace(
            self,
            cases=self.cases.copy(),
            reports=self.reports.copy(),
            members=self.members.copy(),
            waiting=self.waiting.copy(),
            failing=self.failing.copy(),
            commits=self.commits.copy(),
            crowds=self.crowds.copy(),
            common=self.common.copy(),
            tested=self.tested.copy(),
        )
