"""What the same message again is worth, and several sources in one half day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.history.records import CaseSet, Execution
from app.core.outcomes import Outcome
from app.core.scorer.assumptions import CODES_KEPT, FAILED_KEPT
from app.core.scorer.update import update
from app.core.scorer.waiting import is_split
from tests.core.scorer.world import JOBS, START, Report, World, names, pushes, rerun

CASE, OTHER = "case3-1", "case7-2"
CROWD = [f"case3-{number}" for number in range(5)]
ONE, ANOTHER = "TimeoutError: no answer", "AssertionError: the cart is empty"
WIDE = [f"case{folder}-1" for folder in range(8, 16)]  # what an outage fails beside it
OUTAGE = (Execution(Outcome.FAILED, "ConnectionError: refused"),)


def see(
    world: World,
    report: Report,
    failing: Sequence[str] = (),
    says: str = ONE,
    results: Mapping[str, tuple[Execution, ...]] | None = None,
) -> None:
    """A report whose failures say something of their own, or with these results."""
    if results is None:
        results = dict.fromkeys(failing, (Execution(Outcome.FAILED, says),))
    world.state, said = update(world.state, replace(world.observation(report), results=results))
    world.flagged |= {change.case for change in said.changes if change.is_flaky}


def with_a_flake() -> World:
    """A repository that has shown a flake already, another case's."""
    world = World(files=names(per_folder=12))
    failing = {5, 20}
    world.play(pushes(3), lambda one: [OTHER] if one.run in failing and one.attempt == 1 else [])
    assert world.flagged == {OTHER}
    return world


