"""`flakeguard demo`: the whole product on this machine, on a project whose flakes are real."""

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import logs
from app.clock import utc_now
from app.db import executions
from app.db.session import unit_of_work
from app.demo import showing
from app.demo.execute import execute
from app.demo.findings import found
from app.demo.history import build_history
from app.demo.records import REPO, History
from app.demo.replay import replay
from app.demo.stage import Stage, set_up
from app.main import bind
from app.services.access.sessions import make_sign_in_link

CHANNEL = "shop-tests"
TRIAGER = "nadia"  # writes to the repository, on GitHub and in Slack
READER = "guest"  # may read and not act
PROCESSES = 2  # pytest processes side by side; more than this machine has cores gains nothing
DONE = 0


def play(*, serve: bool, port: int, as_json: bool) -> int:
    """Play the demo to its end, and keep its pages open until Ctrl-C unless told not to."""
    logs.configure("WARNING", "console")
    console = Console(stderr=as_json)
    chosen = port if serve else _free_port()
    bind("127.0.0.1", chosen).close()  # a port in use is said before anything is started
    with tempfile.TemporaryDirectory(prefix="flakeguard-demo-") as scratch:
        folder = Path(scratch)
        history = build_history(now=utc_now())
        with contextlib.suppress(KeyboardInterrupt), _stage(folder, console, chosen) as stage:
            runs = _happen(stage, history, folder / "runs", console)
            url = make_sign_in_link(stage.engine, now=utc_now(), base_url=stage.address)
            _tell(stage, history, console, Told(runs, url, is_open=serve), as_json=as_json)
            if serve:
                console.print("\nPress Ctrl-C to end it; nothing is kept.")
                stage.supervisor.watch()
    return DONE


@contextlib.contextmanager
def _stage(folder: Path, console: Console, port: int) -> Iterator[Stage]:
    with console.status("Starting PostgreSQL, Redis, web, worker and cron"):
        stack = contextlib.ExitStack()
        stage = stack.enter_context(set_up(folder / "data", port=port))
    with stack:
        yield stage


def _happen(stage: Stage, history: History, folder: Path, console: Console) -> int:
    """Let the six weeks happen; how many run attempts there were."""
    _people(stage)
    planned = sum(len(run.attempts) for run in history.runs)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        bar = progress.add_task("Running the shop's tests", total=planned)
        told = 0

        def on_run() -> None:
            nonlocal told
            told += 1
            if told == 1:
                stage.settle()
                stage.hear_of(REPO, stage.world.slack.channel(CHANNEL).id)

        def on_progress(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)
            stage.look_after()

        finished = execute(history, folder, processes=_processes(), on_progress=on_progress)
        with contextlib.closing(finished):
            runs = replay(stage.world.github, history, finished, on_run=on_run)
        progress.update(bar, description="Waiting for the last work", completed=planned)
        stage.settle()
    return runs


def _people(stage: Stage) -> None:
    """The organisation, its repository, and who may do what."""
    github, slack = stage.world.github, stage.world.slack
    installation = github.add_installation(REPO.partition("/")[0])
    github.add_repository(
        REPO, installation=installation, permissions={TRIAGER: "write", READER: "read"}
    )
    slack.add_channel(CHANNEL)
    for login in (TRIAGER, READER):
        stage.link(slack.add_user(login).id, login)


@dataclass(frozen=True, slots=True)
class Told:
    """How much was run, and where the pages are."""

    runs: int
    url: str
    is_open: bool  # whether the pages stay open


def _tell(stage: Stage, history: History, console: Console, told: Told, *, as_json: bool) -> None:
    everything = found(stage, history)
    if not as_json:
        showing.show(console, stage, everything, url=told.url if told.is_open else None)
        return
    with unit_of_work(stage.engine) as session:
        count = executions.count(session)
    print(showing.as_json(stage, everything, runs=told.runs, executions=count, url=told.url))  # noqa: T201 -- it is the answer


def _processes() -> int:
    return max(1, min(PROCESSES, os.cpu_count() or 1))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
