"""Small worlds acted out, each made and replayed once."""

from dataclasses import replace
from functools import cache

from app.core.history.reader import records_of
from app.core.history.records import Observation, Record
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import Replay, replay
from tests.worlds.defects import Flakiness
from tests.worlds.kinds import (
    Kind,
)
from tests.worlds.team import lived
from tests.worlds.world import World
from tests.worlds.writing import history, lines

DAYS, PACKAGES = 21, 10  # of a world that a test can wait for
QUIET = Flakiness(0.0)


@cache
def small(kind: Kind, seed: int = 1, days: int = DAYS) -> World:
    return lived(kind.scaled(days=days, packages=PACKAGES), seed)


def unflaky(kind: Kind) -> Kind:
    """The same kind, in which nothing flakes."""
    return replace(kind, flakiness=QUIET, new_flaky=0.0)


def records(world: World) -> list[Record]:
    return list(records_of(lines(history(world))))


def reports(world: World) -> list[Observation]:
    return [one for one in records(world) if isinstance(one, Observation)]


@cache
def replayed(world: World) -> Replay:
    scorer = scorer_of(ScorerName.EVIDENCE)
    return replay(records(world), scorer, reports=len(world.rows), checkpoints=4)
