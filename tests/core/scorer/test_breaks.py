"""Which commits a break of the default branch may have come with, as reports of it come in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.history.records import CaseSet
from app.core.scorer import assumptions as assumed
from app.core.scorer.culprit import Ran, suspects
from app.core.scorer.draft import settled
from app.core.scorer.facts import Break
from app.core.scorer.standing import rate_of, score_of
from app.core.scorer.stored import case_to_json
from app.core.scorer.update import update
from tests.core.scorer.world import CASE, START, Report, World


def commit(number: int, *, job: str = "linux", hours: float = 0.0) -> Report:
    """A report of main's commit of that number, two hours after the one before."""
    at = START + timedelta(hours=2 * number + hours)
    return Report(at, number, f"c{number}", job=job)


def shown(world: World, outcomes: str, *, first: int = 1) -> None:
    """See commit after commit: F fails the case, P passes it."""
    for number, outcome in enumerate(outcomes, start=first):
        world.see(commit(number), [CASE] if outcome == "F" else [])


def broken(world: World, report: Report) -> Break:
    """What is said of the break where this report fails the case, too; the world stays as it is."""
    _, said = update(world.state, world.observation(report, [CASE]))
    [found] = [one.broken for one in said.findings]
    assert found is not None
    return found


def test_a_pass_amid_a_break_leaves_the_first_commit_suspect() -> None:
    world = World()
    shown(world, "PPFFFPF")

    found = broken(world, commit(8))

    assert found.passed == "c2"
    assert [one.commit for one in found.suspects] == [f"c{number}" for number in range(3, 9)]
    assert found.suspects[0].p > 0.9


def test_what_several_passes_ended_is_forgotten() -> None:
    world = World()
    shown(world, "PPFFFPPPF")

    found = broken(world, commit(10))

    assert found.passed == "c8"
    assert [one.commit for one in found.suspects] == ["c9", "c10"]


def test_every_commit_since_the_last_pass_is_a_suspect_however_many_there_are() -> None:
    world = World()
    for number in range(1, 62):
        world.see(commit(number))
        if number in {1, 61}:
            failing = [CASE] if number == 61 else []
            world.see(commit(number, job="nightly", hours=1), failing)

    found = broken(world, commit(62, job="nightly"))

    assert found.passed == "c1"
    assert [one.commit for one in found.suspects] == [f"c{number}" for number in range(2, 63)]
    assert [one.p for one in found.suspects[:-1]] == pytest.approx([1 / 60] * 60, abs=0.0015)


def test_a_re_run_of_an_older_commit_tells_which_of_them_broke_it() -> None:
    world = World()
    for number in range(1, 12):
        world.see(commit(number))
    world.see(commit(1, job="nightly"))
    world.see(commit(11, job="nightly"), [CASE])
    world.see(commit(6, job="nightly", hours=20))
    world.see(commit(8, job="nightly", hours=20), [CASE])

    found = broken(world, commit(12, job="nightly"))

    likely = {one.commit: one.p for one in found.suspects}
    assert likely["c7"] + likely["c8"] > 0.9


def test_a_case_that_was_born_failing_passed_no_commit_before() -> None:
    world = World()
    shown(world, "PPP")
    world.ran = CaseSet("more", {**world.files, "new": "tests/new.py"})
    for number in (4, 5):
        world.see(commit(number), ["new"])

    _, said = update(world.state, world.observation(commit(6), ["new"]))

    [found] = [one.broken for one in said.findings]
    assert found is not None
    assert found.passed is None
    assert [one.commit for one in found.suspects] == ["c4", "c5", "c6"]


def test_a_long_break_is_kept_in_little() -> None:
    world = World()
    shown(world, "PP" + "F" * 300)

    found = broken(world, commit(303))

    track = world.state.cases[CASE].track("linux")
    assert len(track.shown) <= assumed.ROW_KEPT
    assert sum(one.failures for one in track.shown) == 300
    assert len(json.dumps(case_to_json(world.state.cases[CASE]))) < 8_000
    assert found.suspects[0].commit == "c3"
    assert sum(one.p for one in found.suspects) > 0.99


def test_a_case_that_fails_every_other_time_is_kept_in_little() -> None:
    world = World()
    shown(world, "PP" + "FFP" * 60 + "F")

    assert len(world.state.cases[CASE].track("linux").shown) <= assumed.SHOWN_KEPT
    assert broken(world, commit(184)).suspects


def since_the_last_pass(outcomes: str) -> Sequence[Ran]:
    """What the commits showed since the pass before the first failure that is not over."""
    ran: list[Ran] = []
    for number, outcome in enumerate(outcomes, start=1):
        if outcome == "F" or ran:
            ran.append(Ran(f"c{number}", failures=outcome == "F", passes=outcome == "P"))
        if [one.passes for one in ran[-assumed.OVER_AFTER :]] == [1] * assumed.OVER_AFTER:
            ran = []
    return ran


LONGEST = "F" * (assumed.ROW_KEPT - 2)  # two more follow, and a longer row is told as one commit


@settings(max_examples=60)
@given(st.text("FP", max_size=assumed.ROW_KEPT).filter(lambda told: LONGEST + "F" not in told))
@example(LONGEST)
def test_the_suspicion_is_that_of_all_that_was_seen(outcomes: str) -> None:
    world = World()
    outcomes = f"P{outcomes}F"
    shown(world, outcomes)
    report = commit(len(outcomes) + 1)

    found = broken(world, report)

    known = settled(world.state, CASE, report.at.timestamp())
    rate = rate_of(known) * score_of(known, world.state.weather)
    expected = suspects(since_the_last_pass(outcomes + "F"), flake_rate=rate)
    assert [one.commit for one in found.suspects] == [one.commit for one in expected]
    assert [one.p for one in found.suspects] == pytest.approx([one.p for one in expected], abs=1e-9)
    assert sum(one.p for one in found.suspects) <= 1 + 1e-9


def test_a_pull_request_on_the_broken_branch_is_told_of_the_same_break() -> None:
    world = World()
    shown(world, "PPFF")

    on_main = broken(world, commit(5))
    on_pr = broken(world, replace(commit(5), code="p1", pr=7))

    assert on_pr.passed == on_main.passed == "c2"
    assert [one.commit for one in on_pr.suspects] == ["c3", "c4"]
