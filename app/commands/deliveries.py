"""`flakeguard deliveries`: what came in, what became of it, and taking parked work up again."""

import json
from dataclasses import asdict

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.core.asking import QueueName
from app.core.errors import Missing, Unavailable
from app.db.session import unit_of_work
from app.db.work import deliveries, tasks
from app.db.work.deliveries import DeliverySummary
from app.settings import Settings
from app.wiring import wired


def show(settings: Settings, *, failed_only: bool, as_json: bool) -> int:
    """List the newest deliveries, or those whose work was parked."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        found = deliveries.recent(session, failed_only=failed_only)
    if as_json:
        for one in found:
            typer.echo(json.dumps(asdict(one), default=str))
    elif found:
        Console().print(_table(found))
    else:
        typer.echo("No delivery has failed." if failed_only else "No delivery has arrived yet.")
    return 0


def retry(settings: Settings, reference: str, *, as_json: bool) -> int:
    """Take the parked work of a delivery up again; Missing when there is no such delivery."""
    with wired(settings) as parts:
        with unit_of_work(parts.engine) as session:
            if not deliveries.exists(session, reference):
                raise Missing(f"No delivery has the number or GUID {reference}.")
            parked = deliveries.parked_of(session, reference)
            taken_up = tasks.unpark(session, now=parts.clock(), task_ids=parked)
        for name in QueueName:
            requests = [one.request for one in taken_up if one.queue is name]
            try:
                parts.queue.hint(name, requests)
            except Unavailable:
                continue  # the sweep finds them
    if as_json:
        typer.echo(json.dumps({"taken_up": len(taken_up)}))
    else:
        typer.echo(f"Taken up again: {len(taken_up)}.")
    return 0


def _table(found: list[DeliverySummary]) -> Table:
    table = Table("id", "arrived", "from", "event", "guid", "open", "parked")
    for one in found:
        parked = "\n".join(
            escape(f"{task.kind}: {task.error} ({task.error_kind}, {task.tries} tries)")
            for task in one.parked
        )
        table.add_row(
            str(one.id),
            f"{one.received_at:%Y-%m-%d %H:%M:%S}",
            one.source,
            escape(one.event),
            escape(one.guid),
            str(one.open_tasks),
            parked,
        )
    return table
