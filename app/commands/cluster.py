"""`flakeguard cluster`: look at failures that say the same, name them, link them to an issue."""

import json
from collections.abc import Callable
from datetime import datetime

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.commands.tables import whole_table
from app.core.alike import ClusterLine, ClusterPage
from app.db.session import Session, unit_of_work
from app.render.escape import lines, plain
from app.render.words.clusters import category_sentence, cluster_spread
from app.services import clusters
from app.services.access.sessions import ADMIN
from app.services.access.tokens import By
from app.services.clusters import Called
from app.settings import Settings
from app.web.formats import title_of
from app.wiring import wired

Act = Callable[[Session, By, datetime], Called]


def show_all(
    settings: Settings, repository: str, *, page: int, owner: str | None, as_json: bool
) -> int:
    """List a page of a repository's clusters; with an `owner`, those of their cases."""
    with wired(settings) as parts:
        now = parts.clock()
        found = clusters.listed(parts.engine, repository, page=page, now=now, owner=owner)
    if as_json:
        for line in found.items:
            typer.echo(json.dumps(plain_line(line)))
    elif found.items:
        Console().print(_table(found.items))
    else:
        whose = f"No case of {plain(owner)} is in a cluster." if owner else ""
        typer.echo(whose or "No failure is in a cluster yet.")
    return 0


def show_one(settings: Settings, repository: str, cluster_id: int, *, as_json: bool) -> int:
    """Show one cluster."""
    with wired(settings) as parts:
        found = clusters.one(parts.engine, repository, cluster_id, now=parts.clock())
    if as_json:
        typer.echo(json.dumps(plain_page(found)))
    else:
        _print(found)
    return 0


def name(settings: Settings, repository: str, cluster_id: int, name: str, *, as_json: bool) -> int:
    """Call a cluster by a name."""
    return _act(
        settings,
        repository,
        lambda session, by, now: clusters.name(session, repository, cluster_id, name, by, now=now),
        as_json=as_json,
    )


def link(settings: Settings, repository: str, cluster_id: int, url: str, *, as_json: bool) -> int:
    """Link a cluster to an issue."""
    return _act(
        settings,
        repository,
        lambda session, by, now: clusters.link(session, repository, cluster_id, url, by, now=now),
        as_json=as_json,
    )


def _act(settings: Settings, repository: str, act: Act, *, as_json: bool) -> int:
    with wired(settings) as parts:
        now = parts.clock()
        with unit_of_work(parts.engine) as session:
            called = act(session, By(ADMIN, "cli", parts.context.new_token()), now)
        found = clusters.one(parts.engine, repository, called.cluster_id, now=now)
    if as_json:
        typer.echo(json.dumps(plain_page(found) | {"event": called.event_id}))
    else:
        issue = f" Its issue is {plain(found.line.issue_url)}." if found.line.issue_url else ""
        said = f"Cluster {called.cluster_id} is called {plain(found.line.title)}.{issue}"
        typer.echo(f"{said} (event {called.event_id})")
    return 0


def plain_line(line: ClusterLine) -> dict[str, object]:
    """A cluster for programs."""
    return {
        "id": line.cluster_id,
        "title": line.title,
        "name": line.name,
        "issue": line.issue_url,
        "category": line.category.category.value if line.category else None,
        "why": category_sentence(line.category) if line.category else None,
        "failures": line.failures,
        "cases": line.cases,
        "jobs": line.jobs,
        "owners": list(line.owners),
        "first_seen_at": line.first_seen_at.isoformat(),
        "last_seen_at": line.last_seen_at.isoformat(),
    }


def plain_page(page: ClusterPage) -> dict[str, object]:
    """A cluster with all that fails so, for programs."""
    return plain_line(page.line) | {
        "message": page.example.message,
        "type": page.example.type,
        "frames": list(page.frames),
        "was": list(page.was),
        "trend": [{"day": day.isoformat(), "failures": count} for day, count in page.days],
        "failing": [
            {
                "case": str(one.case_id),
                "title": title_of(one.name),
                "owners": list(one.name.owners),
                "job": one.variant,
                "failures": one.failures,
                "first_seen_at": one.first_seen_at.isoformat(),
                "last_seen_at": one.last_seen_at.isoformat(),
            }
            for one in page.cases
        ],
    }


def _table(found: tuple[ClusterLine, ...]) -> Table:
    table = whole_table("id", "cluster", "kind", "failures", "cases", "jobs", "last seen", "issue")
    are_owned = any(line.owners for line in found)
    if are_owned:
        table.add_column("owners", overflow="fold")
    for line in found:
        cells = [
            str(line.cluster_id),
            escape(plain(line.title)),
            line.category.category.value if line.category else "",
            str(line.failures),
            str(line.cases),
            str(line.jobs),
            f"{line.last_seen_at:%Y-%m-%d %H:%M}",
            escape(plain(line.issue_url or "")),
        ]
        table.add_row(*cells, *([escape(plain(", ".join(line.owners)))] if are_owned else []))
    return table


def _print(found: ClusterPage) -> None:
    line = found.line
    typer.echo(plain(line.title))
    typer.echo(
        cluster_spread(failures=line.failures, cases=line.cases, jobs=line.jobs)
        + f", first {line.first_seen_at:%Y-%m-%d}, last {line.last_seen_at:%Y-%m-%d %H:%M} UTC"
    )
    if line.category:
        typer.echo(plain(category_sentence(line.category)))
    if line.issue_url:
        typer.echo(plain(line.issue_url))
    if found.example.message:
        typer.echo(lines(found.example.message, limit=2_000))
    table = whole_table("case", "owner", "job", "failures", "last seen")
    for one in found.cases:
        seen = f"{one.last_seen_at:%Y-%m-%d %H:%M}"
        name_ = escape(plain(title_of(one.name)))
        whose = escape(plain(", ".join(one.name.owners)))
        table.add_row(name_, whose, escape(plain(one.variant)), str(one.failures), seen)
    Console().print(table)
