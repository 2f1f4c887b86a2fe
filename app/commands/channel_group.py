"""The commands below `flakeguard channel`; each imports what it needs when it runs."""

import sys
from typing import Annotated

import typer

from app.commands.starting import settings
from app.core.outlets import OutletKind

channel = typer.Typer(help="Channels outside Slack: Mattermost, Teams, webhooks, e-mail.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="The channel's name.")]


@channel.command("add")
def add_channel(
    kind: Annotated[OutletKind, typer.Argument(help="What it is.")],
    name: Name,
    *,
    to: Annotated[
        str | None,
        typer.Option(help="Where it leads; asked for unless given, as a webhook is a secret."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(help="A GitHub account whose policies may name it; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a channel. Its address is read from stdin, as it is as secret as a password."""
    from app.commands import channel as command

    address = sys.stdin.readline() if to is None and not sys.stdin.isatty() else to
    if address is None:
        asked = "Addresses" if kind is OutletKind.EMAIL else "Webhook address"
        address = typer.prompt(asked, hide_input=kind is not OutletKind.EMAIL, err=True)
    raise typer.Exit(
        command.add(settings(), kind, name, address, accounts=account or [], as_json=as_json)
    )


@channel.command("list")
def list_channels(*, as_json: AsJson = False) -> None:
    """List the channels, and which of them failed last."""
    from app.commands import channel as command

    raise typer.Exit(command.show(settings(), as_json=as_json))


@channel.command("test")
def try_channel(name: Name) -> None:
    """Send a message that says that it is a test."""
    from app.commands import channel as command

    raise typer.Exit(command.try_out(settings(), name))


@channel.command("subscribe")
def subscribe(repository: Annotated[str, typer.Argument(help="OWNER/NAME.")], name: Name) -> None:
    """Let a channel hear of a repository."""
    from app.commands import channel as command

    raise typer.Exit(command.subscribe(settings(), repository, name))


@channel.command("unsubscribe")
def unsubscribe(repository: Annotated[str, typer.Argument(help="OWNER/NAME.")], name: Name) -> None:
    """Let a channel hear of a repository no more."""
    from app.commands import channel as command

    raise typer.Exit(command.unsubscribe(settings(), repository, name))


@channel.command("remove")
def remove(name: Name) -> None:
    """Take a channel away."""
    from app.commands import channel as command

    raise typer.Exit(command.remove(settings(), name))
