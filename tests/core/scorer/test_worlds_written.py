"""What a world writes: a history that is read back, and the truth about every failure in it."""

import gzip
import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.core.history.records import Header, Observation
from tests.core.scorer.acted import records, reports, small
from tests.worlds.kinds import (
    KINDS,
    STORM,
    Kind,
)
from tests.worlds.writing import history, truth


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
