"""How well a scorer does in worlds acted out: `python -m tests.bench.worlds [--score SCORE.PY]`.

Each kind is made with a few seeds, replayed by `flakeguard backtest`, and compared with its truth
by the score.py that belongs to the recorded histories. Without one, only the ceiling is shown: the
recall that somebody reaches who knows every cause, but may use trusted code alone.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.settings import environment
from tests.bench.detection import FALSE_FLAGS, FOLDER_VARIABLE, TARGETS, Target
from tests.bench.figures import Better
from tests.worlds.kinds import KINDS
from tests.worlds.oracle import ceiling
from tests.worlds.team import lived
from tests.worlds.writing import write

F1 = Target("f1", Better.MORE, 0.87, 0.95)  # of kinds that no recorded history shows
NOTHING_FLAKES = {"false", "brier", "ece"}  # all that counts where nothing is flaky
TIMED = {"cpu_seconds"}  # measured on the recorded histories, which are larger
WANTED = (F1, FALSE_FLAGS, *(one for one in TARGETS if one.measure not in TIMED))

Values = dict[str, float | None]


def main(
    score: Annotated[Path | None, typer.Option(help="The score.py to compare by.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="All unless given.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="1, 2 and 3 unless given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One object a world.")] = False,
) -> None:
    """Make each world, let it be judged, and show the means by kind with the targets beside."""
    folder = environment().get(FOLDER_VARIABLE)
    if score is None and folder is not None:
        score = Path(folder) / "score.py"
    if score is None or not score.exists():
        note = f"No score.py: give --score, or set {FOLDER_VARIABLE} to the histories' folder."
        typer.echo(note, err=True)
        score = None
    found: dict[str, list[Values]] = defaultdict(list)
    for name in kind or list(KINDS):
        for number in seed or [1, 2, 3]:
            values = measured(name, number, score)
            found[name].append(values)
            if as_json:
                typer.echo(json.dumps({"kind": name, "seed": number} | values))
    if not as_json:
        Console(width=220).print(table(found))


def measured(kind: str, seed: int, score: Path | None) -> Values:
    """One world's figures."""
    world = lived(KINDS[kind], seed)
    best = ceiling(world)
    values: Values = {"flaky": best.flaky, "material": best.material, "ceiling": best.recall}
    with tempfile.TemporaryDirectory() as folder:
        history, truth = write(world, Path(folder))
        if score is not None:
            values |= compared(history, truth, score)
    return values


def compared(history: Path, truth: Path, score: Path) -> Values:
    """What score.py says of the evidence scorer's answer."""
    answer = history.with_name("answer.json")
    with answer.open("wb") as stream:
        backtest = [sys.executable, "-m", "app.cli", "backtest", str(history), "--json"]
        subprocess.run(backtest, check=True, stdout=stream)
    compare = [sys.executable, str(score), str(answer), str(truth), str(history), "--json"]
    said = subprocess.run(compare, check=True, capture_output=True, text=True).stdout
    values: Values = json.loads(said)
    return values


def table(found: dict[str, list[Values]]) -> Table:
    """One row a kind, its worst world beside the mean where they differ; then the targets."""
    shown = Table("kind", "flaky", "ceiling", "recall", *(one.measure for one in WANTED))
    for kind, values in found.items():
        about = [_mean(values, name) for name in ("flaky", "ceiling", "recall")]
        is_calm = not any(one["flaky"] for one in values)
        shown.add_row(kind, *about, *(_cell(values, one, is_calm=is_calm) for one in WANTED))
    shown.add_section()
    for title in ("ship", "aim"):
        targets = (f"{one.better.value} {getattr(one, title):g}" for one in WANTED)
        shown.add_row(f"to {title}", "", "", "", *targets)
    return shown


def _mean(values: list[Values], measure: str) -> str:
    known = [value for one in values if (value := one.get(measure)) is not None]
    return f"{mean(known):.3g}" if known else "-"


def _cell(values: list[Values], target: Target, *, is_calm: bool) -> str:
    known = [value for one in values if (value := one.get(target.measure)) is not None]
    if not known or (is_calm and target.measure not in NOTHING_FLAKES):
        return "-"
    is_more = target.better is Better.MORE
    worst = min(known) if is_more else max(known)
    text = f"{mean(known):.3g}" + (f" ({worst:.3g})" if len(known) > 1 else "")
    is_met = mean(known) >= target.ship if is_more else mean(known) <= target.ship
    return text if is_met else f"[red]{text}[/]"


if __name__ == "__main__":
    typer.run(main)
