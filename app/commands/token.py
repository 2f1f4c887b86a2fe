"""`flakeguard token`: the secrets with which a project's CI hands in reports."""

import json
from datetime import datetime, timedelta

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from app.core.tokens import ProjectToken, Scope
from app.services.access import tokens
from app.services.access.sessions import ADMIN
from app.services.access.tokens import By, Made
from app.settings import Settings
from app.wiring import wired

ADMIN_HERE = By(ADMIN, "cli")


def create(
    settings: Settings,
    project: str,
    *,
    name: str,
    default_branch: str,
    may_act: bool,
    as_json: bool,
) -> int:
    """Make a token and show it, this once."""
    scopes = (Scope.UPLOAD, Scope.ACT) if may_act else (Scope.UPLOAD,)
    with wired(settings) as parts:
        now = parts.clock()
        made = tokens.create(
            parts.engine,
            project,
            name=name,
            default_branch=default_branch,
            scopes=scopes,
            by=ADMIN_HERE,
            now=now,
        )
    _show_made(made, now, as_json=as_json)
    return 0


def rotate(settings: Settings, token_id: int, *, overlap: timedelta, as_json: bool) -> int:
    """Make a token that takes another's place, and show it, this once."""
    with wired(settings) as parts:
        now = parts.clock()
        made = tokens.rotate(parts.engine, token_id, by=ADMIN_HERE, now=now, overlap=overlap)
    _show_made(made, now, as_json=as_json)
    if not as_json:
        typer.echo(f"Token {token_id} goes on working until {now + overlap:%Y-%m-%d %H:%M} UTC.")
    return 0


def revoke(settings: Settings, token_id: int, *, as_json: bool) -> int:
    """End a token at once."""
    with wired(settings) as parts:
        now = parts.clock()
        revoked = tokens.revoke(parts.engine, token_id, by=ADMIN_HERE, now=now)
    if as_json:
        typer.echo(json.dumps(_plain(revoked, now)))
    else:
        typer.echo(f"Token {token_id} of {revoked.project} opens nothing any more.")
    return 0


def show(settings: Settings, project: str | None, *, as_json: bool) -> int:
    """List the tokens, of one project or of all; never their texts."""
    with wired(settings) as parts:
        now = parts.clock()
        found = tokens.listed(parts.engine, project)
    if as_json:
        for one in found:
            typer.echo(json.dumps(_plain(one, now)))
    elif found:
        Console().print(_table(found, now))
    else:
        typer.echo("There is no token yet; make one with: flakeguard token create PROJECT")
    return 0


def _show_made(made: Made, now: datetime, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_plain(made.token, now) | {"token": made.text}))
        return
    typer.echo(f"Token {made.token.id} ({made.token.name}) of {made.token.project}:")
    typer.echo(made.text)
    typer.echo("It is shown this once: keep it among your CI's secrets.")


def _plain(token: ProjectToken, now: datetime) -> dict[str, object]:
    return {
        "id": token.id,
        "project": token.project,
        "repo_id": token.repo_id,
        "name": token.name,
        "state": token.state(now).value,
        "created_at": token.created_at.isoformat(),
        "last_used_at": _when(token.last_used_at),
        "ends_at": _when(token.ends_at),
        "revoked_at": _when(token.revoked_at),
        "replaces": token.replaces,
        "scopes": sorted(token.scopes),
    }


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _table(found: list[ProjectToken], now: datetime) -> Table:
    project = Column("project", no_wrap=True, overflow="fold")  # to be copied from here
    table = Table("id", project, "name", "may", "state", "created", "last used", "ends")
    for one in found:
        table.add_row(
            str(one.id),
            escape(one.project),
            escape(one.name),
            ", ".join(sorted(one.scopes, reverse=True)),
            one.state(now).value,
            f"{one.created_at:%Y-%m-%d}",
            f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never",
            f"{one.ends_at:%Y-%m-%d %H:%M}" if one.ends_at else "",
        )
    return table
