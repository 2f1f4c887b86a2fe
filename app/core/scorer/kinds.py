"""What a contradicted failure is taken for, and what each kind is worth."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.scorer import assumptions as assumed
from app.core.scorer.company import Company
from app.core.scorer.state import CaseState
from app.core.scorer.waiting import By, Contradiction


class Kind(StrEnum):
    """What a contradicted failure is taken for."""

    ALONE = "alone"  # one case, short, nothing beside it: a flake in nearly all worlds
    FEW = "few"  # two or three of the group, by the default branch's next commit
    NEAR = "near"  # by the next commit, where both commits touch near the case
    JOBS = "jobs"  # several jobs failed the commit, the next one passed
    LONG = "long"  # nothing beside it, but several sources in a row
    PUSHED = "pushed"  # far from a change whose next push passed
    LEFT = "left"  # far from a change that was left as it is
    PUSHED_JOBS = "pushed_jobs"  # the same in several jobs
    PUSHED_MANY = "pushed_many"  # the same with other cases beside it
    DOUBTFUL = "doubtful"  # one other group beside it
    CROWD = "crowd"  # many of its group, and nothing else
    PUSHED_ALIKE = "pushed_alike"  # the same many again, once at least by a push far from it
    ALIKE_ONCE = "alike_once"  # the same many a second time, with the same message, by pushes
    ALIKE = "alike"  # the same many as on another day: a fixture
    AGAIN = "again"  # beside others, but with the message of the case's own flakes
    CLOCK = "clock"  # at the time of day at which it failed on other days

    @property
    def is_push(self) -> bool:
        """Whether only other code contradicts it."""
        return self in {Kind.PUSHED, Kind.LEFT, Kind.PUSHED_JOBS, Kind.PUSHED_MANY}

    @property
    def is_group(self) -> bool:
        """Whether several cases of the group failed together, as in an outage of what they use."""
        return self in {Kind.FEW, Kind.CROWD, Kind.PUSHED_ALIKE, Kind.ALIKE_ONCE, Kind.ALIKE}

    @property
    def is_lone(self) -> bool:
        """Whether nothing failed beside it, and a pass of the same or the next code tells so."""
        return self in {Kind.ALONE, Kind.LONG}

    @property
    def is_like_bugs(self) -> bool:
        """Whether bugs and common causes look so, too, and then say the same each time."""
        return self in {
            *(Kind.NEAR, Kind.FEW, Kind.PUSHED_JOBS),
            *(Kind.DOUBTFUL, Kind.CROWD, Kind.ALIKE_ONCE),
        }

    @property
    def is_hint(self) -> bool:
        """Whether its message may be that of a flake, so that the same again makes it one."""
        return self not in {Kind.NEAR, Kind.DOUBTFUL, Kind.CROWD}


@dataclass(frozen=True, slots=True)
class Worth:
    """What one kind moves."""

    cap: float  # of the odds
    episodes: float = 0.0
    noise: float = assumed.NOISE  # per execution of a healthy case, before any is seen

    @property
    def is_telling(self) -> bool:
        """Whether it alone makes a flake likely, so that its message is one that flakes have."""
        return self.episodes >= assumed.TELLING


WORTH = {
    Kind.ALONE: Worth(assumed.CAP, 1.0),
    Kind.FEW: Worth(assumed.CAP_FEW, 1.0),
    Kind.NEAR: Worth(assumed.CAP_NEAR, assumed.EPISODE_NEAR, assumed.NEAR_NOISE),
    Kind.JOBS: Worth(assumed.CAP_JOBS, assumed.EPISODE_JOBS, assumed.JOBS_NOISE),
    Kind.LONG: Worth(assumed.CAP_LONG, assumed.EPISODE_LONG, assumed.LONG_NOISE),
    Kind.PUSHED: Worth(assumed.CAP_PUSH, assumed.EPISODE_PUSH, assumed.PUSH_NOISE),
    Kind.LEFT: Worth(assumed.CAP_LEFT, assumed.EPISODE_LEFT, assumed.PUSH_NOISE),
    Kind.PUSHED_JOBS: Worth(assumed.CAP_PUSH_JOBS, assumed.EPISODE_PUSH_JOBS, assumed.PUSH_NOISE),
    Kind.PUSHED_MANY: Worth(assumed.CAP_PUSH_MANY, assumed.EPISODE_PUSH_MANY, assumed.MANY_NOISE),
    Kind.PUSHED_ALIKE: Worth(assumed.CAP_PUSH, assumed.EPISODE_PUSH_ALIKE),
    Kind.AGAIN: Worth(assumed.CAP_AGAIN, assumed.EPISODE_AGAIN),
    Kind.DOUBTFUL: Worth(assumed.CAP_COMPANY),
    Kind.CROWD: Worth(assumed.CAP_CROWD),
    Kind.ALIKE_ONCE: Worth(assumed.CAP_PUSH, assumed.EPISODE_ALIKE_ONCE),
    Kind.ALIKE: Worth(assumed.CAP_ALIKE, assumed.EPISODES_ALIKE, assumed.ALIKE_NOISE),
    Kind.CLOCK: Worth(assumed.CAP_ALIKE, assumed.EPISODES_ALIKE, assumed.ALIKE_NOISE),
}


def kind_of(
    known: CaseState, one: Contradiction, beside: Company, *, alike: bool | None
) -> Kind | None:
    """What a contradicted failure is taken for; None where it says nothing of a flake.

    `alike`: whether its crowd is surely one that failed before; None where none like it did.
    """
    failure = one.failure
    if beside.is_common_cause or one.is_of_base:
        return None
    if failure.streak > assumed.SHORT:
        is_long = one.by is By.SAME and not beside.is_doubtful and failure.crowd <= 1
        return Kind.LONG if is_long else None
    jobs = sum(code == failure.code for code, _ in known.failed)
    if one.by.is_weak:
        return _pushed(known, one, beside, jobs=jobs, alike=alike)
    return _contradicted(one, beside, jobs=jobs, alike=alike)


def _contradicted(
    one: Contradiction, beside: Company, *, jobs: int, alike: bool | None
) -> Kind | None:
    failure = one.failure
    if alike is False and not beside.is_doubtful:
        return Kind.PUSHED_ALIKE
    if alike and failure.crowd > 1:
        return Kind.ALIKE if one.by is By.SAME or failure.streak <= 1 else Kind.CROWD
    if beside.is_doubtful:
        is_same = one.by is By.SAME or jobs == 1
        return Kind.DOUBTFUL if is_same else None
    if failure.crowd > assumed.FEW_OF_GROUP:
        return Kind.CROWD
    if one.by is By.SAME:
        return Kind.ALONE
    if failure.is_near and one.is_mended_near:
        return Kind.NEAR if failure.crowd <= 1 and failure.streak <= 1 else None
    if jobs > 1:
        return Kind.JOBS if failure.crowd <= 1 and failure.streak <= 1 else None
    return Kind.ALONE if failure.crowd <= 1 else Kind.FEW


def _pushed(
    known: CaseState, one: Contradiction, beside: Company, *, jobs: int, alike: bool | None
) -> Kind | None:
    """By other code: bugs mended by the next push are like it, unless the change lies far off."""
    failure = one.failure
    if failure.streak > 1 or failure.is_near:
        return None
    if alike is not None and not beside.is_doubtful:
        if failure.crowd <= assumed.FEW_OF_GROUP:
            return None
        return Kind.PUSHED_ALIKE if alike else Kind.ALIKE_ONCE
    if known.last_push == failure.pr:
        return None
    if failure.unexpected != 1 or beside.is_doubtful:
        return Kind.PUSHED_MANY if failure.crowd <= 1 else None
    if one.by is By.LEFT:
        return Kind.LEFT
    return Kind.PUSHED if jobs <= 1 else Kind.PUSHED_JOBS
