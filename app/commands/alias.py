"""`flakeguard alias`: which case became which, to be confirmed or declined."""

import json
from collections.abc import Callable

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.commands.tables import whole_table
from app.core.errors import Missing
from app.db import aliases as stored
from app.db import repositories
from app.db.aliases import Alias
from app.db.session import unit_of_work
from app.render.escape import plain
from app.services import aliases
from app.services.access.sessions import ADMIN
from app.services.answers import aftermath
from app.settings import Settings
from app.wiring import wired

SURFACE = "cli"

Decide = Callable[..., Alias]


def run(settings: Settings, action: str, about: str | None, *, as_json: bool) -> int:
    """List, confirm or decline, as the command line asks."""
    if action == "list":
        return show(settings, about, as_json=as_json)
    decide = {"confirm": confirm, "decline": decline}.get(action)
    if decide is None or about is None or not about.isdecimal():
        raise typer.BadParameter("Use `alias list [OWNER/NAME]` or `alias confirm|decline ID`.")
    return decide(settings, int(about), as_json=as_json)


def show(settings: Settings, repository: str | None, *, as_json: bool) -> int:
    """List proposals and what was decided."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        if repository and repositories.repository_named(session, repository) is None:
            raise Missing(f"No repository is called {repository}.")
        found = stored.listed(session, repository)
    if as_json:
        for one in found:
            typer.echo(json.dumps(_plain(one)))
    elif found:
        Console().print(_table(found))
    else:
        typer.echo("No case was renamed or moved, as far as can be told.")
    return 0


def confirm(settings: Settings, alias_id: int, *, as_json: bool) -> int:
    """Let the old case's history be the new one's."""
    after = _decided(settings, alias_id, aliases.confirm)
    sentence = f"{plain(after.new_name)} goes on where {plain(after.old_name)} ended."
    _say(after, sentence, as_json=as_json)
    return 0


def decline(settings: Settings, alias_id: int, *, as_json: bool) -> int:
    """Keep the two apart, for good."""
    after = _decided(settings, alias_id, aliases.decline)
    sentence = f"{plain(after.old_name)} and {plain(after.new_name)} are two cases."
    _say(after, sentence, as_json=as_json)
    return 0


def _decided(settings: Settings, alias_id: int, decide: Decide) -> Alias:
    """What became of an alias."""
    with wired(settings) as parts:
        request_id, now = parts.context.new_token(), parts.clock()
        with unit_of_work(parts.engine) as session:
            after = decide(
                session, alias_id, actor=ADMIN, surface=SURFACE, request_id=request_id, now=now
            )
            wanted = aftermath.shown_anew(session, after.repo_id, after.new)
            aftermath.ask(session, wanted, request_id=request_id, now=now)
        aftermath.hint(parts.queue, wanted)
    return after


def _say(alias: Alias, sentence: str, *, as_json: bool) -> None:
    event = f" (event {alias.event_id})" if alias.event_id is not None else ""
    told = _plain(alias) | {"event": alias.event_id}
    typer.echo(json.dumps(told) if as_json else f"{sentence}{event}")


def _plain(alias: Alias) -> dict[str, object]:
    return {
        "id": alias.id,
        "repository": alias.repository,
        "old": {"id": str(alias.old), "name": alias.old_name},
        "new": {"id": str(alias.new), "name": alias.new_name},
        "state": alias.state.value,
        "likeness": round(alias.likeness, 3),
        "commit": alias.head_sha,
        "proposed_at": alias.proposed_at.isoformat(),
        "decided_by": alias.decided_by,
        "decided_at": alias.decided_at.isoformat() if alias.decided_at else None,
    }


def _table(found: list[Alias]) -> Table:
    table = whole_table("id", "repository", "was", "is now", "alike", "commit", "state")
    for one in found:
        table.add_row(
            str(one.id),
            escape(plain(one.repository)),
            escape(plain(one.old_name)),
            escape(plain(one.new_name)),
            f"{one.likeness:.0%}",
            escape(one.head_sha[:12]),
            one.state.value,
        )
    return table
