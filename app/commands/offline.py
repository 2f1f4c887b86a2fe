"""The commands that need neither server nor settings: reports, histories, policies from files.

Each imports what it needs when it runs, so that none waits for the others' modules.
"""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
AT_LEAST_COMPARED = 2  # by --compare
Paths = Annotated[
    list[Path], typer.Argument(help="Report files, folders or zips.", show_default=False)
]


def parse(paths: Paths, *, as_json: AsJson = False) -> None:
    """Read test reports and say what they hold; exits 1 when any was refused."""
    from app.commands.parse import parse as run_parse

    raise typer.Exit(run_parse(paths, as_json=as_json))


def analyze(paths: Paths, *, as_json: AsJson = False) -> None:
    """Score a series of report folders or zips, oldest first, with no server at all."""
    from app.commands.analyze import analyze as run_analyze

    raise typer.Exit(run_analyze(paths, as_json=as_json))


def backtest(
    history: Annotated[Path, typer.Argument(help="A history, .jsonl or .jsonl.gz, or a pipe.")],
    *,
    scorer: Annotated[
        str | None,
        typer.Option(help="`evidence`, the default, `rolling-window` or `flake-rate`."),
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="A policy file that decides.")] = None,
    compare: Annotated[
        str | None, typer.Option(help="A,B: scorers or policy files, side by side.")
    ] = None,
    checkpoints: Annotated[int, typer.Option(min=0, help="Moments at which scores are taken.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Replay a history and say what a policy would have decided, when, and what it would hide."""
    from app.commands.backtest import backtest as run_backtest
    from app.commands.backtest import judge_of
    from app.core.policy.names import ScorerName

    if scorer is not None and scorer not in set(ScorerName):
        raise typer.BadParameter(f"There is no scorer called {scorer}.", param_hint="--scorer")
    if sum(one is not None for one in (scorer, policy, compare)) > 1:
        raise typer.BadParameter("Say one of --scorer, --policy and --compare.")
    named = [one.strip() for one in compare.split(",")] if compare is not None else []
    if compare is not None and (len(named) < AT_LEAST_COMPARED or not all(named)):
        raise typer.BadParameter("Name two, like evidence,rolling-window.", param_hint="--compare")
    judges = [judge_of(one) for one in named or [str(policy) if policy else scorer or "evidence"]]
    raise typer.Exit(run_backtest(history, judges, checkpoints=checkpoints, as_json=as_json))


policy = typer.Typer(help="What a repository's .flakeguard.yml says.")


@policy.callback()
def about() -> None:
    """What a repository's .flakeguard.yml says."""


@policy.command("check")
def check_policy(
    file: Annotated[Path, typer.Argument(help="A policy file.")], *, as_json: AsJson = False
) -> None:
    """Say everything that is wrong with a policy file; exits 1 when anything is."""
    from app.commands.policy import check

    raise typer.Exit(check(file, as_json=as_json))


def add_to(cli: typer.Typer) -> None:
    """Make these commands of the command line."""
    cli.add_typer(policy, name="policy", no_args_is_help=True)
    for command in (parse, analyze, backtest):
        cli.command()(command)
