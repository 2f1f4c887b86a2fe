"""Runs the measurements that are named, or all, and shows each figure beside its target."""

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Protocol, cast

import typer
from rich.console import Console
from rich.table import Table

from app import memory
from tests.bench.figures import Figure, Scale

MODULES = (
    "ingest",
    "fold",
    "reading",
    "growth",
    "workers",
    "memory",
    "handed_in",
    "acks",
    "burst",
    "publishing",
    "chat_acks",
    "chat_storm",
)
"""Every measurement: a module of this folder with `run(scale) -> list[Figure]`."""


class Bench(Protocol):
    """What a module of measurements offers."""

    def run(self, scale: Scale) -> list[Figure]:
        """Measure."""


def bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of: {', '.join(MODULES)}.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One object a figure.")] = False,
    scale: Annotated[float, typer.Option(min=0.0001, max=10, help="Of the full size.")] = 1.0,
) -> None:
    """Measure, and exit with 1 when a target is missed at full size."""
    wanted = names or list(MODULES)
    if unknown := set(wanted) - set(MODULES):
        raise typer.BadParameter(f"There is no measurement called {', '.join(sorted(unknown))}.")
    found: list[tuple[str, Figure]] = []
    memory.is_coming_up()  # as every process of ours
    for name in wanted:
        typer.echo(f"measuring {name} ...", err=True)
        module = cast(Bench, import_module(f"tests.bench.{name}"))
        memory.is_up()  # as of a worker
        for figure in module.run(Scale(scale)):
            found.append((name, figure))
            if as_json:
                typer.echo(json.dumps(_plain(name, figure)))
    if not as_json:
        Console().print(_table(found))
    is_missed = any(figure.is_met is False for _, figure in found)
    raise typer.Exit(1 if is_missed and scale >= 1 else 0)


def _plain(name: str, figure: Figure) -> dict[str, object]:
    return {
        "bench": name,
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "target": figure.target,
        "better": figure.better.value if figure.target is not None else None,
        "met": figure.is_met,
        "note": figure.note,
    }


def _table(found: Sequence[tuple[str, Figure]]) -> Table:
    table = Table("bench", "figure", "value", "unit", "target", "met", "note")
    for name, figure in found:
        value = "-" if figure.value is None else f"{figure.value:,.3g}"
        if figure.value is not None and abs(figure.value) >= 1000:
            value = f"{figure.value:,.0f}"
        target = "" if figure.target is None else f"{figure.better.value} {figure.target:g}"
        met = {True: "yes", False: "NO", None: ""}[figure.is_met]
        table.add_row(name, figure.name, value, figure.unit, target, met, figure.note)
    return table


if __name__ == "__main__":
    sys.argv[0] = "tests.bench"
    typer.run(bench)
