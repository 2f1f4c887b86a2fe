"""A state that was stored and read back goes on as if it had never been away."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.history.records import CaseSet
from app.core.scorer.state import CaseState, State
from app.core.scorer.stored import (
    case_from_json,
    case_to_json,
    repository_from_json,
    repository_to_json,
)
from tests.core.scorer.world import World, names, pushes


def stored_and_read(state: State) -> State:
    cases = {
        case: json.dumps(case_to_json(known), sort_keys=True) for case, known in state.cases.items()
    }
    repository = json.dumps(repository_to_json(state))
    sets = {ran.name: ran for ran in state.members.values()}
    known = {case: case_from_json(json.loads(text)) for case, text in cases.items()}
    return repository_from_json(json.loads(repository), known, sets)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), at=st.integers(min_value=1, max_value=70))
def test_a_state_read_back_goes_on_alike(seed: int, at: int) -> None:
    world, chance = World(), Random(seed)
    cases = sorted(world.files)
    reports = pushes(3, jobs=2)
    plan = [(one, chance.sample(cases, chance.choice([0, 0, 1, 1, 6]))) for one in reports]
    for report, failing in plan[:at]:
        world.see(report, failing)
    other = World(state=stored_and_read(world.state), ran=world.ran)

    for report, failing in plan[at:]:
        world.see(report, failing)
        other.see(report, failing)

    assert other.state.cases == world.state.cases
    assert other.state.weather == world.state.weather
    assert other.state.codes == world.state.codes


def test_who_came_to_a_job_and_left_it_is_read_back() -> None:
    world, (first, second, *_) = World(), pushes(1)
    world.see(first)
    world.ran = CaseSet("t", {**names(2), "new": None})
    world.see(second)

    found = stored_and_read(world.state)

    assert found.moved == world.state.moved
    assert (found.runs("new"), found.runs("case0-0"), found.runs("case3-1")) == (1, 2, 1)


def test_what_a_case_remembers_in_order_is_read_back_in_order() -> None:
    """The database sorts an object's names, and the oldest of four messages goes first."""
    known = CaseState(
        "tests",
        0.0,
        messages={"b": 1, "a": 2},
        hints={"d": 1.0, "c": 2.0},
        skipped=("windows", "linux"),
    )

    stored = json.loads(json.dumps(case_to_json(known), sort_keys=True))

    again = case_from_json(stored)
    assert (list(again.messages), list(again.hints)) == (["b", "a"], ["d", "c"])
    assert again == known


def test_a_case_takes_a_few_hundred_bytes() -> None:
    world = World()
    for report in pushes(6):
        world.see(report, ["case3-1"] if report.run in {15, 50} else [], retried=True)

    stored = json.dumps(case_to_json(world.state.cases["case3-1"]))

    assert len(stored) < 1_000


def test_a_state_of_another_version_is_refused() -> None:
    world = World()
    world.see(pushes(1)[0], ["case3-1"])
    stored = case_to_json(world.state.cases["case3-1"]) | {"version": 0}

    with pytest.raises(ValueError, match=r"^state version 0, not 10: recompute it$"):
        case_from_json(stored)
