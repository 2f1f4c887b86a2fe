"""Where and when a job runs: all that a failure may depend on besides the code."""

from dataclasses import dataclass

from tests.worlds.code import Code


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the repository's workflow."""

    name: str
    pool: str = "linux"  # of runners
    minutes: float = 12.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One job of one run attempt."""

    code: Code
    job: str
    pool: str
    runner: int  # of the pool
    at: float  # hours from the start, when it begins
    hours: float  # how long it takes
    load: float  # of all runners, mean 1
    slowness: float  # of this runner, mean about 1

    @property
    def ends(self) -> float:
        """When it ends."""
        return self.at + self.hours
