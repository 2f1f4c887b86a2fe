"""What a world acts out: flakes, bursts, images, queues and forks as its kind says."""

from collections import Counter, defaultdict
from dataclasses import replace
from statistics import median

import pytest

from tests.core.scorer.acted import small, unflaky
from tests.worlds.defects import Flakiness, fresh_flake
from tests.worlds.kinds import (
    BURSTY,
    CALM,
    FORKS,
    IMAGE,
    KINDS,
    MOBILE,
    QUEUE,
    STORM,
    Kind,
)
from tests.worlds.oracle import ceiling
from tests.worlds.world import World


def test_half_of_all_flaky_cases_fail_in_less_than_a_hundredth_of_their_runs() -> None:
    world = World(CALM.scaled(days=10, packages=30), 1)
    cases, how = world.project.cases(), Flakiness(1.0)

    rates = sorted(
        fresh_flake(world.chance, how, case, jobs=world.jobs, hours=1440).rate for case in cases
    )

    assert 0.004 < median(rates) < 0.009
    assert 0.45 < sum(rate < 0.01 for rate in rates) / len(rates) < 0.7
    assert rates[-1] <= 0.25


def test_each_mechanism_fails_about_as_often_as_it_says() -> None:
    world = small(replace(CALM, flakiness=Flakiness(0.5, median=0.05, later=0.0, mended=0.0)))
    runs: Counter[str] = Counter()
    expected: dict[str, float] = defaultdict(float)
    failed: Counter[str] = Counter()
    rows = [row for row in world.rows if row.code.pr is None or row.attempt == 1]
    for flake in world.faults.flakes:
        own = {case.name for case in flake.cases[:1]}
        runs[flake.kind] += 1
        expected[flake.kind] += flake.rate * len(rows)
        failed[flake.kind] += sum(
            row.ran.causes.get(case) == "flake" for row in rows for case in own
        )

    shares = {kind: failed[kind] / expected[kind] for kind, number in runs.items() if number > 3}

    assert len(shares) >= 8
    assert {kind: share for kind, share in shares.items() if not 0.3 < share < 2.0} == {}


def test_a_burst_is_many_failures_in_a_row() -> None:
    world = small(BURSTY)
    longest = 0
    for flake in world.faults.flakes:
        if flake.kind != "burst":
            continue
        name, row_of_failures = flake.cases[0].name, 0
        for row in world.rows:
            failed = row.ran.causes.get(name) == "flake"
            row_of_failures = row_of_failures + 1 if failed else 0
            longest = max(longest, row_of_failures)

    assert longest >= 8


def test_an_image_reaches_the_runners_step_by_step_twice() -> None:
    world = small(unflaky(IMAGE), days=50)
    first, second = ({case.name for case in one.messages} for one in world.faults.images)

    assert met_share(world, first, (0, 11)) == 0
    assert 0 < met_share(world, first, (11, 15)) < met_share(world, first, (15, 16.5))
    assert met_share(world, second, (36, 39)) > 0
    assert met_share(world, second, (40, 43)) == 0
    assert met_share(world, second, (43, 44)) > 0


def met_share(world: World, cases: set[str], days: tuple[float, float]) -> float:
    """The share of the jobs of these days in which an image broke one of the cases."""
    rows = [row for row in world.rows if days[0] * 24 <= row.at < days[1] * 24]
    hit = [row for row in rows if any(row.ran.causes.get(case) == "infra" for case in cases)]
    return len(hit) / len(rows)


def test_a_merge_queue_tests_batches_and_throws_out_what_is_red() -> None:
    world = small(QUEUE)
    queued = [row for row in world.rows if row.code.branch.startswith("gh-readonly-queue/main/pr-")]
    landed = {row.code.sha for row in world.rows if row.code.pr is None}
    red = {row.code.sha for row in queued if row.ran.is_red}

    assert len({row.code.sha for row in queued}) > 50
    assert len(red) > 5
    assert red.isdisjoint(landed)
    assert {row.code.sha for row in queued} & landed
    assert any("pr_bug" in row.ran.causes.values() for row in queued)


def test_a_monorepo_runs_in_each_run_the_jobs_and_the_cases_that_a_change_affects() -> None:
    world = small(KINDS["monorepo"])
    jobs: dict[int, set[str]] = defaultdict(set)
    for row in world.rows:
        jobs[row.run].add(row.job)
    sizes = {len(row.cases) for row in world.rows if row.job == "area-1"}

    assert len({row.job for row in world.rows}) == 8
    assert min(map(len, jobs.values())) < max(map(len, jobs.values())) == 8
    assert len(sizes) > 1


def test_nightly_runs_test_the_same_commit_several_times() -> None:
    rows = small(KINDS["nightly"]).rows
    runs: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.code.pr is None:
            runs[row.code.sha].add(row.run)

    assert max(map(len, runs.values())) >= 8
    assert sum(row.code.pr is None for row in rows) > len(rows) / 2


def test_most_changes_of_an_open_project_come_from_forks() -> None:
    changes = {row.code.pr: row.code.is_trusted for row in small(FORKS).rows if row.code.pr}

    assert 0.55 < 1 - sum(changes.values()) / len(changes) < 0.85


def test_a_mobile_application_s_failures_are_run_up_to_three_times() -> None:
    executions = [
        [outcome for outcome, _ in listed]
        for row in small(MOBILE).rows
        for case, listed in row.ran.results.items()
        if case in row.ran.causes
    ]

    assert {len(one) for one in executions} == {2, 3}
    assert {tuple(one[1:]) for one in executions} >= {("passed",), ("failed", "failed")}


def test_a_young_project_grows() -> None:
    rows = [row for row in small(KINDS["young"]).rows if row.code.pr is None]

    assert len(rows[-1].cases) > 1.3 * len(rows[0].cases)


@pytest.mark.parametrize("kind", [STORM, BURSTY, IMAGE, QUEUE, MOBILE, FORKS], ids=lambda k: k.name)
def test_who_knows_every_cause_finds_most_flaky_cases(kind: Kind) -> None:
    best = ceiling(small(kind))

    assert best.material >= best.flaky / 2
    assert best.recall is not None
    assert best.recall >= 0.6
    assert (best.recall == 1) == (kind is not FORKS)
