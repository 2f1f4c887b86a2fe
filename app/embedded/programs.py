"""What the keeper must know of a server, whichever it is, and the server programs of the wheels."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.errors import BadInput
from app.embedded.identity import Identity, child_setup
from app.embedded.place import Place

LAST_LINES = 5  # of a log, in an error's sentence: the reason is among them
LAST_BYTES = 2000
LOOK_EVERY = 0.1  # seconds between looks whether what is being made is still wanted
ENVIRONMENT = {
    "LC_ALL": "C",
    "PATH": os.defpath,
}  # so that no PG* variable of the user's reaches it


@dataclass(frozen=True, slots=True)
class Farewell:
    """One step of asking a server to end: the signal and how long it may take, in seconds."""

    signal: signal.Signals
    patience: float


class Program(Protocol):
    """A server that can be kept."""

    @property
    def title(self) -> str:
        """Its name, for people."""
        ...

    @property
    def place(self) -> Place: ...

    @property
    def durable(self) -> bool:
        """Whether what it acknowledged survives the machine's end."""
        ...

    @property
    def farewells(self) -> Sequence[Farewell]:
        """How it is ended, the kindest first."""
        ...

    def check(self) -> None:
        """Raise BadInput when the folder holds what this server cannot use; change nothing."""
        ...

    def needs(self) -> Sequence[Path]:
        """The programs and folders that it must reach, whoever it runs as."""
        ...

    def prepare(self, identity: Identity, *, lock: int) -> None:
        """Make what is missing before a start; programs run for it hold `lock` to their end."""
        ...

    def arguments(self, socket_folder: Path) -> list[str]: ...

    def answers(self, socket: Path) -> bool:
        """Whether it is up and complete; raises OSError when nobody listens there."""
        ...

    def url(self, socket: Path) -> str: ...


def wheel_file(package: str, *parts: str) -> Path | None:
    """Return a file of an installed wheel, found without importing it; None where it is not."""
    spec = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations or [] if spec else []:
        file = Path(folder, *parts)
        if file.exists():
            return file
    return None


def program_on_path(name: str) -> Path | None:
    """Return a program of the machine; None where it is not."""
    found = shutil.which(name)
    return Path(found) if found else None


def run_to_its_end(
    arguments: Sequence[str | Path],
    *,
    identity: Identity,
    cwd: Path,
    lock: int,
    is_wanted: Callable[[], bool],
) -> None:
    """Run a program that makes something; raise BadInput with its last lines when it fails.

    It and its children hold the descriptor `lock`, so that none of them is overlooked. It is
    killed when nobody wants it any more.
    """
    with subprocess.Popen(
        arguments,
        cwd=cwd,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock,),
        preexec_fn=child_setup(identity, farewell=signal.SIGKILL),
        process_group=0,
    ) as process:
        output = _watched(process, is_wanted)
    if process.returncode != 0:
        said = last_lines(output)
        raise BadInput(f"{Path(arguments[0]).name} failed in {cwd}: {said or process.returncode}")


def _watched(process: "subprocess.Popen[bytes]", is_wanted: Callable[[], bool]) -> bytes:
    """All that it says until it ends, which it does at once when nobody wants it any more."""
    while True:
        try:
            return process.communicate(timeout=LOOK_EVERY)[0]
        except subprocess.TimeoutExpired:
            if not is_wanted():
                os.killpg(process.pid, signal.SIGKILL)  # with the programs that it runs itself


def last_lines(text: bytes) -> str:
    """The end of a log, on one line."""
    lines = text[-LAST_BYTES:].decode("utf-8", "replace").splitlines()
    return " | ".join(line.strip() for line in lines[-LAST_LINES:] if line.strip())


def last_lines_of(log: Path) -> str:
    """The end of a log file, on one line; empty where there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LAST_BYTES))
            return last_lines(file.read())
    except FileNotFoundError:
        return ""
