"""The worlds by name: one engine, each with its own way of working and of failing."""

from dataclasses import dataclass, field, replace

from tests.worlds.defects import Flakiness
from tests.worlds.scene import Job
from tests.worlds.weather import Climate, Rollout

TWO_JOBS = (Job("linux", "linux", 11), Job("windows", "windows", 19))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of repository: its size, its people, its runners and its flakes."""

    name: str
    days: int = 60
    packages: int = 24
    modules: int = 6  # of a package
    cases: float = 5.0  # of a module, mean
    style: str = "python"
    jobs: tuple[Job, ...] = TWO_JOBS
    packages_a_job: bool = False  # each job has packages of its own, and runs what is affected
    prs_a_day: float = 4.5
    pushes: float = 2.2  # of a pull request without a red run, mean
    trusted: float = 0.97  # share of the pull requests
    opening: int = 7  # UTC hour when work begins
    own_bugs: float = 0.16  # chance that a push brings a bug
    regressions: float = 0.05  # chance that a merge brings one that no run of the change met
    mend_hours: float = 5.0  # until a regression is mended, median
    reruns: float = 0.55  # chance that a red run is run again
    retries: int = 0  # in the run
    new_cases: float = 0.04  # chance that a change brings cases
    new_flaky: float = 0.05  # share of the new cases that flake
    batch: int = 0  # changes that a merge queue tests at once; 0 without a queue
    scheduled: tuple[int, ...] = ()  # UTC hours at which the default branch runs by the clock
    runs_on_push: bool = True  # of the default branch
    flakiness: Flakiness = field(default_factory=lambda: Flakiness(0.045))
    climate: Climate = field(default_factory=Climate)

    def scaled(self, *, days: int, packages: int) -> "Kind":
        """The same kind of world, smaller or shorter."""
        return replace(self, days=days, packages=packages)


STORM = Kind(
    "storm",
    climate=Climate(
        outages_a_week=11, outage_hours=0.8, disks_a_week=4, faint_runners_a_week=8, crashes=0.01
    ),
)
BURSTY = Kind(
    "bursty",
    style="jvm",
    packages=20,
    flakiness=Flakiness(
        0.05, median=0.012, kinds=(("burst", 6), ("random", 2), ("timing", 2)), burst_hours=14.0
    ),
)
IMAGE = Kind(
    "image",
    climate=Climate(
        rollouts=(
            Rollout(steps=((11, 0.1), (13, 0.3), (15, 0.6), (18, 1.0)), breaks=30, mended=16.5),
            Rollout(
                steps=((36, 0.15), (38, 0.35), (39.5, 0.0), (43, 0.35), (46, 1.0)),
                breaks=9,
                mended=44.4,
                pool="linux",
            ),
        )
    ),
)
QUEUE = Kind(
    "queue",
    style="go",
    prs_a_day=5.0,
    pushes=1.7,
    batch=4,
    regressions=0.004,
    flakiness=Flakiness(0.03, median=0.004),
)
MONOREPO = Kind(
    "monorepo",
    packages=40,
    modules=5,
    cases=6.0,
    jobs=tuple(Job(f"area-{number}", "linux", 4 + 3 * number) for number in range(1, 9)),
    packages_a_job=True,
    prs_a_day=7.0,
    scheduled=(2,),
)
NIGHTLY = Kind(
    "nightly",
    style="go",
    prs_a_day=1.0,
    regressions=0.12,
    mend_hours=20.0,
    reruns=0.15,
    scheduled=(0, 4, 8, 11, 14, 17, 20, 22),
    runs_on_push=False,
)
FORKS = Kind("forks", trusted=0.3, prs_a_day=5.0, opening=14, reruns=0.35, scheduled=(3, 15))
MOBILE = Kind(
    "mobile",
    packages=14,
    modules=5,
    cases=4.5,
    style="swift",
    jobs=(Job("phone", "macos", 55), Job("tablet", "macos", 70)),
    prs_a_day=2.0,
    reruns=0.5,
    retries=2,
    flakiness=Flakiness(
        0.12,
        median=0.03,
        kinds=(("timing", 6), ("burst", 2), ("shared", 2), ("order", 2), ("network", 2)),
    ),
)
YOUNG = Kind(
    "young",
    packages=6,
    modules=5,
    cases=3.5,
    prs_a_day=3.5,
    pushes=2.8,
    own_bugs=0.22,
    regressions=0.08,
    mend_hours=9.0,
    new_cases=0.55,
    new_flaky=0.08,
    flakiness=Flakiness(0.06, later=0.1, mended=0.45),
)
CALM = Kind(
    "calm",
    prs_a_day=6.0,
    new_flaky=0.0,
    flakiness=Flakiness(0.0),
    climate=Climate(outages_a_week=2.5, disks_a_week=1.5),
)
TINY = Kind(
    "tiny",
    packages=3,
    modules=5,
    cases=4.0,
    prs_a_day=1.5,
    pushes=2.5,
    flakiness=Flakiness(0.12),
)
MATRIX = Kind(
    "matrix",
    packages=16,
    jobs=tuple(
        Job(f"{system} {version}", system, 9 + version)
        for system in ("linux", "windows", "macos")
        for version in (1, 2, 3)
    ),
    prs_a_day=3.0,
)
SWAMP = Kind(
    "swamp",
    packages=14,
    reruns=0.75,
    new_flaky=0.3,
    flakiness=Flakiness(0.3, median=0.01),
    climate=Climate(outages_a_week=3.0, crashes=0.01),
)
BLIND = Kind("blind", runs_on_push=False, regressions=0.02, reruns=0.35)  # pull requests alone
ALL = (
    *(STORM, BURSTY, IMAGE, QUEUE, MONOREPO, NIGHTLY, FORKS, MOBILE, YOUNG, CALM),
    *(TINY, MATRIX, SWAMP, BLIND),
)
KINDS = {kind.name: kind for kind in ALL}
