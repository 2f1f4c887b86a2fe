"""Worlds acted out: their format and truth hold, and in none is a healthy case held for flaky."""

import gzip
import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from app.core.history.reader import records_of
from app.core.history.records import CaseSet, Header, Observation, Record
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import Replay, replay
from tests.worlds.chance import coin
from tests.worlds.defects import Flakiness, fresh_flake
from tests.worlds.kinds import (
    BURSTY,
    CALM,
    FORKS,
    IMAGE,
    KINDS,
    MATRIX,
    MOBILE,
    QUEUE,
    STORM,
    SWAMP,
    TINY,
    Kind,
)
from tests.worlds.oracle import ceiling
from tests.worlds.team import lived
from tests.worlds.world import World
from tests.worlds.writing import history, lines, truth

DAYS, PACKAGES = 21, 10  # of a world that a test can wait for
QUIET = Flakiness(0.0)

pytestmark = pytest.mark.xdist_group("worlds")  # each world is made once


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


# --- what a world writes


def rendered(seen: Observation) -> dict[str, object]:
    """An observation as a history writes it."""
    return {
        "at": seen.at.isoformat().replace("+00:00", "Z"),
        "run": seen.run,
        "attempt": seen.attempt,
        "job": seen.job,
        "sha": seen.code,
        "branch": seen.branch,
        "pr": seen.pr,
        "base": seen.base,
        "changed": None if seen.changed is None else list(seen.changed),
        "trusted": seen.is_trusted,
        "ran": seen.ran.name,
        "not_run": sorted(seen.not_run),
        "results": {
            case: [[one.outcome.value, one.message] for one in executions]
            for case, executions in seen.results.items()
        },
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_written_is_read_back(kind: Kind) -> None:
    world = small(kind)
    written = [one | {"not_run": sorted(one["not_run"])} for one in history(world) if "run" in one]

    read = records(world)

    assert read[0] == Header(f"worlds/{kind.name}-1", "main")
    assert [rendered(one) for one in read if isinstance(one, Observation)] == written
    assert [one["at"] for one in written] == sorted(one["at"] for one in written)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_failure_has_one_cause_and_every_cause_a_failure(kind: Kind) -> None:
    world = small(kind)
    failing = Counter(
        (seen.run, seen.attempt, seen.job, case)
        for seen in reports(world)
        for case, executions in seen.results.items()
        if any(one.outcome.is_failing for one in executions)
    )

    caused = Counter(tuple(row[:4]) for row in truth(world)["causes"])

    assert caused == failing
    assert set(caused.values()) == {1}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_case_flakes_that_is_not_said_to_and_none_before_it_is(kind: Kind) -> None:
    world = small(kind)
    told = truth(world)
    at = {
        (row["run"], row["attempt"], row["job"]): row["at"]
        for row in history(world)
        if "run" in row
    }

    early = [
        (run, case)
        for run, attempt, job, case, why in told["causes"]
        if why == "flake" and at[run, attempt, job] < told["flaky"][case]["from"]
    ]

    assert early == []


def test_equal_seeds_give_equal_bytes_in_any_process(tmp_path: Path) -> None:
    made = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        command = [sys.executable, "-m", "tests.worlds", "young", "7", str(folder)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": number}, capture_output=True)
        made.append({path.name: sha256(path) for path in sorted(folder.iterdir())})

    assert made[0] == made[1]
    assert list(made[0]) == ["young-7.jsonl.gz", "young-7.truth.json.gz"]


def sha256(path: Path) -> str:
    return hashlib.sha256(gzip.decompress(path.read_bytes()) + path.read_bytes()).hexdigest()


def test_another_seed_is_another_world() -> None:
    one, other = (reports(small(STORM, seed, days=2)) for seed in (1, 2))

    assert one[0].ran.files != other[0].ran.files


# --- what a world acts out


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


# --- what no scorer of ours may do, and what it must


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
