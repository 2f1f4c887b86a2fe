"""`flakeguard retention`: let go of what is past its time, or say what would go or stay."""

import json
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from app.core.errors import BadInput
from app.core.retention import Went
from app.services import retention
from app.services.access.sessions import ADMIN
from app.services.access.tokens import By
from app.settings import Settings
from app.wiring import wired

DIGITS = 6  # of a number of days; what is too long is refused in its own words


def keep(settings: Settings, repository: str, chosen: list[str], *, as_json: bool) -> int:
    """Set how many days a repository keeps what, and show all that it keeps."""
    days = dict(_pair(one) for one in chosen)
    with wired(settings) as parts:
        kept = retention.keep(
            parts.engine, repository, days, by=By(ADMIN, "cli"), now=parts.clock()
        )
    found = {name: span.days for name, span in asdict(kept).items()}
    if as_json:
        typer.echo(json.dumps({"repository": repository, "days": found}))
        return 0
    table = Table("kept", "days")
    for name, length in found.items():
        table.add_row(name, str(length))
    Console().print(table)
    return 0


def _pair(said: str) -> tuple[str, int]:
    name, equals, days = said.partition("=")
    if not equals or not days.isascii() or not days.isdecimal() or len(days) > DIGITS:
        raise BadInput(f"Say --keep {name or 'runs'}=DAYS, not --keep {said[:100]}.")
    return name, int(days)


def let_go(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
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
