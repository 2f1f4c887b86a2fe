"""How well each scorer tells flaky from broken, on histories whose truth is known.

`python -m tests.bench.detection FOLDER [--scorer NAME...] [--only TEXT] [--json]` replays every
history of a folder that has a truth file beside it, compares the answers with the truth by the
folder's own score.py, and shows each history, and each kind's mean and worst history with the
targets beside: seeds used in tuning apart from those held out.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.core.policy.names import ScorerName
from app.settings import environment
from tests.bench.figures import Better, Figure, Scale

TUNED_ON = frozenset({31, 32, 41})  # seeds; all others are held out
FOLDER_VARIABLE = "FLAKEGUARD_HISTORIES"  # where the harness finds the histories
NAME = re.compile(r"(?P<kind>.+)-(?P<seed>\d+)\.jsonl(\.gz)?")
MB_OF_KB = 1 / 1024
TOP = ScorerName.EVIDENCE


@dataclass(frozen=True, slots=True)
class Target:
    """One measure's target: to ship, and to aim for."""

    measure: str
    better: Better
    ship: float
    aim: float


F1 = {
    "default": (0.90, 0.96),
    "inrun": (0.90, 0.96),
    "norerun": (0.86, 0.94),
    "noisy": (0.88, 0.95),
    "small": (0.92, 0.97),
    "webapp": (0.93, 0.98),
    "library": (0.93, 0.98),
}
TARGETS = (
    Target("precision", Better.MORE, 0.97, 0.99),
    Target("flake_failures_to_flag", Better.LESS, 6, 3.5),
    Target("regressed_flagged", Better.LESS, 0.01, 0.002),
    Target("genuine_masked", Better.LESS, 0.002, 0.0005),
    Target("brier", Better.LESS, 0.025, 0.015),
    Target("ece", Better.LESS, 0.02, 0.01),
    Target("verdict_recall", Better.MORE, 0.75, 0.85),
    Target("verdict_precision", Better.MORE, 0.98, 0.99),
    Target("verdict_masked", Better.LESS, 0.003, 0.001),
    Target("verdict_outage", Better.LESS, 0.002, 0.0005),
    Target("cpu_seconds", Better.LESS, 60, 15),
)
FALSE_FLAGS = Target("false", Better.LESS, 1, 0)  # where nothing is flaky, nothing else counts


@dataclass(frozen=True, slots=True)
class Measured:
    """One history by one scorer."""

    kind: str
    seed: int
    scorer: ScorerName
    values: dict[str, float | None]


def measured(folder: Path, *, scorer: ScorerName, only: str = "") -> Iterator[Measured]:
    """Replay and compare each history of the folder, one after the other."""
    for history in sorted(folder.glob("*.jsonl*")):
        found = NAME.fullmatch(history.name)
        truth = history.with_name(f"{history.name.partition('.')[0]}.truth.json.gz")
        if found is None or not truth.exists() or only not in history.name:
            continue
        values = _compared(history, truth, folder / "score.py", scorer=scorer)
        yield Measured(found["kind"], int(found["seed"]), scorer, values)


def _compared(
    history: Path, truth: Path, score: Path, *, scorer: ScorerName
) -> dict[str, float | None]:
    command = [sys.executable, "-m", "app.cli", "backtest", str(history), "--json"]
    with tempfile.NamedTemporaryFile() as answer:
        child = subprocess.Popen([*command, "--scorer", scorer.value], stdout=answer)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"backtest of {history.name} failed.")
        compare = [sys.executable, str(score), answer.name, str(truth), str(history), "--json"]
        said = subprocess.run(compare, check=True, capture_output=True, text=True).stdout
    values: dict[str, float | None] = json.loads(said)
    values["cpu_seconds"] = usage.ru_utime + usage.ru_stime
    values["peak_mb"] = usage.ru_maxrss * MB_OF_KB
    return values


def figures(found: Iterable[Measured]) -> list[Figure]:
    """Means by kind over seeds held out and over those tuned on, with the target to ship."""
    cells: dict[tuple[str, bool], list[Measured]] = {}
    for one in found:
        cells.setdefault((one.kind, one.seed in TUNED_ON), []).append(one)
    made = []
    for (kind, is_tuned), group in sorted(cells.items()):
        where = "tuned" if is_tuned else "held out"
        for target in targets_of(kind, group):
            values = [_value(one, target.measure) for one in group]
            worst = (max if target.better is Better.LESS else min)(values)
            note = f"aim {target.aim:g}, worst {worst:.4g}"
            name = f"{group[0].scorer.value} {kind} ({where}) {target.measure}"
            made.append(Figure(name, mean(values), "", target.ship, target.better, note))
    return made


