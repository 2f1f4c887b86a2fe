"""How many reports ran a case: what comes to a job's set late ran in fewer than the job has."""

from dataclasses import replace

import pytest

from app.core.history.records import CaseSet
from app.core.scorer import facts
from app.core.scorer.membership import CASES_KEPT, NEVER_CHANGED
from tests.core.scorer.world import CASE, World, finding, names, pushes

WITHOUT = CaseSet("without", {case: file for case, file in names().items() if case != CASE})
WITH = CaseSet("with", names())


def said_after(sets: list[CaseSet]) -> list[facts.Fact]:
    """What is said of a case whose job ran these sets, without a failure, and now fails it."""
    world, reports = World(), pushes(30)
    for world.ran, report in zip(sets, reports, strict=False):
        world.see(report)
    world.ran = WITH
    counted = facts.FirstFailure | facts.FewRuns
    found = finding(world, reports[len(sets)], [CASE])
    return [one for one in found.facts if isinstance(one, counted)]


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ([WITH] * 300, facts.FirstFailure(300)),
        ([WITHOUT] * 300, facts.FewRuns(0)),
        ([WITHOUT] * 300 + [WITH] * 2, facts.FewRuns(2)),
        ([WITHOUT] * 290 + [WITH] * 10, facts.FirstFailure(10)),
        ([WITH] * 100 + [WITHOUT] * 100 + [WITH] * 50 + [WITHOUT] * 50, facts.FirstFailure(150)),
    ],
)
def test_a_first_failure_says_how_many_runs_had_the_case(
    sets: list[CaseSet], said: facts.Fact
) -> None:
    assert said_after(sets) == [said]


def test_a_case_that_ran_in_other_jobs_was_seen_before() -> None:
    world, reports = World(), pushes(4)
    world.play(reports[:40], lambda _: [])

    found = finding(world, replace(reports[40], job="windows"), [CASE])

    assert facts.FirstFailure(40) in found.facts


def test_where_more_came_than_are_kept_the_others_say_only_what_is_sure() -> None:
    many = [f"new{number:03}" for number in range(CASES_KEPT + 1)]

    membership = NEVER_CHANGED.changed(many, [], 300)

    assert len(membership.cases) == CASES_KEPT
    assert membership.runs("new000", 310, is_member=True, surely=True) == 10
    assert membership.runs("new200", 310, is_member=True) == 10
    assert membership.runs("old", 310, is_member=True, surely=True) == 10
    assert membership.runs("old", 310, is_member=True) == 310
