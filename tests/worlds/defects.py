"""Bugs, which always fail, and flakes, each of which fails by a mechanism of its own."""

from dataclasses import dataclass, field
from random import Random

from tests.worlds.chance import HOURS_A_DAY, around, at_least_one, coin
from tests.worlds.code import Defect
from tests.worlds.messages import BUGS, FLAKES, wording
from tests.worlds.project import Case, Module, Project, dependents
from tests.worlds.scene import Scene

MONTH_ENDS = (3, 34)  # days from the start, which is the 27th of April
RATE_MEDIAN, RATE_SPREAD = 0.006, 2.2  # of flaky cases; log-normal, as real ones about are
RATE_LEAST, RATE_MOST = 2e-4, 0.25
WEEK = 7 * HOURS_A_DAY

TRANSITIVE = 0.2  # share of the bugs that show in another package's cases
WIDE = 0.04  # share of the bugs that break a whole package: an import, a syntax error
WHOLE_FILE = 0.1
ONE_JOB = 0.2  # share of the bugs that one job alone meets


@dataclass(slots=True, eq=False)
class Bug(Defect):
    """A fault of the code: its cases fail whenever they run, in every job or in one."""

    messages: dict[Case, str] = field(default_factory=dict)
    job: str | None = None
    sources: tuple[str, ...] = ()
    is_error: bool = False

    def fails_in(self, job: str) -> bool:
        """Whether this job meets it."""
        return self.job is None or self.job == job


def fresh_bug(chance: Random, module: Module, jobs: tuple[str, ...]) -> Bug:
    """A bug that a change to this module brings."""
    package = module.package
    kind = chance.random()
    sources = (module.source,)
    if kind < WIDE:
        text = wording(chance, BUGS)
        messages = dict.fromkeys(package.cases(), text)
        return Bug(messages=messages, sources=sources, is_error=True)
    cases = _hit(chance, module, is_far=kind < WIDE + TRANSITIVE)
    texts = [wording(chance, BUGS) for _ in range(at_least_one(chance, 1.3))]
    job = chance.choice(jobs) if chance.random() < ONE_JOB else None
    return Bug(messages={case: chance.choice(texts) for case in cases}, job=job, sources=sources)


def _hit(chance: Random, module: Module, *, is_far: bool) -> list[Case]:
    users = [one for one in dependents([module.package]) if one is not module.package]
    if is_far and users:
        pool = chance.choice(users).cases()
    else:
        pool = module.cases
    if chance.random() < WHOLE_FILE:
        return list(pool)
    return chance.sample(pool, min(len(pool), at_least_one(chance, 1.8)))


@dataclass(slots=True, eq=False)
class Flake(Defect):
    """A fault that shows now and then: one case's, or a fixture's with all who use it."""

    kind: str = "random"
    rate: float = 0.0
    cases: tuple[Case, ...] = ()
    texts: tuple[str, ...] = ()
    since: float = 0.0  # hours from the start
    until: float | None = None
    spells: tuple[tuple[float, float], ...] = ()  # when its bursts, or its host's bad hours, are
    job: str | None = None  # where a race shows most
    hour: float = 0.0  # UTC, of the midnight that a clock flake minds
    minutes: float = 0.0  # around it
    by_month: bool = False
    again: float = 0.1  # chance that an in-run retry fails too

    def chance_in(self, scene: Scene) -> float:
        """How likely an execution in this scene fails."""
        return min(0.95, MECHANISMS[self.kind](self, scene))

    def is_on_spell(self, at: float) -> bool:
        """Whether a burst, or a bad hour, is on."""
        return any(start <= at < end for start, end in self.spells)


def _timing(flake: Flake, scene: Scene) -> float:
    return flake.rate * scene.load * scene.slowness


def _order(flake: Flake, scene: Scene) -> float:
    """The order follows from the code: most of it comes again in a re-run of the same code."""
    is_bad = coin(flake.cases[0].name, scene.code.sha, scene.job) < flake.rate
    return 0.7 if is_bad else 0.3 * flake.rate


