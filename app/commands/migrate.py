"""`flakeguard migrate`: bring the database's schema to the newest version."""

import json

import typer

from app.db import migrate as migrations
from app.db import partitions
from app.db.session import unit_of_work
from app.settings import Settings
from app.wiring import wired


def migrate(settings: Settings, *, as_json: bool) -> int:
    """Run what is missing, and make the coming months' partitions."""
    with wired(settings) as parts:
        applied = migrations.upgrade(parts.engine)
        with unit_of_work(parts.engine) as session:
            partitions.make_ahead(session, now=parts.clock())
    if as_json:
        typer.echo(json.dumps({"applied": applied, "head": migrations.head()}))
    elif applied:
        typer.echo(f"Applied {', '.join(applied)}; the database is at {migrations.head()}.")
    else:
        typer.echo(f"Nothing to do; the database is at {migrations.head()}.")
    return 0
