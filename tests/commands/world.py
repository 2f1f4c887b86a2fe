"""Running the command line for real, on a data folder of its own and with nothing configured."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.commands.forked import run_forked

ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # of our own environment: no setting of FlakeGuard's


def environment(data: Path, **settings: str) -> dict[str, str]:
    ours = {name: os.environ[name] for name in KEPT if name in os.environ}  # noqa: TID251
    return ours | {"FLAKEGUARD_DATA": str(data), "PYTHONPATH": str(ROOT)} | settings


def start(data: Path, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
    """`flakeguard ARGUMENTS`, in a folder without an .env file."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=data.parent,
        env=environment(data, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(data: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """What `flakeguard ARGUMENTS` comes to: its exit code, standard output and standard error."""
    return run_forked(arguments, environ=environment(data, **settings), folder=data.parent)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def processes_of(data: Path) -> dict[int, str]:
    """Every process that was started on a data folder, with its command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environ = (process / "environ").read_bytes()
        except OSError:
            continue
        if bytes(data) in command or f"FLAKEGUARD_DATA={data}".encode() in environ:
            found[int(process.name)] = command.replace(b"\0", b" ").decode()
    return found