def targets_of(kind: str, group: list[Measured]) -> list[Target]:
    """What is asked of a kind of history."""
    if not any(one.values["material_cases"] for one in group):
        return [FALSE_FLAGS, *(one for one in TARGETS if one.measure in {"brier", "ece"})]
    ship, aim = F1.get(kind, (0.87, 0.95))
    return [Target("f1", Better.MORE, ship, aim), *TARGETS]


def _value(one: Measured, measure: str) -> float:
    """A measure; what was never reached counts as nothing reached."""
    value = one.values[measure]
    return 0.0 if value is None else value


def run(scale: Scale) -> list[Figure]:
    """The evidence scorer's figures, for the harness; scaled, over the small histories alone."""
    folder = environment().get(FOLDER_VARIABLE)
    if folder is None:
        note = f"set {FOLDER_VARIABLE} to a folder of histories with their truth"
        return [Figure("detection", None, "", note=note)]
    only = "" if scale.share >= 1 else "small"
    return figures(measured(Path(folder), scorer=TOP, only=only))


def table(found: list[Measured]) -> Table:
    """One row a history, worst figures in red."""
    columns = ["f1", "recall", "false", *(target.measure for target in TARGETS), "peak_mb"]
    shown = Table("scorer", "history", "", *columns, header_style="bold")
    for one in found:
        targets = {target.measure: target for target in targets_of(one.kind, [one])}
        cells = [_cell(one.values.get(name), targets.get(name)) for name in columns]
        where = "tuned" if one.seed in TUNED_ON else "held out"
        shown.add_row(one.scorer.value, f"{one.kind}-{one.seed}", where, *cells)
    return shown


def by_kind(found: list[Measured]) -> Table:
    """One row a kind and scorer: the mean, its worst history in brackets, and the targets."""
    cells: dict[tuple[ScorerName, str, bool], list[Measured]] = {}
    for one in found:
        cells.setdefault((one.scorer, one.kind, one.seed in TUNED_ON), []).append(one)
    columns = ["f1", "false", *(target.measure for target in TARGETS)]
    shown = Table("scorer", "kind", "", *columns, header_style="bold")
    for (scorer, kind, is_tuned), group in sorted(cells.items()):
        targets = {target.measure: target for target in targets_of(kind, group)}
        row = (_mean_cell(group, name, targets.get(name)) for name in columns)
        shown.add_row(scorer.value, kind, "tuned" if is_tuned else "held out", *row)
    shown.add_section()
    for word in ("ship", "aim"):
        every = {target.measure: target for target in (FALSE_FLAGS, *TARGETS)}
        asked = (_asked(every.get(name), word) for name in columns)
        shown.add_row("", f"to {word}", "", *asked)
    return shown


def _mean_cell(group: list[Measured], measure: str, target: Target | None) -> str:
    """A mean and its worst history; F1 with what its kind is to reach beside it."""
    if target is None:
        return "-"
    values = [_value(one, measure) for one in group]
    worst = (max if target.better is Better.LESS else min)(values)
    text = _cell(mean(values), target)
    if len(values) > 1:
        text += f" ({_cell(worst, target)})"
    return f"{text} of {target.ship:g}, {target.aim:g}" if measure == "f1" else text


def _asked(target: Target | None, word: str) -> str:
    return "" if target is None else f"{target.better.value} {getattr(target, word):g}"


def _cell(value: float | None, target: Target | None) -> str:
    if value is None:
        return "-"
    text = f"{value:.3g}" if value >= 1 else f"{value:.4f}".rstrip("0").rstrip(".")
    if target is None:
        return text
    is_met = value >= target.ship if target.better is Better.MORE else value <= target.ship
    return text if is_met else f"[red]{text}[/]"


def detection(
    folder: Annotated[Path, typer.Argument(help="Histories, their truth, and score.py.")],
    *,
    scorer: Annotated[list[ScorerName] | None, typer.Option(help="All three unless given.")] = None,
    only: Annotated[str, typer.Option(help="Histories whose name holds this.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One object a history.")] = False,
) -> None:
    """Compare scorers with the truth; exits with 1 when a target of ours is missed."""
    found = []
    for name in scorer or list(ScorerName):
        for one in measured(folder, scorer=name, only=only):
            found.append(one)
            if as_json:
                row = {"kind": one.kind, "seed": one.seed, "scorer": name.value} | one.values
                typer.echo(json.dumps(row))
    made = figures(one for one in found if one.scorer is TOP)
    if not as_json:
        console = Console(width=260)
        console.print(table(found))
        console.print(by_kind(found))
        missed = Table("missed", "mean", "target", "note")
        for figure in made:
            if figure.is_met is False:
                target = f"{figure.better.value} {figure.target:g}"
                missed.add_row(figure.name, f"{figure.value:.4g}", target, figure.note)
        console.print(missed)
    raise typer.Exit(1 if any(figure.is_met is False for figure in made) else 0)


if __name__ == "__main__":
    typer.run(detection)
