"""A world: its clock, its default branch, its runs, and what it writes down of them."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Concatenate, ParamSpec

from tests.worlds.chance import HOURS_A_DAY, around, working_week
from tests.worlds.code import Branch, Code, sha_of
from tests.worlds.defects import Bug, Flake, flaky_cases
from tests.worlds.kinds import Kind
from tests.worlds.project import Case, Package, Project
from tests.worlds.running import Faults, Ran, codes_own, executed
from tests.worlds.scene import Job, Scene
from tests.worlds.weather import images, troubles

FIRST_RUN, FIRST_PR = 5001, 101
MOST_ATTEMPTS = 4
KNOWS_OWN_BUG = 0.7  # chance that an author sees at once that a failure is the change's own
RERUN_AFTER = 0.25  # hours, median

With = ParamSpec("With")
Due = tuple[float, int, Callable[[], None]]  # when, which first at the same moment, what


@dataclass(frozen=True, slots=True)
class Row:
    """One job of one run attempt, as it ended."""

    at: float  # hours from the start
    run: int
    attempt: int
    job: str
    code: Code
    cases: tuple[Case, ...]  # the same tuple for the same set
    ran: Ran


@dataclass(slots=True)
class Run:
    """A run of the workflow, with as many attempts as somebody wanted."""

    number: int
    code: Code
    affected: tuple[Package, ...] | None  # None where every package is
    rerun: float  # chance that a red attempt is run again
    then: Callable[["Run"], None]
    attempt: int = 0
    ended: float = 0.0
    red: dict[str, Ran] = field(default_factory=dict)  # by job, as it stands

    @property
    def own_bugs(self) -> list[Bug]:
        """The change's own bugs that it shows."""
        found = [bug for ran in self.red.values() for bug in codes_own(ran, self.code)]
        return list(dict.fromkeys(found))


