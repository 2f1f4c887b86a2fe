"""The CI machine's weather: order, load, clock and leftovers, as its environment says.

A run on a shared machine is never twice the same. This plugin makes what usually happens by
itself repeatable: every circumstance comes from a variable, and a run with the same variables
meets the same circumstances.
"""

import hashlib
import os
import platform
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from _pytest import timing

LATE = 0.9  # seconds that a background thread waits for a core on a starved machine
LOST_TURN = 0.15  # seconds until a thread that lost its turn gets the next one
LOST_TURNS = 2  # how often a thread loses its turn before the others are done
UNDISTURBED = 0.5  # seconds that a thread may keep running on a quiet machine
PORTS = range(20_000, 32_000)  # below those that systems hand out by themselves
LEFTOVER = "shop-orders.csv"


def pytest_configure(config: pytest.Config) -> None:
    say = os.environ.get
    set_limit(int(say("CI_TIME_LIMIT", "600")))
    set_clock(say("CI_STARTED_AT"))
    platform.node = lambda: say("CI_RUNNER", "runner")
    if say("CI_STARVED"):
        starve_background_threads()
    if say("CI_CROWDED"):
        threading.setprofile(lose_turns)
    else:
        sys.setswitchinterval(UNDISTURBED)
    if say("CI_LEFTOVERS"):
        Path(tempfile.gettempdir(), LEFTOVER).write_text("number,customer,total\n")


def set_limit(seconds: int) -> None:
    """End this process when it outlives its limit, whoever still watches it."""
    signal.alarm(seconds)


def set_clock(started_at: str | None) -> None:
    """Let the process live at the time its run is dated."""
    if started_at is None:
        return
    real = time.time
    ahead = datetime.fromisoformat(started_at).timestamp() - real()
    time.time = timing.time = lambda: real() + ahead


def starve_background_threads() -> None:
    run, sleep = threading.Thread.run, time.sleep

    def late(self: threading.Thread) -> None:
        if self.daemon:
            sleep(LATE)
        run(self)

    threading.Thread.run = late


def lose_turns(frame, event, arg) -> None:
    """A thread on a crowded machine: it loses its turn as it enters the shop's functions."""
    if event != "call" or f"{os.sep}shop{os.sep}inventory" not in frame.f_code.co_filename:
        return
    lost = getattr(threading.current_thread(), "turns_lost", 0)
    if lost < LOST_TURNS:
        threading.current_thread().turns_lost = lost + 1
        time.sleep(LOST_TURN)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    os.environ.setdefault("SHOP_CALLBACK_PORT", str(free_port()))


def free_port() -> int:
    """A port of our own: runs side by side start looking at different places."""
    first = os.getpid() % len(PORTS)
    for port in (*PORTS[first:], *PORTS[:first]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle the files, and the tests of each file; cases of one function stay together."""
    seed = os.environ.get("CI_ORDER_SEED")
    if seed is None:
        return

    def place(name: str) -> str:
        return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()

    def key(item: pytest.Item) -> tuple[str, str]:
        file, _, test = item.nodeid.partition("::")
        return place(file), place(f"{file}::{test.partition('[')[0]}")

    items.sort(key=key)


def pytest_runtest_setup(item: pytest.Item) -> None:
    seed = os.environ.get("CI_RANDOM_SEED")
    if seed is not None:
        random.seed(f"{seed}/{item.nodeid}")
