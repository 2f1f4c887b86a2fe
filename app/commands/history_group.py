"""The commands about a stored history, as the command line knows them."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.starting import settings as _settings

Name = Annotated[str, typer.Argument(help="OWNER/NAME.")]


def export(
    repository: Name,
    *,
    into: Annotated[
        Path | None, typer.Option("--output", help="A file; packed where it ends in .gz.")
    ] = None,
) -> None:
    """Write a repository's history as JSON lines, for `flakeguard backtest`."""
    from app.commands import history

    raise typer.Exit(history.export(_settings(), repository, into=into))


def recompute(
    repository: Annotated[
        str | None, typer.Argument(help="OWNER/NAME; every repository unless given.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
) -> None:
    """Judge what is stored anew, in the background; nobody is told of what changes only by that."""
    from app.commands import history

    raise typer.Exit(history.recompute(_settings(), repository, as_json=as_json))


def purge(
    repository: Annotated[str | None, typer.Argument(help="OWNER/NAME.")] = None,
    *,
    installation: Annotated[
        int | None, typer.Option(help="Every repository of this installation instead.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase all that is kept of a repository or an installation, at once."""
    from app.commands import purge as command

    raise typer.Exit(command.purge(_settings(), repository, installation=installation, is_sure=yes))


def add_to(cli: typer.Typer) -> None:
    """Let the command line have these."""
    for command in (export, recompute, purge):
        cli.command()(command)
