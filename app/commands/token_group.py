"""The commands below `flakeguard token`; each imports what it needs when it runs."""

from typing import Annotated

import typer

from app.commands.starting import settings

token = typer.Typer(help="The secrets with which a project's CI hands in reports.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
TokenId = Annotated[int, typer.Argument(help="The token's number, as `token list` shows it.")]


@token.command("create")
def create_token(
    project: Annotated[
        str, typer.Argument(help="OWNER/NAME on GitHub, gitlab:GROUP/NAME, or other:GROUP/NAME.")
    ],
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "ci",
    default_branch: Annotated[
        str, typer.Option(help="Of a project that is new to us and not on GitHub.")
    ] = "main",
    may_act: Annotated[
        bool,
        typer.Option("--may-act", help="Let it decide about cases too: quarantine, dismiss, undo."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token for a project, and show it, this once."""
    from app.commands import token as command

    raise typer.Exit(
        command.create(
            settings(),
            project,
            name=name,
            default_branch=default_branch,
            may_act=may_act,
            as_json=as_json,
        )
    )


@token.command("rotate")
def rotate_token(
    token_id: TokenId,
    *,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=24 * 90, help="How long the old one goes on working.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a token that takes another's place, and show it, this once."""
    from datetime import timedelta

    from app.commands import token as command

    overlap = timedelta(hours=overlap_hours)
    raise typer.Exit(command.rotate(settings(), token_id, overlap=overlap, as_json=as_json))


@token.command("revoke")
def revoke_token(token_id: TokenId, *, as_json: AsJson = False) -> None:
    """End a token at once."""
    from app.commands import token as command

    raise typer.Exit(command.revoke(settings(), token_id, as_json=as_json))


@token.command("list")
def list_tokens(
    project: Annotated[str | None, typer.Argument(help="Only of this project.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the tokens; their texts are known to nobody."""
    from app.commands import token as command

    raise typer.Exit(command.show(settings(), project, as_json=as_json))
