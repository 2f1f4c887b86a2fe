"""Which circumstances each attempt meets, and which red runs somebody starts again.

The weather is drawn so that every cause shows in some runs that are then re-run without it, on
different days, whatever the seed: that is what makes a case provably flaky.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from app.demo.causes import Cause, draw, is_late
from app.demo.project import Tree
from app.demo.records import Attempt, Event, PlannedRun
from app.demo.script import Size, Trouble
from app.demo.timeline import Draft

FIRST_RUN_ID = 9_412_000_000
RUN_ID_STEPS = range(1_000, 900_000)  # GitHub numbers the runs of everybody
HOOK = range(3, 9)  # seconds from a push to its run
QUEUE = range(8, 40)  # seconds from a run to its runner
DURATION = range(70, 140)  # seconds of a job: most of it is setting up
RUNNER_LIMIT = timedelta(minutes=30)  # the workflow's own timeout-minutes
PATIENCE = range(10, 200)  # minutes until somebody starts a red run again
MORNING = range(7 * 60 + 40, 9 * 60 + 30)  # minutes of the day after a late push

BY_WEATHER = tuple(cause for cause in Cause if cause is not Cause.CLOCK)


@dataclass(frozen=True, slots=True)
class Climate:
    """How much weather a history has."""

    re_run: int  # runs struck and started again
    days: int  # on which each cause shows and is then re-run without
    shrugged: int  # runs struck and left red
    again: int  # re-runs that another cause strikes


CLIMATES: Mapping[Size, Climate] = {
    "full": Climate(re_run=24, days=3, shrugged=3, again=2),
    "small": Climate(re_run=4, days=1, shrugged=0, again=0),
}


@dataclass(slots=True)
class Forecast:
    """What strikes whom, by the draft's place."""

    first: dict[int, frozenset[Cause]] = field(default_factory=dict)
    second: dict[int, frozenset[Cause]] = field(default_factory=dict)
    re_run: set[int] = field(default_factory=set)


def plan_runs(
    drafts: Sequence[Draft],
    trees: Mapping[str, Tree],
    *,
    open_heads: frozenset[str],
    rng: Random,
    size: Size,
) -> tuple[PlannedRun, ...]:
    """Every run with its attempts; `open_heads` wait red for their authors."""
    forecast = _forecast(drafts, open_heads=open_heads, rng=rng, climate=CLIMATES[size])
    runs = []
    run_id = FIRST_RUN_ID
    for place, draft in enumerate(drafts):
        run_id += rng.choice(RUN_ID_STEPS)
        runs.append(_run(run_id, draft, trees[draft.head_sha], forecast, place, rng))
    return tuple(runs)


def _forecast(
    drafts: Sequence[Draft], *, open_heads: frozenset[str], rng: Random, climate: Climate
) -> Forecast:
    forecast = Forecast()
    plain = [place for place, draft in enumerate(drafts) if _is_plain(draft, open_heads)]
    pool = rng.sample(plain, climate.re_run)
    _strike_on_days(forecast, pool, drafts, rng=rng, days=climate.days)
    calm = sorted(set(plain) - set(pool))
    struck = [place for place in pool if place in forecast.first]
    for place in rng.sample(calm, climate.shrugged):
        forecast.first[place] = frozenset({rng.choice(BY_WEATHER)})
    for place in rng.sample(struck, climate.again):
        others = [cause for cause in BY_WEATHER if cause not in forecast.first[place]]
        forecast.second[place] = frozenset({rng.choice(others)})
    _strike_pulls(forecast, drafts, open_heads=open_heads, rng=rng)
    forecast.re_run.update(pool)
    forecast.re_run.update(place for place, draft in enumerate(drafts) if draft.late)
    forecast.re_run.update(_first_breaks(drafts))
    return forecast


def _is_plain(draft: Draft, open_heads: frozenset[str]) -> bool:
    """Whether only the weather could make this run red, and its evidence counts."""
    special = draft.late or draft.breaks or draft.trouble is not None
    return draft.is_trusted and not special and draft.head_sha not in open_heads


def _strike_on_days(
    forecast: Forecast, pool: Sequence[int], drafts: Sequence[Draft], *, rng: Random, days: int
) -> None:
    """Strike runs of the pool with every cause on so many days, evenly."""
    for cause in rng.sample(BY_WEATHER, len(BY_WEATHER)):
        by_load = sorted(pool, key=lambda at: (len(forecast.first.get(at, ())), rng.random()))
        struck: dict[object, int] = {}
        for place in by_load:
            if len(struck) < days:
                struck.setdefault(drafts[place].at.date(), place)
        for place in struck.values():
            forecast.first[place] = forecast.first.get(place, frozenset()) | {cause}


def _strike_pulls(
    forecast: Forecast, drafts: Sequence[Draft], *, open_heads: frozenset[str], rng: Random
) -> None:
    """A fork's run is struck and re-run; what is open now is struck and waits."""
    for place, draft in enumerate(drafts):
        if not draft.is_trusted:
            forecast.first[place] = frozenset({rng.choice(BY_WEATHER)})
            forecast.re_run.add(place)
        elif draft.head_sha in open_heads:
            forecast.first[place] = frozenset(rng.sample(BY_WEATHER, 1 if draft.breaks else 2))


def _first_breaks(drafts: Sequence[Draft]) -> list[int]:
    """The first broken run of main and of each pull request: people try those again."""
    first: dict[tuple[Event, int | None], int] = {}
    for place, draft in enumerate(drafts):
        if draft.breaks:
            first.setdefault((draft.event, draft.pr), place)
    return list(first.values())


def _run(
    run_id: int, draft: Draft, tree: Tree, forecast: Forecast, place: int, rng: Random
) -> PlannedRun:
    at = draft.at + timedelta(seconds=rng.choice(HOOK))
    first = _attempt(1, at, draft, tree, forecast.first.get(place, frozenset()), rng)
    attempts = [first]
    if place in forecast.re_run:
        again = _asked_again(first.completed_at, rng)
        struck = forecast.second.get(place, frozenset())
        attempts.append(_attempt(len(attempts) + 1, again, draft, tree, struck, rng))
    return PlannedRun(
        run_id=run_id,
        event=draft.event,
        head_sha=draft.head_sha,
        base_sha=draft.base_sha,
        branch=draft.branch,
        head_repo=draft.head_repo,
        pr=draft.pr,
        actor=draft.actor,
        at=at,
        trouble=draft.trouble,
        attempts=tuple(attempts),
    )


def _attempt(
    number: int, at: datetime, draft: Draft, tree: Tree, struck: frozenset[Cause], rng: Random
) -> Attempt:
    started_at = at + timedelta(seconds=rng.choice(QUEUE))
    takes = timedelta(seconds=rng.choice(DURATION))
    completed_at = started_at + (RUNNER_LIMIT if draft.trouble is Trouble.HANG else takes)
    circumstances = draw(rng, tree, struck=struck, at=started_at)
    return Attempt(number, at, started_at, completed_at, circumstances)


def _asked_again(completed_at: datetime, rng: Random) -> datetime:
    """Some time later; in the morning when it is late."""
    if is_late(completed_at):
        midnight = datetime.combine(completed_at.date(), time(), completed_at.tzinfo)
        return midnight + timedelta(days=1, minutes=rng.choice(MORNING))
    return completed_at + timedelta(minutes=rng.choice(PATIENCE))
