"""The process that keeps one server: starts it, starts it again, stops it when nobody uses it.

One per server and data folder, apart from the terminal of whoever came first. Its standard output
is for the reason why it cannot, and is closed when it can.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import BadInput
from app.embedded import locks
from app.embedded.identity import Identity, child_setup, identity_for
from app.embedded.postgres import Postgres
from app.embedded.programs import ENVIRONMENT, Program, last_lines_of
from app.embedded.redis import Redis

PROGRAMS: dict[str, type[Postgres] | type[Redis]] = {"postgres": Postgres, "redis": Redis}
HASTE = 0.005  # seconds between looks while the server starts
CALM = 0.1  # seconds between looks for the last user while it runs
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds before a server that ended at once is tried again
PID_DIGITS = 20  # more than any process id has
LOG_LIMIT = 4 * 1024 * 1024  # bytes; one older log of that size is kept beside it


def main() -> None:
    """Keep the server that the arguments name: kind, data folder, two switches, lock."""
    kind, data, durable, namespaces, lock = sys.argv[1:]
    if os.fork():
        os._exit(0)  # so that nobody has to wait for the keeper's end
    os.set_inheritable(int(lock), False)
    os.chdir("/")
    os.umask(0o077)
    program = PROGRAMS[kind](Path(data), durable=durable == "yes")
    try:
        _Keeper(program, namespaces=namespaces == "yes").keep()
    except (BadInput, OSError) as error:
        with contextlib.suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), str(error).encode(errors="backslashreplace"))


def _close_standard_output() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@dataclass(slots=True)
class _Keeper:
    """The keeper's state; `look` is one turn of its loop."""

    program: Program
    namespaces: bool
    users: int = -1  # descriptor of the users' lock
    up: int = -1  # descriptor of the lock that says that the server is up
    wakeup: int = -1  # readable after a signal
    server: "subprocess.Popen[bytes] | None" = None
    identity: Identity | None = None
    is_up: bool = False
    was_up: bool = False
    pause: float = 0.0
    not_before: float = 0.0
    orphan: int = 0  # process id of a killed keeper's server, once told to end
    told_to_go: list[int] = field(default_factory=list)

    def keep(self) -> None:
        """Keep the server until nobody uses it any more or a signal ends us."""
        self.users = locks.open_lock(self.program.place.users_lock)
        self.up = locks.open_lock(self.program.place.up_lock)
        self._listen_for_signals()
        try:
            while not self.told_to_go and not locks.is_taken(self.users, locks.ALONE):
                self._look()
                self._rest()
        finally:
            self._stop()
            self.program.place.close_socket_folder()

    def _listen_for_signals(self) -> None:
        self.wakeup, write = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda number, _: self.told_to_go.append(number))

    def _rest(self) -> None:
        """Sleep until a signal or the next look."""
        select.select([self.wakeup], [], [], CALM if self.is_up else HASTE)
        with contextlib.suppress(BlockingIOError):
            os.read(self.wakeup, select.PIPE_BUF)

    def _look(self) -> None:
        """Do what is due: start, notice an end, notice readiness, bound the log."""
        if self.server is None:
            if time.monotonic() >= self.not_before:
                self._start()
        elif self.server.poll() is not None:
            self._note_end()
        elif not self.is_up:
            self._note_readiness()
        self._bound_log()

    def _start(self) -> None:
        """Start the server once the last process of the one before has ended."""
        lock = locks.open_lock(self.program.place.server_lock)
        try:
            if locks.is_taken(lock, locks.ALONE):
                self.server = self._started(lock)
                os.ftruncate(lock, 0)
                os.pwrite(lock, str(self.server.pid).encode(), 0)
            else:
                self._send_off_orphan(lock)
        except (BadInput, OSError):
            if not self.was_up:
                raise
            self._wait_longer()  # a full disk, say: it may pass
        finally:
            os.close(lock)  # the server has its own descriptor of it

    def _send_off_orphan(self, lock: int) -> None:
        """Ask the server of a killed keeper to end, where the kernel has not done so."""
        process = os.pread(lock, PID_DIGITS, 0)
        if not self.was_up and not self.orphan and process.isdigit():
            self.orphan = int(process)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.orphan, self.program.farewells[0].signal)

    def _started(self, lock: int) -> "subprocess.Popen[bytes]":
        place = self.program.place
        if self.identity is None:
            self.identity = identity_for(self.program.needs(), namespaces=self.namespaces)
        self.program.prepare(self.identity, lock=lock)
        _hand_over(place.content, self.identity)
        socket_folder = place.open_socket_folder()
        for left in socket_folder.glob(f"{place.socket_name}*"):
            left.unlink()
        with place.log.open("ab") as log:
            return subprocess.Popen(
                self.program.arguments(socket_folder),
                cwd=place.folder,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
                preexec_fn=child_setup(self.identity, farewell=self.program.farewells[0].signal),
            )

    def _note_readiness(self) -> None:
        socket = self.program.place.socket()
        with contextlib.suppress(OSError):
            answers = socket is not None and self.program.answers(socket)
            self.is_up = answers and locks.is_taken(self.up, locks.ALONE)
        if self.is_up:
            self.pause = 0.0
            if not self.was_up:
                self.was_up = True
                _close_standard_output()

    def _note_end(self) -> None:
        """Start again, at once after a life and later and later after a failed start."""
        if not self.was_up:
            place = self.program.place
            raise BadInput(
                f"{self.program.title} did not start in {place.folder}: {last_lines_of(place.log)}"
            )
        if not self.is_up:
            self._wait_longer()
        self.server, self.is_up = None, False
        locks.let_go(self.up)

    def _wait_longer(self) -> None:
        self.pause = min(max(self.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        self.not_before = time.monotonic() + self.pause

    def _bound_log(self) -> None:
        log = self.program.place.log
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            with contextlib.suppress(OSError):  # no room for the older one
                shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)  # the server appends, so it goes on at the new end

    def _stop(self) -> None:
        for farewell in self.program.farewells:
            if self.server is None or self.server.poll() is not None:
                return
            self.server.send_signal(farewell.signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(farewell.patience)


def _hand_over(folder: Path, identity: Identity) -> None:
    """Make the server's files its own when another identity made them; the top comes last."""
    if folder.stat().st_uid == identity.owner:
        return
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in (*folders, *files):
            os.chown(Path(parent, name), identity.owner, identity.group, follow_symlinks=False)
    os.chown(folder, identity.owner, identity.group)


if __name__ == "__main__":
    main()
