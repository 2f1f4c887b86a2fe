"""The worlds by name: one engine, each with its own way of working and of failing."""

from dataclasses import dataclass, field, replace

from tests.worlds.defects import Flakiness
from tests.worlds.scene import Job
from tests.worlds.weather import Climate

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
KINDS = {kind.name: kind for kind in (STORM, BURSTY)}
