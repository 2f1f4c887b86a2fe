"""`make soak ARGS="HISTORY --reports 400"`: replay a history, and compare with the backtest."""

import gzip
import socket
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from app.core.history.reader import records_of
from app.core.history.records import Observation
from app.demo.stage import set_up
from tests.soak.driving import Scores, Soak, backtested, held, judged_anew, moved_to_now

EQUAL = 1e-6  # scores are numbers that were added up in another order


def soak(
    history: Annotated[Path, typer.Argument(help="A history, .jsonl or .jsonl.gz.")],
    *,
    reports: Annotated[int, typer.Option(min=1, help="So many of its reports.")] = 2_000,
    workers: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Exits with 1 where a case does not stand as the backtest says."""
    seen = moved_to_now(_read(history, reports))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (
        tempfile.TemporaryDirectory(prefix="flakeguard-soak-") as folder,
        set_up(Path(folder), port=port, workers=workers) as stage,
    ):
        told = Soak(stage.world.github)
        told.open()
        began = time.monotonic()
        attempts = told.happen(seen)
        stage.settle()
        took = time.monotonic() - began
        live, anew = held(stage), judged_anew(stage)
    typer.echo(f"{len(seen):,} reports of {attempts:,} run attempts in {took:.0f} s.")
    expected = backtested(seen)
    _compared("live", live, expected)
    raise typer.Exit(1 if _compared("judged anew", anew, expected) else 0)


def _read(history: Path, reports: int) -> list[Observation]:
    with history.open("rb") as file, ExitStack() as stack:
        packed = history.suffix == ".gz"
        lines = stack.enter_context(gzip.open(file)) if packed else file
        told = (one for one in records_of(lines) if isinstance(one, Observation))
        return list(islice(told, reports))


def _compared(name: str, found: Scores, expected: Scores) -> int:
    """How many cases stand otherwise; the first few are shown."""
    wrong = [
        case
        for case in sorted(expected.keys() | found.keys())
        if case not in found
        or case not in expected
        or found[case][0] is not expected[case][0]
        or abs(found[case][1] - expected[case][1]) > EQUAL
    ]
    typer.echo(f"{name}: {len(wrong)} of {len(expected)} cases stand otherwise.")
    for case in wrong[:10]:
        typer.echo(f"  {case}: {found.get(case)}, not {expected.get(case)}")
    return len(wrong)


if __name__ == "__main__":
    typer.run(soak)
