"""Prism as a proxy that names every breach of a description in a header of the answer."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.description import Json
from tests.contract.node import MODULES, NODE

PRISM = MODULES / "@stoplight" / "prism-cli" / "dist" / "index.js"
VIOLATIONS = "sl-violations"
STARTS_WITHIN = 60.0  # seconds
LOOK_EVERY = 0.1  # seconds


@contextmanager
def prism(description: Json, upstream: str, folder: Path) -> Iterator[str]:
    """Prism between us and `upstream`; yields its address."""
    file = folder / "described.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    port = free_port()
    log = folder / "prism.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [NODE, PRISM, "proxy", file, upstream, "--port", str(port), "--host", "127.0.0.1"],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        await_listening(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def await_listening(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until it answers; RuntimeError with what it said when it ends instead."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(LOOK_EVERY)
        else:
            return
    raise RuntimeError(f"Prism did not start: {log.read_text()[-2_000:]}")
