"""`flakeguard retention`: take what is past its time, or only say what would go."""

import json

import typer
from rich.console import Console
from rich.table import Table

from app.core.retention import Went
from app.services import retention
from app.settings import Settings
from app.wiring import wired


def retention_pass(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """One pass of retention now; what cron does by itself every hour."""
    with wired(settings) as parts:
        act = retention.would_go if dry_run else retention.retire
        found = act(parts.engine, now=parts.clock())
    if as_json:
        typer.echo(json.dumps(_plain(found, dry_run=dry_run)))
    else:
        _show(found, dry_run=dry_run)
    return 0


def _plain(found: Went, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "going": [
            {"table": one.what, "partition": one.partition, "rows": one.rows} for one in found.going
        ],
        "waiting": list(found.waiting),
    }


def _show(found: Went, *, dry_run: bool) -> None:
    if found.going:
        table = Table("table", "partition", "rows")
        for one in found.going:
            about = "about " if one.partition else ""
            table.add_row(one.what, one.partition or "-", f"{about}{one.rows:,}")
        Console().print(table)
        typer.echo("This would go; nothing was changed." if dry_run else "This is gone.")
    else:
        typer.echo("Nothing is past its time.")
    for sentence in found.waiting:
        typer.echo(sentence)
