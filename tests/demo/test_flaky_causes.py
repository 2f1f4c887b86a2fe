"""Each flaky cause is really there: the case fails under its circumstances, passes without."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from app.demo.causes import FLAKY, Cause, Circumstances, causes_shown, draw
from app.demo.history import build_history
from app.demo.machine import Machine
from app.demo.project import Tree, case_ids, template
from app.demo.records import Attempt, PlannedRun

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATE = datetime(2026, 3, 2, 22, 40, tzinfo=UTC)
LIMIT = 60.0
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.close()


def failing(machine: Machine, tree: Tree, circumstances: Circumstances) -> set[str]:
    """Run the tests once; the node ids that failed."""
    ran = machine.test(tree, circumstances, limit=LIMIT)
    assert ran.report is not None, ran.output
    cases = ElementTree.fromstring(ran.report).iter("testcase")
    bad = [case for case in cases if case.find("failure") is not None]
    return {f"{case.get('file')}::{case.get('name')}" for case in bad}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_case_passes_in_fair_weather(machine: Machine, seed: int) -> None:
    fair = draw(Random(seed), template(), struck=frozenset(), at=NOON)

    ran = machine.test(template(), fair, limit=LIMIT)

    assert ran.status == 0, ran.output
    assert ran.report is not None
    suite = ElementTree.fromstring(ran.report)
    collected = [f"{case.get('file')}::{case.get('name')}" for case in suite.iter("testcase")]
    assert sorted(collected) == sorted(case_ids(template()))


@pytest.mark.parametrize("cause", list(Cause))
def test_a_cause_makes_its_case_fail_and_no_other(machine: Machine, cause: Cause) -> None:
    at = LATE if cause is Cause.CLOCK else NOON
    struck = draw(Random(7), template(), struck=frozenset({cause}) - {Cause.CLOCK}, at=at)

    failed = failing(machine, template(), struck)

    assert causes_shown(struck, template()) == {cause}
    assert failed == {FLAKY[cause]}


def test_all_causes_together_make_all_their_cases_fail(machine: Machine) -> None:
    struck = draw(Random(7), template(), struck=frozenset(Cause) - {Cause.CLOCK}, at=LATE)

    failed = failing(machine, template(), struck)

    assert failed == set(FLAKY.values())


@pytest.mark.parametrize("cause", list(Cause))
def test_the_history_proves_each_cause_on_the_same_code(machine: Machine, cause: Cause) -> None:
    history = build_history(now=NOW)
    run, with_it, without = next(
        (run, first, second)
        for run in history.runs
        for first, second in [_pair(run)]
        if second is not None and run.pr is None
        if cause in causes_shown(first.circumstances, history.trees[run.head_sha])
    )
    tree = history.trees[run.head_sha]

    failed = failing(machine, tree, with_it.circumstances)
    failed_again = failing(machine, tree, without.circumstances)

    assert FLAKY[cause] in failed
    assert FLAKY[cause] not in failed_again


def _pair(run: PlannedRun) -> tuple[Attempt, Attempt | None]:
    return run.attempts[0], run.attempts[1] if len(run.attempts) > 1 else None
