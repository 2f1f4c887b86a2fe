"""What goes wrong outside the code: services away, full disks, new runner images."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.worlds.chance import HOURS_A_DAY, around, arrivals, coin
from tests.worlds.code import Defect
from tests.worlds.messages import IMAGES, OUTAGES, wording
from tests.worlds.project import FEATURES, NEEDS, Case, Project
from tests.worlds.scene import Scene

WEEK = 7 * HOURS_A_DAY
OUTAGE, INFRA = "outage", "infra"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that cases need is away for a while: for all, for one runner or for one job."""

    cause: str
    need: str  # "" where every case fails
    start: float
    end: float
    share: float  # of the executions that fail meanwhile
    texts: tuple[str, ...]
    pool: str | None = None
    runner: int | None = None

    def is_over(self, scene: Scene) -> bool:
        """Whether it lies over this job, for some of its time."""
        if self.pool not in {None, scene.pool} or self.runner not in {None, scene.runner}:
            return False
        return self.start < scene.ends and scene.at < self.end

    def hits(self, case: Case, scene: Scene) -> bool:
        """Whether the case, at its place in the job, needs what is away."""
        if self.need and self.need not in case.needs:
            return False
        return self.start <= scene.at + scene.hours * case.place < self.end


@dataclass(frozen=True, slots=True)
class Rollout:
    """A new runner image: from which day on which share of the runners has it."""

    steps: tuple[tuple[float, float], ...]  # (day, share), in order; a share may fall again
    breaks: int  # cases, about
    mended: float  # the day on which a commit makes the cases ready for it
    pool: str | None = None

    def share_at(self, hours: float) -> float:
        """The share of the runners that have it."""
        found = 0.0
        for day, share in self.steps:
            if hours >= day * HOURS_A_DAY:
                found = share
        return found


@dataclass(slots=True, eq=False)
class Image(Defect):
    """What a rollout breaks: the code is not ready for it, until a commit mends that."""

    rollout: Rollout = field(default_factory=lambda: Rollout((), 0, 0))
    number: int = 0  # drawn; it says which runners come first
    messages: dict[Case, str] = field(default_factory=dict)

    def is_under(self, scene: Scene) -> bool:
        """Whether the scene's runner has the new image already."""
        if self.rollout.pool not in {None, scene.pool}:
            return False
        return coin(self.number, scene.pool, scene.runner) < self.rollout.share_at(scene.at)


@dataclass(frozen=True, slots=True)
class Climate:
    """How often, and for how long, a world's surroundings fail."""

    outages_a_week: float = 0.8
    outage_hours: float = 1.0  # median
    disks_a_week: float = 0.6
    disk_hours: float = 3.0
    faint_runners_a_week: float = 1.0  # one runner without a network for half an hour
    crashes: float = 0.004  # share of the jobs that end in the middle
    rollouts: tuple[Rollout, ...] = ()
    runners: int = 12  # of each pool


def troubles(
    chance: Random, climate: Climate, *, pools: Sequence[str], hours: float
) -> list[Trouble]:
    """All troubles of a world, in the order of their starts."""
    found: list[Trouble] = []
    for at in _times(chance, climate.outages_a_week, hours):
        need = chance.choice(tuple(NEEDS))
        long = around(chance, climate.outage_hours, spread=1.1)
        share = chance.choice((0.4, 0.8, 1.0, 1.0))
        found.append(Trouble(OUTAGE, need, at, at + long, share, OUTAGES[need.partition(":")[0]]))
    for at in _times(chance, climate.disks_a_week, hours):
        end = at + around(chance, climate.disk_hours)
        where = (chance.choice(pools), chance.randrange(climate.runners))
        found.append(Trouble(INFRA, "disk", at, end, 0.9, OUTAGES["disk"], *where))
    for at in _times(chance, climate.faint_runners_a_week, hours):
        where = (chance.choice(pools), chance.randrange(climate.runners))
        hosts = (need for need in NEEDS if need.startswith("host:"))
        found += [
            Trouble(INFRA, need, at, at + 0.6, 1.0, OUTAGES["runner"], *where) for need in hosts
        ]
    return sorted(found, key=lambda one: (one.start, one.need))


def _times(chance: Random, a_week: float, hours: float) -> list[float]:
    return arrivals(chance, every=WEEK / a_week, until=hours) if a_week > 0 else []


def images(chance: Random, climate: Climate, project: Project) -> list[Image]:
    """What each rollout breaks: cases that rest on two or three features of the old image."""
    found = []
    for rollout in climate.rollouts:
        features = [f"feature{one}" for one in chance.sample(range(FEATURES), FEATURES)]
        cases: list[Case] = []
        for feature in features:
            cases += [case for case in project.cases() if feature in case.needs]
            if len(cases) >= rollout.breaks:
                break
        texts = [wording(chance, IMAGES) for _ in range(2)]
        messages = {case: chance.choice(texts) for case in cases[: rollout.breaks]}
        found.append(
            Image(born=0, rollout=rollout, number=chance.getrandbits(32), messages=messages)
        )
    return found
