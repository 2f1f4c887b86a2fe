"""The command line in processes that need not import it: forked off a server that has.

Each is a process of its own with its own environment, folder and exit code, as `python -m app.cli`
starts it; only the seconds that the imports take are spent once.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

PRELOADED = ["app.cli", "app.wiring", "app.commands.starting", "app.services.page_acts"]


def run_forked(
    arguments: Sequence[str], *, environ: Mapping[str, str], folder: Path
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `flakeguard ARGUMENTS` in a folder."""
    with TemporaryDirectory() as place:
        said, complained = Path(place, "said"), Path(place, "complained")
        process = _context().Process(
            target=_command_line, args=(arguments, dict(environ), folder, said, complained)
        )
        process.start()
        process.join()
        assert process.exitcode is not None
        return process.exitcode, said.read_text(), complained.read_text()


def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _command_line(
    arguments: Sequence[str], environ: dict[str, str], folder: Path, said: Path, complained: Path
) -> None:
    """Be `flakeguard ARGUMENTS`: whatever this process inherited is put away first."""
    for path, stream in ((said, sys.stdout), (complained, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    os.environ.clear()  # noqa: TID251 -- an environment of its own, as a started process has
    os.environ.update(environ)  # noqa: TID251 -- as the child was asked to see it
    os.chdir(folder)
    os.setsid()
    sys.argv = ["flakeguard", *arguments]
    from app.cli import main

    main()
