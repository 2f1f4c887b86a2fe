"""A case's executions as a picture: one lane for each variant, one column for each run attempt."""

from dataclasses import dataclass
from itertools import pairwise

from app.core.outcomes import Outcome
from app.core.pages import Sighting
from app.render import escape, words
from app.render.escape import plain
from app.web.formats import where_run

NARROWEST, WIDEST = 18, 36  # pixels between two marks
WIDTH = 900  # pixels that the marks may take before they must move together
LANE = 34  # pixels between two lanes
TOP = 18  # pixels above the first lane's middle
LETTER = 7  # pixels that a letter of a lane's name takes
RIGHT = 24  # pixels free on the right
AXIS = 30  # pixels below the last lane for the dates
DATE_WIDTH = 62  # pixels that a date takes
LANE_NAME = 24  # characters of a lane's name
LANES = 12  # more variants than these share the last lane
OTHERS = "others"

SHAPES = {
    Outcome.PASSED: "M{x} {y}m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    Outcome.FAILED: "M{x} {y}m0 -7.5l7.5 7.5l-7.5 7.5l-7.5 -7.5z",
    Outcome.ERRORED: "M{x} {y}m0 -7l7.5 13l-15 0z",
    Outcome.SKIPPED: "M{x} {y}m-5 -1.5h10v3h-10z",
}
"""Outcomes differ in shape, not in colour alone."""

LEGEND = tuple((outcome, path.format(x=9, y=9)) for outcome, path in SHAPES.items())
"""Each shape in the middle of an 18-pixel square."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One execution."""

    path: str
    outcome: Outcome
    said: str  # what it is, for a pointer and a screen reader
    url: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One variant."""

    y: int
    name: str


@dataclass(frozen=True, slots=True)
class Tie:
    """Two attempts of one run: the same code, tried again."""

    x1: int
    x2: int
    y: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A date below the lanes."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in pixels."""

    width: int
    height: int
    left: int
    lanes: tuple[Lane, ...]
    ties: tuple[Tie, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


def picture_of(sightings: tuple[Sighting, ...]) -> Picture:
    """Lay executions out, oldest on the left. `sightings` come newest first."""
    oldest_first = list(reversed(sightings))
    lanes = _lanes(oldest_first)
    left = LETTER * max((len(lane.name) for lane in lanes), default=0) + RIGHT
    places = _places(oldest_first)
    columns = max(places, default=0) + 1
    step = min(max(WIDTH // columns, NARROWEST), WIDEST)
    ys = {lane.name: lane.y for lane in lanes}
    located = [
        (one, left + step * place + step // 2, _y(one, ys))
        for one, place in zip(oldest_first, places, strict=True)
    ]
    return Picture(
        width=left + step * columns + RIGHT,
        height=TOP + LANE * len(lanes) + AXIS,
        left=left,
        lanes=lanes,
        ties=_ties(located),
        marks=tuple(_mark(*one) for one in located),
        ticks=_ticks(located),
    )


def _lane_name(sighting: Sighting) -> str:
    return plain(sighting.variant, limit=LANE_NAME) or "(one job)"


def _lanes(sightings: list[Sighting]) -> tuple[Lane, ...]:
    names = sorted({_lane_name(one) for one in sightings})
    if len(names) > LANES:
        names = [*names[: LANES - 1], OTHERS]
    return tuple(Lane(TOP + LANE * index, name) for index, name in enumerate(names))


def _y(sighting: Sighting, ys: dict[str, int]) -> int:
    return ys.get(_lane_name(sighting), max(ys.values()))


def _places(sightings: list[Sighting]) -> list[int]:
    """The column of each: attempts side by side, and as many columns as an attempt needs."""
    rank: dict[tuple[int, int], int] = {}
    depth: dict[tuple[int, int, str], int] = {}
    nths = []
    for one in sightings:
        run = (one.run_id, one.attempt)
        rank.setdefault(run, len(rank))
        lane = (*run, one.variant)
        depth[lane] = depth.get(lane, 0) + 1
        nths.append(depth[lane] - 1)
    width = dict.fromkeys(rank, 1)
    for (run_id, attempt, _), count in depth.items():
        width[run_id, attempt] = max(width[run_id, attempt], count)
    start, at = {}, 0
    for run in rank:
        start[run], at = at, at + width[run]
    return [start[one.run_id, one.attempt] + nth for one, nth in zip(sightings, nths, strict=True)]


def _mark(sighting: Sighting, x: int, y: int) -> Mark:
    commit = plain(words.short(sighting.head_sha))
    said = (
        f"{sighting.outcome.value} · {where_run(sighting)} · {commit}"
        f" · {_run(sighting)}"
        f" · {plain(sighting.variant)} · {words.minute(sighting.cursor.at)}"
    )
    path = SHAPES[sighting.outcome].format(x=x, y=y)
    url = sighting.url if escape.is_web_link(sighting.url) else ""
    return Mark(path, sighting.outcome, said, url)


def _run(sighting: Sighting) -> str:
    """The run, by the number that its host gave it; ours for other hosts' tell nobody anything."""
    if sighting.run_id > 0:
        return f"run {sighting.run_id}, attempt {sighting.attempt}"
    return f"{plain(sighting.workflow)}, attempt {sighting.attempt}"


def _ties(located: list[tuple[Sighting, int, int]]) -> tuple[Tie, ...]:
    by_run: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for sighting, x, y in located:
        by_run.setdefault((sighting.run_id, sighting.variant), []).append((x, y))
    return tuple(
        Tie(first, second, y)
        for xs in by_run.values()
        for (first, y), (second, _) in pairwise(sorted(xs))
    )


def _ticks(located: list[tuple[Sighting, int, int]]) -> tuple[Tick, ...]:
    ticks: list[Tick] = []
    day = None
    for sighting, x, _ in sorted(located, key=lambda one: one[1]):
        this = sighting.cursor.at.date()
        if this != day and (not ticks or x - ticks[-1].x >= DATE_WIDTH):
            ticks.append(Tick(x, f"{this:%d %b}"))
            day = this
    return tuple(ticks)
