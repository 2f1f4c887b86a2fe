"""The facts behind a finding, as small records: the renderers make sentences of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class How(StrEnum):
    """What contradicted a failure."""

    RETRY = "retry"  # a pass within the same report
    RERUN = "rerun"  # a pass of another attempt at the same code, in the same job
    NEXT_COMMIT = "next_commit"  # the default branch's next commit passed, the one before too
    NEXT_PUSH = "next_push"  # the pull request's next push passed
    LEFT = "left"  # everybody else passed, while the pull request was left as it is


@dataclass(frozen=True, slots=True)
class RetriedHere:
    """This very failure passed in an in-run retry."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """Earlier failures of the case that no fault of the code explains."""

    times: int
    days: int  # half days at least apart; flags need two
    how: How | None  # what contradicted the last one; None where that is not known
    last_at: datetime | None
    last_code: str | None  # the code that showed it


@dataclass(frozen=True, slots=True)
class FailureRate:
    """The share of the case's executions that fail so, with its 95 % interval."""

    rate: float
    low: float
    high: float
    executions: int


@dataclass(frozen=True, slots=True)
class NearChange:
    """The change touches what lies near the case."""

    paths: tuple[str, ...]  # the changed files that do, a few of them


@dataclass(frozen=True, slots=True)
class FarFromChange:
    """The change touches nothing near the case."""

    changed: int  # files


@dataclass(frozen=True, slots=True)
class BrokenSince:
    """The default branch fails the case from a commit on."""

    commit: str
    failed: int  # of `runs` of the default branch in this job since
    runs: int


@dataclass(frozen=True, slots=True)
class FailsNotOnBase:
    """The default branch did not fail the case when the job tested it last."""

    commit: str  # the newest one of the branch that the job tested


@dataclass(frozen=True, slots=True)
class FailingBeside:
    """What else failed unexpectedly in the same report."""

    groups: int  # other folders or files
    cases: int  # of all groups, this one left out


@dataclass(frozen=True, slots=True)
class SameCrowd:
    """Nearly the same cases of its folder or file failed together for a moment on another day."""

    cases: int  # that fail now, this one too


@dataclass(frozen=True, slots=True)
class EarlierPush:
    """An earlier push of the pull request failed the case, too."""


@dataclass(frozen=True, slots=True)
class FailsElsewhere:
    """Others failed the case within a day, and nothing contradicts that yet."""

    sources: int  # pull requests and commits of the default branch


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """Others failed the case for a moment with the same message, and nothing contradicts that."""

    sources: int  # pull requests and commits of the default branch, half a day ago or more


@dataclass(frozen=True, slots=True)
class SameMessage:
    """The message is one that earlier flakes of this case had."""

    times: int


@dataclass(frozen=True, slots=True)
class OtherMessage:
    """The message is none that earlier flakes of this case had."""

    times: int  # flakes of which it is known what they said


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """The case never failed before, in so many passes at least."""

    passes: int


@dataclass(frozen=True, slots=True)
class Streak:
    """So many in a row failed it in this job, this one included, and none passed it between."""

    sources: int  # pull requests and commits of the default branch
    is_least: bool  # whether there may be more: not all of a long streak are kept


@dataclass(frozen=True, slots=True)
class FewRuns:
    """Too few runs were seen to tell."""

    runs: int


Fact = (
    RetriedHere
    | Contradicted
    | FailureRate
    | NearChange
    | FarFromChange
    | BrokenSince
    | FailsNotOnBase
    | FailingBeside
    | SameCrowd
    | EarlierPush
    | FailsElsewhere
    | SaidElsewhere
    | SameMessage
    | OtherMessage
    | FirstFailure
    | Streak
    | FewRuns
)


@dataclass(frozen=True, slots=True)
class Outage:
    """An event in which many cases failed together; one id for as long as it lasts."""

    id: str  # stable: made of when it began
    since: datetime


@dataclass(frozen=True, slots=True)
class Suspect:
    """A commit of the default branch, and how probably it broke the case."""

    commit: str
    p: float  # of all suspects together at most 1: the rest is that nothing is broken


@dataclass(frozen=True, slots=True)
class Break:
    """A break of the default branch and who may have made it, oldest commit first."""

    since: str  # the first commit that failed it
    passed: str | None  # the last commit before that passed it in this job; None when not seen
    suspects: tuple[Suspect, ...]
