"""A world in the exchange format: the lines of its history, and its truth."""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.worlds.project import Case
from tests.worlds.world import Row, World, met

START = datetime(2026, 4, 27, tzinfo=UTC)  # a Monday; two month ends lie within 60 days


def history(world: World) -> Iterator[dict[str, Any]]:
    """The objects of a history, oldest first: the header, sets of cases, jobs."""
    name = f"worlds/{world.kind.name}-{world.seed}"
    yield {"history": 1, "repository": name, "default_branch": world.branch.name}
    sets: dict[tuple[Case, ...], str] = {}
    for row in world.rows:
        if row.cases not in sets:
            sets[row.cases] = f"s{len(sets) + 1}"
            of = [{"case": case.name, "file": case.file} for case in row.cases]
            yield {"cases": sets[row.cases], "of": of}
        yield _job(row, sets[row.cases])


def _job(row: Row, ran: str) -> dict[str, Any]:
    code = row.code
    return {
        "at": moment(row.at),
        "run": row.run,
        "attempt": row.attempt,
        "job": row.job,
        "sha": code.sha,
        "branch": code.branch,
        "pr": code.pr,
        "base": code.base,
        "changed": None if code.changed is None else list(code.changed),
        "trusted": code.is_trusted,
        "ran": ran,
        "not_run": row.ran.not_run,
        "results": row.ran.results,
    }


def truth(world: World) -> dict[str, Any]:
    """Which cases are flaky, from when to when; and what made each failure."""
    ran = {case.name for row in world.rows for case in row.cases}
    flaky = {}
    for flake in world.faults.flakes:
        if flake.born is None and flake.since == 0.0:
            continue  # its commit never came
        for case in flake.cases:
            if case.name in ran:
                flaky[case.name] = {
                    "from": moment(flake.since),
                    "to": None if flake.until is None else moment(flake.until),
                    "rate": round(flake.rate, 6),
                    "kind": flake.kind,
                }
    causes = [[row.run, row.attempt, row.job, case, why] for row, case, why in met(world)]
    return {"flaky": flaky, "causes": causes}


def moment(hours: float) -> str:
    """A time as histories write it, from hours since the start, to the second."""
    at = START + timedelta(seconds=int(hours * 3600))
    return at.isoformat().replace("+00:00", "Z")


def lines(objects: Iterable[object]) -> Iterator[bytes]:
    """One object a line."""
    for one in objects:
        yield json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write(world: World, folder: Path) -> tuple[Path, Path]:
    """Write history and truth, zipped; equal worlds give equal bytes."""
    name = f"{world.kind.name}-{world.seed}"
    found = folder / f"{name}.jsonl.gz", folder / f"{name}.truth.json.gz"
    _zip(found[0], b"".join(lines(history(world))))
    _zip(found[1], b"".join(lines([truth(world)])))
    return found


def _zip(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, compresslevel=6, mtime=0))