def _clock(flake: Flake, scene: Scene) -> float:
    if flake.by_month:
        return 0.8 if int(scene.at // HOURS_A_DAY) in MONTH_ENDS else 0.0
    apart = abs((scene.at - flake.hour + 12) % HOURS_A_DAY - 12)
    return 0.8 if apart * 60 < flake.minutes else 0.0


def _network(flake: Flake, scene: Scene) -> float:
    return flake.rate * (8.0 if flake.is_on_spell(scene.at) else 0.5)


def _shared(flake: Flake, scene: Scene) -> float:
    return flake.rate * scene.load**2 / 1.6


def _random(flake: Flake, _scene: Scene) -> float:
    return flake.rate


def _concurrency(flake: Flake, scene: Scene) -> float:
    return flake.rate * (1.7 if scene.job == flake.job else 0.3)


def _leak(flake: Flake, scene: Scene) -> float:
    """Grows until the runners are started anew, once a week."""
    return flake.rate * 2 * (scene.at % WEEK) / WEEK


def _burst(flake: Flake, scene: Scene) -> float:
    return BURST_CHANCE if flake.is_on_spell(scene.at) else 0.05 * flake.rate


MECHANISMS = {
    "timing": _timing,
    "order": _order,
    "clock": _clock,
    "network": _network,
    "shared": _shared,
    "random": _random,
    "concurrency": _concurrency,
    "leak": _leak,
    "fixture": _random,
    "burst": _burst,
}
AGAIN = {
    "timing": 0.3,
    "order": 0.8,
    "clock": 0.95,
    "network": 0.4,
    "leak": 0.6,
    "fixture": 0.7,
    "burst": 0.7,
}
BURST_CHANCE = 0.75


@dataclass(frozen=True, slots=True)
class Flakiness:
    """How a world's cases flake."""

    share: float  # of the cases that flake at the start
    median: float = RATE_MEDIAN
    kinds: tuple[tuple[str, float], ...] = (
        ("timing", 4),
        ("random", 3),
        ("order", 2),
        ("network", 2),
        ("shared", 2),
        ("concurrency", 2),
        ("leak", 1.5),
        ("fixture", 1),
        ("burst", 1),
        ("clock", 1),
    )
    burst_hours: float = 10.0  # of one burst, median
    mended: float = 0.3  # share that is mended within the history
    later: float = 0.25  # share that is born with a later commit


def fresh_flake(
    chance: Random,
    how: Flakiness,
    case: Case,
    *,
    jobs: tuple[str, ...],
    hours: float,
) -> Flake:
    """A flake of this case; a fixture's takes its neighbours along."""
    kinds, weights = zip(*how.kinds, strict=True)
    kind = chance.choices(kinds, weights)[0]
    rate = min(RATE_MOST, max(RATE_LEAST, around(chance, how.median, spread=RATE_SPREAD)))
    texts = tuple(wording(chance, FLAKES[kind]) for _ in range(1 + (chance.random() < 0.36)))
    flake = Flake(kind=kind, rate=rate, cases=(case,), texts=texts, again=AGAIN.get(kind, 0.08))
    if kind == "fixture":
        users = min(len(case.module.cases), at_least_one(chance, 4))
        others = [one for one in case.module.cases if one is not case]
        flake.cases = (case, *chance.sample(others, min(len(others), users - 1)))
    elif kind == "clock":
        flake.by_month = chance.random() < 0.2
        flake.hour = float(chance.choice((0, 0, 4, 8, 15, 22)))
        flake.minutes = chance.uniform(8, 40)
        flake.rate = 2 * flake.minutes / 60 / HOURS_A_DAY * 0.8
    elif kind == "concurrency":
        flake.job = chance.choice(jobs)
    elif kind == "network":
        flake.spells = _spells(chance, share=0.065, length=5.0, hours=hours)
    elif kind == "burst":
        share = min(0.2, flake.rate / BURST_CHANCE)
        flake.spells = _spells(chance, share=share, length=how.burst_hours, hours=hours)
    return flake


def _spells(
    chance: Random, *, share: float, length: float, hours: float
) -> tuple[tuple[float, float], ...]:
    """Spans that together take about this share of the time; at least one."""
    found = []
    at, left = 0.0, share * hours
    while left > 0:
        long = min(around(chance, length, spread=0.5), max(left, length / 4))
        at = chance.uniform(0, hours)
        found.append((at, at + long))
        left -= long
    return tuple(sorted(found))


def flaky_cases(
    chance: Random, how: Flakiness, project: Project, *, jobs: tuple[str, ...], hours: float
) -> list[Flake]:
    """The flakes that a world starts with or that later commits bring."""
    cases = project.cases()
    taken: set[Case] = set()
    found = []
    for case in chance.sample(cases, round(how.share * len(cases))):
        if case in taken:
            continue
        flake = fresh_flake(chance, how, case, jobs=jobs, hours=hours)
        flake.cases = tuple(one for one in flake.cases if one not in taken)
        taken |= set(flake.cases)
        found.append(flake)
    return found
