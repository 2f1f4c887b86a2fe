"""Using the embedded servers: the first user starts them, the last one stops them."""

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import app
from app.core.errors import BadInput
from app.embedded import locks
from app.embedded.folder import claim, said_of
from app.embedded.postgres import Postgres
from app.embedded.programs import Program, last_lines_of
from app.embedded.redis import Redis

ROOT = Path(app.__file__).parents[1]  # where a keeper finds this package, installed or not
STEP = 0.01  # seconds between looks
PATIENCE = 60.0  # seconds for a start: initdb on a slow disk, or recovery after a crash
STOP_PATIENCE = 6.0  # seconds: more than the sum of a server's farewells
LAUNCHES = 3  # keepers that may vanish without a word before we give up
ANSWER_BYTES = 8192  # more than the longest sentence of a keeper


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are reached; None where one was not asked for."""

    database_url: str | None
    redis_url: str | None


@contextlib.contextmanager
def use(
    data: Path,
    *,
    postgres: bool,
    redis: bool,
    durable: bool = True,
    namespaces: bool = True,
) -> Iterator[Servers]:
    """Have the servers of a data folder running for as long as the context lasts.

    Any number of processes may do so at a time. `durable` (off only where a power cut may cost
    everything) and `namespaces` (root's way to run them, see app.embedded.identity) are settled by
    who starts them. Raises BadInput, naming the folder and what to do, when they cannot run there.
    """
    data = data.resolve()
    claim(data)
    database = _User(Postgres(data, durable=durable), namespaces) if postgres else None
    queue = _User(Redis(data, durable=durable), namespaces) if redis else None
    users = [user for user in (database, queue) if user]
    try:
        with said_of(data):
            for user in users:
                user.enter()
            servers = Servers(
                database.wait_until_ready() if database else None,
                queue.wait_until_ready() if queue else None,
            )
        yield servers
    finally:
        for user in users:
            user.leave()
        for user in users:
            user.wait_for_the_end()


@dataclass(slots=True)
class _User:
    """One process's use of one server."""

    program: Program
    namespaces: bool
    stay: int = -1  # descriptor of the users' lock, held shared
    keeper: "subprocess.Popen[bytes] | None" = None  # whom we launched, until it has spoken
    launches: int = 0

    def enter(self) -> None:
        """Say that we need the server, and launch its keeper when there is none."""
        place = self.program.place
        self.program.check()
        place.folder.mkdir(mode=0o700, exist_ok=True)
        deadline = time.monotonic() + PATIENCE
        self.stay = locks.open_lock(place.users_lock)
        while not locks.is_taken(self.stay, locks.EVERYBODY):  # a keeper is just leaving
            self._give_up_after(deadline)
            time.sleep(STEP)
        self._launch_if_vacant()

    def wait_until_ready(self) -> str:
        """Return the server's URL once it is up; raise BadInput with the reason when it is not."""
        place = self.program.place
        deadline = time.monotonic() + PATIENCE
        while not place.is_up() or (socket := place.socket()) is None:
            self._give_up_after(deadline)
            self._launch_if_vacant()
            self._listen()
        self._forget_keeper()
        return self.program.url(socket)

    def leave(self) -> None:
        """Need the server no more."""
        self._forget_keeper()
        if self.stay >= 0:
            os.close(self.stay)  # not unlocked: a forked child may hold it still
            self.stay = -1

    def wait_for_the_end(self) -> None:
        """Wait until the server has stopped, unless somebody else uses it."""
        place = self.program.place
        if not place.users_lock.exists():
            return
        deadline = time.monotonic() + STOP_PATIENCE
        while time.monotonic() < deadline and not locks.is_free(place.keeper_lock):
            if place.has_users():
                return
            time.sleep(STEP)

    def _launch_if_vacant(self) -> None:
        """Start a keeper if there is none; it inherits the lock that says so."""
        if self.keeper is not None or self.launches >= LAUNCHES:
            return
        place = self.program.place
        lock = locks.open_lock(place.keeper_lock)
        try:
            if locks.is_taken(lock, locks.ALONE):
                self.keeper = self._launched(lock)
                self.launches += 1
        finally:
            os.close(lock)

    def _launched(self, lock: int) -> "subprocess.Popen[bytes]":
        program = self.program
        switches = ["yes" if switch else "no" for switch in (program.durable, self.namespaces)]
        arguments = [program.place.name, str(program.place.data), *switches, str(lock)]
        with program.place.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "app.embedded.keeper", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,  # the terminal's Ctrl-C is not for it
            )

    def _listen(self) -> None:
        """Wait a step for the keeper that we launched to speak: it only ever says why not."""
        if self.keeper is None or self.keeper.stdout is None:
            time.sleep(STEP)
            return
        if not select.select([self.keeper.stdout], [], [], STEP)[0]:
            return
        said = os.read(self.keeper.stdout.fileno(), ANSWER_BYTES).decode()
        self._forget_keeper()
        if said:
            raise BadInput(said)

    def _forget_keeper(self) -> None:
        if self.keeper is not None:
            if self.keeper.stdout is not None:
                self.keeper.stdout.close()
            self.keeper.wait()  # only its forerunner, which ended at once
            self.keeper = None

    def _give_up_after(self, deadline: float) -> None:
        is_hopeless = self.launches >= LAUNCHES and self.keeper is None
        if time.monotonic() > deadline or is_hopeless:
            place = self.program.place
            raise BadInput(
                f"{self.program.title} did not come up in {place.folder}; {place.log} ends:"
                f" {last_lines_of(place.log)}"
            )
