"""In no world is a healthy case held for flaky, and most of the flaky ones are found."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest

from app.core.history.records import CaseSet, Observation, Record
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import replay
from tests.core.scorer.acted import records, replayed, small, unflaky
from tests.worlds.chance import coin
from tests.worlds.defects import Flakiness
from tests.worlds.kinds import (
    BURSTY,
    CALM,
    FORKS,
    IMAGE,
    MATRIX,
    MOBILE,
    QUEUE,
    STORM,
    SWAMP,
    TINY,
    Kind,
)
from tests.worlds.world import World
from tests.worlds.writing import truth


def named(case: str) -> str:
    """Another name, in another alphabetical order."""
    return f"case {coin(case)}"


def with_names(record: Record, sets: dict[int, CaseSet]) -> Record:
    """A record with its cases called otherwise, and in another order."""
    if isinstance(record, CaseSet):
        files = {named(case): record.files[case] for case in reversed(list(record.files))}
        sets[id(record)] = CaseSet(record.name, files)
        return sets[id(record)]
    if isinstance(record, Observation):
        return replace(
            record,
            ran=sets[id(record.ran)],
            not_run=frozenset(named(case) for case in record.not_run),
            results={named(case): listed for case, listed in record.results.items()},
        )
    return record


def falsely_flagged(world: World) -> set[str]:
    """Cases held for flaky that never are, or before they are."""
    flaky = truth(world)["flaky"]
    return {
        case
        for case, spans in replayed(world).flags.items()
        if spans
        and (case not in flaky or spans[0].since < datetime.fromisoformat(flaky[case]["from"]))
    }


@pytest.mark.parametrize(
    "kind", [CALM, *map(unflaky, (STORM, QUEUE, MOBILE))], ids=lambda kind: kind.name
)
def test_where_nothing_flakes_nothing_is_held_for_flaky(kind: Kind) -> None:
    world = small(kind)

    assert {why for *_, why in truth(world)["causes"]} >= {"pr_bug", "outage"}
    assert replayed(world).flags == {}


def test_a_storm_of_outages_alone_raises_nobody() -> None:
    storm = replace(unflaky(STORM), own_bugs=0.0, regressions=0.0)
    world = small(storm)

    scores = [one.score for one in replayed(world).judged()]

    assert {why for *_, why in truth(world)["causes"]} == {"outage", "infra"}
    assert len(scores) > 50
    assert replayed(world).flags == {}
    assert sum(score > 0.5 for score in scores) <= len(scores) / 100


def test_a_gradual_image_alone_raises_nobody() -> None:
    image = replace(unflaky(IMAGE), own_bugs=0.0, regressions=0.0)
    world = small(replace(image, climate=replace(image.climate, outages_a_week=0.0)), days=50)

    assert sum(why == "infra" for *_, why in truth(world)["causes"]) > 500
    assert replayed(world).flags == {}


@pytest.mark.parametrize(
    "kind", [STORM, BURSTY, IMAGE, QUEUE, MOBILE, TINY, MATRIX, SWAMP], ids=lambda kind: kind.name
)
def test_no_healthy_case_is_held_for_flaky_where_others_are(kind: Kind) -> None:
    world = small(kind)

    assert falsely_flagged(world) == set()
    assert replayed(world).flags != {}


def test_failures_in_bursts_are_found() -> None:
    bursts = Flakiness(0.06, median=0.03, kinds=(("burst", 1),), later=0.0, mended=0.0)
    world = small(replace(BURSTY, flakiness=bursts))
    told = truth(world)
    often = Counter(case for _, _, _, case, why in told["causes"] if why == "flake")
    plain = {case for case, count in often.items() if count >= 10}

    found = set(replayed(world).flags)

    assert len(plain) >= 5
    assert len(plain & found) >= len(plain) / 2


def test_where_a_third_of_all_cases_flakes_most_are_found() -> None:
    world = small(SWAMP)
    often = Counter(case for *_, case, why in truth(world)["causes"] if why == "flake")
    plain = {case for case, count in often.items() if count >= 6}

    found = set(replayed(world).flags)

    assert len(plain) >= 30
    assert len(plain & found) >= 0.8 * len(plain)


def test_what_forks_run_moves_nothing() -> None:
    world = small(FORKS)
    kept = [one for one in records(world) if not isinstance(one, Observation) or one.is_trusted]

    alone = replay(kept, scorer_of(ScorerName.EVIDENCE), reports=len(kept), checkpoints=0)

    assert alone.flags == replayed(world).flags
    assert len(kept) < 0.7 * len(world.rows)


def test_other_names_change_nothing() -> None:
    world = small(STORM)
    sets: dict[int, CaseSet] = {}
    renamed = replay(
        [with_names(one, sets) for one in records(world)],
        scorer_of(ScorerName.EVIDENCE),
        reports=len(world.rows),
        checkpoints=0,
    )

    expected = {named(case): spans for case, spans in replayed(world).flags.items()}

    assert expected
    assert renamed.flags == expected