class World:
    """One repository, from its first day to its last."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self.seed = seed
        self.chance = Random(f"{kind.name} {seed}")
        self.hours = kind.days * HOURS_A_DAY
        self.week = working_week(kind.opening)
        self.project = Project(
            self.chance,
            packages=kind.packages,
            modules=kind.modules,
            cases=kind.cases,
            style=kind.style,
        )
        self.branch = Branch("main")
        self.branch.add(sha_of(kind.name, seed, "first"), changed=None)
        self.first_cases = tuple(self.project.cases())
        self.faults = Faults(
            images=images(self.chance, kind.climate, self.project),
            troubles=troubles(
                self.chance,
                kind.climate,
                pools=sorted({job.pool for job in kind.jobs}),
                hours=self.hours,
            ),
        )
        self.rows: list[Row] = []
        self.pending: list[Flake] = []  # that a later commit brings
        self.slow = {job.pool: self._speeds() for job in kind.jobs}
        self._due: list[Due] = []
        self._counted = 0
        self._runs = FIRST_RUN
        self._prs = FIRST_PR
        self._sets: dict[tuple[str, ...], tuple[Case, ...]] = {}
        self._same: dict[tuple[Case, ...], tuple[Case, ...]] = {}
        self._flake()

    @property
    def jobs(self) -> tuple[str, ...]:
        """The names of its jobs."""
        return tuple(job.name for job in self.kind.jobs)

    def next_pr(self) -> int:
        """A number that no pull request has yet."""
        self._prs += 1
        return self._prs

    def at(
        self,
        moment: float,
        act: Callable[Concatenate[float, With], None],
        *args: With.args,
        **named: With.kwargs,
    ) -> None:
        """Let something happen, told when, unless the world has ended by then."""
        if moment < self.hours:
            self._counted += 1
            due: Due = (moment, self._counted, partial(act, moment, *args, **named))
            heapq.heappush(self._due, due)

    def live(self) -> None:
        """Let everything happen that is due, in its order."""
        while self._due:
            _, _, act = heapq.heappop(self._due)
            act()
        self.rows.sort(key=lambda row: (row.at, row.run, row.attempt, row.job))

    def load(self, moment: float) -> float:
        """How busy the runners are, mean 1."""
        return 0.4 + 0.6 * self.week[int(moment) % len(self.week)]

    def start(
        self,
        code: Code,
        at: float,
        then: Callable[[Run], None],
        *,
        affected: tuple[Package, ...] | None = None,
        rerun: float | None = None,
    ) -> None:
        """Start a run; `then` is called when nobody runs it again."""
        wanted = self.kind.reruns if rerun is None else rerun
        run = Run(self._runs, code, affected, wanted, then)
        self._runs += 1
        jobs = [job for job in self.kind.jobs if self.cases_of(code, job.name, affected)]
        self.at(at, self._attempt, run, jobs)

    def cases_of(
        self, code: Code, job: str, affected: tuple[Package, ...] | None
    ) -> tuple[Case, ...]:
        """The cases that a job runs of this code: the same tuple for the same set."""
        added = [one for one in self.branch.added if one <= code.commit]
        new = code.sha if code.new_cases else ""
        packages = "*" if affected is None else ",".join(one.name for one in affected)
        mine = job if self.kind.packages_a_job else ""
        key = (mine, packages, str(len(added)), new)
        if key not in self._sets:
            known = (*self.first_cases, *(case for one in added for case in self.branch.added[one]))
            wanted = self._packages_of(job, affected)
            found = tuple(
                case for case in (*known, *code.new_cases) if case.module.package.name in wanted
            )
            self._sets[key] = self._same.setdefault(found, found)
        return self._sets[key]

    def _packages_of(self, job: str, affected: Sequence[Package] | None) -> set[str]:
        packages = self.project.packages if affected is None else affected
        if not self.kind.packages_a_job:
            return {one.name for one in packages}
        share = self.jobs.index(job)
        numbers = {one.name: place for place, one in enumerate(self.project.packages)}
        return {one.name for one in packages if numbers[one.name] % len(self.jobs) == share}

    def _attempt(self, at: float, run: Run, jobs: Sequence[Job]) -> None:
        run.attempt += 1
        run.ended = at
        for job in jobs:
            scene = self._scene(run.code, job, at)
            cases = self.cases_of(run.code, job.name, run.affected)
            ran = executed(
                scene,
                cases,
                self.faults,
                self.chance,
                job_number=self.jobs.index(job.name),
                retries=self.kind.retries,
                crashes=self.kind.climate.crashes,
            )
            row = Row(scene.ends, run.number, run.attempt, job.name, run.code, cases, ran)
            if scene.ends < self.hours:
                self.rows.append(row)
            run.ended = max(run.ended, scene.ends)
            run.red.pop(job.name, None)
            if ran.is_red:
                run.red[job.name] = ran
        self.at(run.ended, self._ended, run)

    def _scene(self, code: Code, job: Job, at: float) -> Scene:
        runner = self.chance.randrange(self.kind.climate.runners)
        load = self.load(at)
        slowness = self.slow[job.pool][runner]
        waits = around(self.chance, 0.02 * load)
        hours = job.minutes / 60 * (0.8 + 0.2 * slowness) * self.chance.uniform(0.9, 1.15)
        return Scene(code, job.name, job.pool, runner, at + waits, hours, load, slowness)

    def _ended(self, now: float, run: Run) -> None:
        wanted = run.rerun
        if run.own_bugs and self.chance.random() < KNOWS_OWN_BUG:
            wanted = 0.0
        if run.red and run.attempt < MOST_ATTEMPTS and self.chance.random() < wanted:
            again = now + around(self.chance, RERUN_AFTER)
            jobs = [job for job in self.kind.jobs if job.name in run.red]
            self.at(again, self._attempt, run, jobs)
        else:
            run.then(run)

    def _speeds(self) -> list[float]:
        count = self.kind.climate.runners
        drawn = [around(self.chance, 1.0, spread=0.35) for _ in range(count)]
        return [speed * count / sum(drawn) for speed in drawn]

    def _flake(self) -> None:
        how = self.kind.flakiness
        for flake in flaky_cases(self.chance, how, self.project, jobs=self.jobs, hours=self.hours):
            self.faults.flakes.append(flake)
            if self.chance.random() < how.later:
                self.pending.append(flake)
            else:
                flake.born = 0


def met(world: World) -> Iterator[tuple[Row, str, str]]:
    """Each failing case of each row with its cause."""
    for row in world.rows:
        for case, cause in row.ran.causes.items():
            yield row, case, cause
