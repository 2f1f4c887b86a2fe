"""The commands below `flakeguard cluster`; each imports what it needs when it runs."""

from typing import Annotated

import typer

from app.commands.starting import settings

cluster = typer.Typer(help="Failures that say the same, across cases and jobs.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
RepositoryName = Annotated[str, typer.Argument(help="OWNER/NAME.")]
ClusterId = Annotated[int, typer.Argument(help="The cluster's number, as `cluster list` shows it.")]


@cluster.command("list")
def list_clusters(
    repository: RepositoryName,
    *,
    page: Annotated[int, typer.Option(min=1, max=10_000, help="Which page, from 1.")] = 1,
    owner: Annotated[str | None, typer.Option(help="Only what somebody's cases are in.")] = None,
    as_json: AsJson = False,
) -> None:
    """List a repository's clusters, those seen last first."""
    from app.commands import cluster as command

    shown = command.show_all(settings(), repository, page=page, owner=owner, as_json=as_json)
    raise typer.Exit(shown)


@cluster.command("show")
def show_cluster(
    repository: RepositoryName, cluster_id: ClusterId, *, as_json: AsJson = False
) -> None:
    """Show one cluster: its text, its cases and jobs, and when they failed."""
    from app.commands import cluster as command

    raise typer.Exit(command.show_one(settings(), repository, cluster_id, as_json=as_json))


@cluster.command("name")
def name_cluster(
    repository: RepositoryName,
    cluster_id: ClusterId,
    name: Annotated[str, typer.Argument(help="What it is called; empty takes the name away.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Call a cluster by a name."""
    from app.commands import cluster as command

    raise typer.Exit(command.name(settings(), repository, cluster_id, name, as_json=as_json))


@cluster.command("link")
def link_cluster(
    repository: RepositoryName,
    cluster_id: ClusterId,
    url: Annotated[str, typer.Argument(help="The issue's address; empty unlinks it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Link a cluster to the issue that is about it."""
    from app.commands import cluster as command

    raise typer.Exit(command.link(settings(), repository, cluster_id, url, as_json=as_json))
