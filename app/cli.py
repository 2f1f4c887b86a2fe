"""The command line: `flakeguard`. Every command exits with 0, 1 and one sentence, or 2."""

import sys
from typing import Annotated

import typer

from app import __version__, memory
from app.commands import (
    channel_group,
    cluster_group,
    history_group,
    offline,
    quarantine_group,
    token_group,
)
from app.commands.starting import settings as _settings

cli = typer.Typer(
    name="flakeguard",
    help="Is this failure mine? Tells flaky tests from broken ones, on every pull request.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
chat = typer.Typer(help="The Slack app, which channel hears of what, and who is who.")
cli.add_typer(chat, name="slack", no_args_is_help=True)
cli.add_typer(channel_group.channel, name="channel", no_args_is_help=True)
cli.add_typer(token_group.token, name="token", no_args_is_help=True)
cli.add_typer(cluster_group.cluster, name="cluster", no_args_is_help=True)
cli.add_typer(quarantine_group.quarantine, name="quarantine", no_args_is_help=True)
offline.add_to(cli)
history_group.add_to(cli)

# Every command imports what it needs when it runs: `flakeguard parse` must not wait for a web
# server's modules.

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Port = Annotated[int | None, typer.Option(help="Where web listens; PORT unless given.")]
Host = Annotated[str | None, typer.Option(help="The address web listens on; HOST unless given.")]


def main() -> None:
    """Run the command line; what is wrong is said in one sentence on stderr."""
    from app.core.errors import FlakeGuardError

    memory.is_coming_up()
    try:
        cli()
    except FlakeGuardError as error:
        print(f"flakeguard: {error}", file=sys.stderr)  # noqa: T201 -- the command line's voice
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@cli.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Is this failure mine? Tells flaky tests from broken ones, on every pull request."""


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@cli.command()
def demo(
    *,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Keep the pages open at the end.")
    ] = True,
    port: Annotated[int, typer.Option(help="Where the pages are.")] = 8000,
    as_json: AsJson = False,
) -> None:
    """Show the whole product on this machine, with a GitHub and a Slack of its own."""
    from app.demo.play import play

    raise typer.Exit(play(serve=serve, port=port, as_json=as_json))


@cli.command()
def up(
    *,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
) -> None:
    """Run everything: our own PostgreSQL and Redis where none is set, web, workers, cron."""
    from app.commands.up import up as run_up

    settings = _settings()
    raise typer.Exit(
        run_up(settings, host=host or settings.host, port=port or settings.port, workers=workers)
    )


@cli.command()
def web(
    *,
    host: Host = None,
    port: Port = None,
    link: Annotated[
        bool, typer.Option(help="Print a one-time link to set GitHub up while it is not.")
    ] = True,
) -> None:
    """Run one web process."""
    from app.commands.web import run_web

    settings = _settings()
    bound = settings.port if port is None else port
    run_web(settings, host=host or settings.host, port=bound, with_link=link)


@cli.command()
def worker(
    *,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
) -> None:
    """Run one worker process, or several."""
    from app.commands.workers import run_workers

    raise typer.Exit(run_workers(_settings(), processes=processes))


@cli.command()
def cron() -> None:
    """Run one cron process; of several, one acts."""
    from app.wiring import wired
    from jobs.cron import run

    with wired(_settings()) as parts:
        run(parts)


@cli.command()
def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database's schema to the newest version."""
    from app.commands.migrate import migrate as run_migrate

    raise typer.Exit(run_migrate(_settings(), as_json=as_json))


@cli.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Check settings, servers, GitHub and Slack; say what to do."""
    from app.commands.doctor import examine

    raise typer.Exit(examine(as_json=as_json))


@cli.command()
def deliveries(
    action: Annotated[str, typer.Argument(help="`list`, or `retry` with an id.")] = "list",
    reference: Annotated[str | None, typer.Argument(help="The delivery's number or GUID.")] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only those with parked work.")] = False,
    as_json: AsJson = False,
) -> None:
    """List deliveries and what became of them; take parked work up again."""
    from app.commands import deliveries as command

    if action == "retry" and reference is not None:
        raise typer.Exit(command.retry(_settings(), reference, as_json=as_json))
    if action != "list" or reference is not None:
        raise typer.BadParameter("Use `deliveries [--failed]` or `deliveries retry ID`.")
    raise typer.Exit(command.show(_settings(), failed_only=failed, as_json=as_json))


@cli.command()
def retention(
    repository: Annotated[
        str | None, typer.Argument(help="OWNER/NAME whose own days are set.")
    ] = None,
    *,
    keep: Annotated[
        list[str] | None, typer.Option(help="With a repository: what for how many days, runs=120.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let go of what is past its time, as cron does every hour; or say how long to keep it."""
    from app.commands import retention as command

    if repository is not None:
        raise typer.Exit(command.keep(_settings(), repository, keep or [], as_json=as_json))
    if keep:
        raise typer.BadParameter("Name the repository that is to keep it: OWNER/NAME.")
    raise typer.Exit(command.let_go(_settings(), dry_run=dry_run, as_json=as_json))


AliasAction = Annotated[str, typer.Argument(help="`list`, or `confirm` or `decline` with an id.")]


@cli.command()
def alias(
    action: AliasAction = "list",
    about: Annotated[str | None, typer.Argument(help="OWNER/NAME to list, or the id.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List cases that were renamed or moved; say whether they are one."""
    from app.commands import alias as command

    raise typer.Exit(command.run(_settings(), action, about, as_json=as_json))


@cli.command()
def plan(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME.")],
    *,
    owner: Annotated[
        str | None, typer.Option(help="What @login or @organisation/team owns.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank what to quarantine or fix by what it costs."""
    from app.commands import plan as command

    raise typer.Exit(command.show(_settings(), repository, owner=owner, as_json=as_json))


@cli.command()
def accuracy(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME.")], *, as_json: AsJson = False
) -> None:
    """Say how right we were, by the corrections of people and time."""
    from app.commands import plan as command

    raise typer.Exit(command.accuracy(_settings(), repository, as_json=as_json))


@chat.command()
def subscribe(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME.")],
    team: Annotated[str, typer.Argument(help="The workspace's id, like T024BE7LD.")],
    channel: Annotated[str, typer.Argument(help="The channel's id, like C024BE91L.")],
) -> None:
    """Let a Slack channel hear of a repository's flaky cases."""
    from app.commands import slack

    raise typer.Exit(slack.subscribe(_settings(), repository, team=team, channel=channel))


@chat.command()
def link(
    team: Annotated[str, typer.Argument(help="The workspace's id, like T024BE7LD.")],
    user: Annotated[str, typer.Argument(help="The person's Slack id, like U2147483697.")],
    login: Annotated[str, typer.Argument(help="Their GitHub login.")],
) -> None:
    """Say which GitHub user a Slack user is, so that their buttons work."""
    from app.commands import slack

    raise typer.Exit(slack.link(_settings(), team=team, user=user, login=login))


@chat.command()
def manifest(
    *,
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode, which needs no public address.")
    ] = False,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="With tokens that rotate; for installing by OAuth.")
    ] = False,
) -> None:
    """Print the Slack app's manifest, with the addresses of this installation."""
    from app.commands import slack

    raise typer.Exit(slack.manifest(_settings(), socket=socket, rotate=rotate))


if __name__ == "__main__":
    main()