@pytest.mark.parametrize(("says", "flagged"), [(ONE, {CASE}), (ANOTHER, set())])
def test_one_left_red_and_one_run_again_tell_a_flake_where_both_say_the_same(
    says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        is_left, is_run_again = report.run == 43, report.run == 151
        if is_run_again:
            see(world, report, [CASE], says)
            see(world, rerun(report))
        else:
            own = replace(report, pr=900) if is_left else report
            see(world, own, [CASE] if is_left else [])

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("says", "flagged"), [(ONE, {CASE}), (ANOTHER, set())])
def test_a_failure_beside_an_outage_is_a_flake_where_the_case_said_so_alone(
    says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        is_alone, is_wide = report.run == 61, report.run == 151
        results = dict.fromkeys(WIDE, OUTAGE) | {CASE: (Execution(Outcome.FAILED, says),)}
        see(world, report, [CASE] if is_alone else [], results=results if is_wide else None)
        if is_alone or is_wide:
            see(world, rerun(report))

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("jobs", "flagged"), [(["windows"], {CASE}), ([], set())])
def test_one_that_a_push_mended_beside_an_outage_is_a_flake_where_another_job_passed_it(
    jobs: list[str], flagged: set[str]
) -> None:
    world = with_a_flake()
    wide = dict.fromkeys(WIDE, OUTAGE) | {CASE: (Execution(Outcome.FAILED, ONE),)}
    for report in pushes(20, prs=1_000)[36:]:
        is_alone, is_wide = report.run == 61, report.run == 151
        see(world, report, [CASE] if is_alone else [], results=wide if is_wide else None)
        if is_alone:
            see(world, rerun(report))
        if is_wide:
            for job in jobs:
                see(world, replace(report, job=job))
            see(world, replace(rerun(report), code=f"{report.code}b", attempt=1))

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(
    ("others", "says", "flagged"),
    [("pass", ONE, {CASE}), ("pass", ANOTHER, set()), ("fail", ONE, set()), ("skip", ONE, set())],
)
def test_what_two_changes_mended_is_a_flake_where_another_job_passed_it(
    others: str, says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        if report.run not in {61, 151}:
            see(world, report)
            continue
        own, said = replace(report, pr=900 + report.run), ONE if report.run == 61 else says
        see(world, own, [CASE], said)
        beside = replace(own, job="windows")
        skipped = {CASE: (Execution(Outcome.SKIPPED, None),)} if others == "skip" else None
        see(world, beside, [CASE] if others == "fail" else [], said, results=skipped)
        see(world, replace(rerun(own), code=f"{own.code}b", attempt=1))

    assert world.flagged - {OTHER} == flagged


def test_a_code_that_two_jobs_failed_is_not_split_however_much_failed_between() -> None:
    world = World()
    linux, windows, macos = (replace(pushes(1)[0], job=job, pr=900) for job in JOBS)
    see(world, linux)
    see(world, windows, [CASE])
    for number in range(FAILED_KEPT + 1):
        see(world, replace(linux, code=f"o{number}", pr=901 + number), [CASE])
    see(world, macos, [CASE])

    last = world.state.cases[CASE].opens[-1]
    assert (last.job, is_split(world.state, CASE, last)) == ("macos", False)


@pytest.mark.parametrize("cases", [[CASE, "case9-4"], ["case9-4", CASE]])
def test_a_message_that_others_say_at_the_same_moment_is_an_outages(cases: list[str]) -> None:
    world = with_a_flake()
    alone, _ = cases
    for report in pushes(20, prs=1_000)[36:]:
        failing = {61: [alone], 151: [*WIDE, *cases]}.get(report.run, [])
        see(world, report, failing)
        if failing:
            see(world, rerun(report))

    assert world.flagged == {OTHER}


def test_a_job_that_runs_other_cases_since_is_not_asked_whether_it_passed_one() -> None:
    world = World()
    first, beside = (replace(pushes(1)[0], job=job, pr=900) for job in JOBS[:2])
    see(world, first, [CASE])
    see(world, beside)
    failed, *_ = world.state.cases[CASE].opens
    was_split = is_split(world.state, CASE, failed)
    fewer = CaseSet("fewer", {CASE: world.files[CASE]})

    seen = replace(world.observation(replace(beside, code="c2")), ran=fewer)
    world.state, _ = update(world.state, seen)

    assert (was_split, is_split(world.state, CASE, failed)) == (True, False)


@pytest.mark.parametrize(("failing", "expected"), [([], True), ([CASE], False)])
def test_a_code_is_split_where_one_job_alone_failed_it(failing: list[str], expected: bool) -> None:
    world = World()
    reports = [replace(pushes(1)[0], job=job, pr=900) for job in JOBS]
    for report, fails in zip(reports, ([CASE], failing, []), strict=True):
        see(world, report, fails)

    first, *_ = world.state.cases[CASE].opens
    assert is_split(world.state, CASE, first) is expected


def test_of_the_last_codes_only_it_is_known_which_jobs_tested_them() -> None:
    world = World()
    for report in pushes(50, jobs=2):
        see(world, report)

    codes = [f"c{run}" for run in range(1, 601)]
    assert list(world.state.codes) == codes[-CODES_KEPT:]
    assert set(world.state.codes.values()) == {("linux", "windows")}


@pytest.mark.parametrize(("times", "flagged"), [(3, set()), (4, {CASE})])
def test_four_sources_of_one_half_day_tell_a_burst(times: int, flagged: set[str]) -> None:
    world = with_a_flake()
    for report in pushes(5, prs=1_000)[36:]:
        if not 40 < report.run <= 40 + times:
            see(world, report)
            continue
        own = replace(report, pr=900 + report.run)
        see(world, own, [CASE])
        see(world, rerun(own))

    assert world.flagged - {OTHER} == flagged


def test_four_sources_within_the_hour_are_one_event() -> None:
    world = with_a_flake()
    for number in range(4):
        at = START + timedelta(days=4, minutes=10 * number)
        report = Report(at, 900 + number, f"x{number}", pr=900 + number)
        see(world, report, [CASE])
        see(world, rerun(report, hours=0.05))

    assert world.flagged == {OTHER}


@pytest.mark.parametrize(("says", "flagged"), [(ONE, set(CROWD)), (ANOTHER, set())])
def test_the_third_crowd_that_a_push_mends_is_a_fixture_where_all_say_the_same(
    says: str, flagged: set[str]
) -> None:
    world = with_a_flake()
    for report in pushes(20, prs=1_000)[36:]:
        if report.run not in {61, 121, 181}:
            see(world, report)
            continue
        own = replace(report, pr=900 + report.run)
        see(world, own, CROWD, says if report.run == 121 else ONE)
        see(world, replace(rerun(own), code=f"{own.code}b", attempt=1))

    assert world.flagged - {OTHER} == flagged


@pytest.mark.parametrize(("says", "flakes"), [(ONE, 2), (ANOTHER, 1)])
def test_what_a_broken_branch_fails_soon_after_is_a_flake_where_its_flakes_said_so(
    says: str, flakes: int
) -> None:
    world = with_a_flake()
    first, *commits = [one for one in pushes(9)[36:] if one.pr is None]
    see(world, first, [CASE])
    see(world, rerun(first))
    for number, report in enumerate(commits):
        is_broken = number in {3, 4, 5}
        see(
            world,
            report,
            [CASE] if is_broken or number == 9 else [],
            ANOTHER if is_broken else says,
        )

    assert world.state.cases[CASE].flakes == flakes
