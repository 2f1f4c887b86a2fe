"""What the tests of the embedded servers look at from outside: processes, folders, other users."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import app

ROOT = Path(app.__file__).parents[1]
ASKER = "tests.embedded.asker"
PATIENCE = 60.0  # seconds until a wait is given up; nothing here takes one of them
STEP = 0.02
IS_ROOT = os.geteuid() == 0
# Somebody without any right of root's, in whose eyes root's own files are theirs.
AS_ORDINARY_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class Asker:
    """Another process that asks for the servers of a folder."""

    def __init__(self, data: Path, *, prefix: Sequence[str] = (), **options: bool) -> None:
        wanted = {"postgres": True, "redis": True, "durable": False} | options
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", ASKER, str(data), json.dumps(wanted)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a terminal of its own, so to say
        )

    def answer(self) -> dict[str, str]:
        """Wait for what it was told."""
        assert self.process.stdout is not None
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> None:
        """Let it end by itself."""
        self.process.communicate(timeout=PATIENCE)

    def interrupt(self) -> None:
        """Press Ctrl-C in its terminal, which every process of its group hears."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def asked(data: Path, *, prefix: Sequence[str] = (), **options: bool) -> Iterator[dict[str, str]]:
    """The answer that another process got, which goes on using the servers meanwhile."""
    asker = Asker(data, prefix=prefix, **options)
    try:
        yield asker.answer()
    finally:
        asker.leave()


def processes_of(data: Path) -> dict[int, str]:
    """The keepers and servers of a data folder, and their children, by process id: what they run.

    A server names the folder when it starts and works in it to the end.
    """
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                works_in = (folder / "cwd").readlink()
                if str(data) in command or works_in.is_relative_to(data):
                    found[int(folder.name)] = command
    return {pid: command for pid, command in found.items() if ASKER not in command}


def pids_of(data: Path, words: str) -> set[int]:
    """The processes of a data folder whose command contains the words."""
    return {pid for pid, command in processes_of(data).items() if words in command}


def pid_of(data: Path, words: str) -> int:
    """The one such process."""
    (pid,) = pids_of(data, words)
    return pid


def kill(pid: int) -> None:
    """End a process as no process can prevent; it may have gone with another by now."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that will be so; fail when it is not."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(STEP)


def modes_of_parents(folder: Path) -> dict[Path, int]:
    """The permissions of every folder above one."""
    return {parent: parent.stat().st_mode for parent in folder.parents}


def tree(folder: Path) -> dict[Path, tuple[int, bytes | None]]:
    """Everything in a folder: modes and contents."""
    return {
        path: (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in (folder, *sorted(folder.rglob("*")))
    }
