"""Keeps processes running: starts them, starts them again, and ends them all together."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import structlog

from app import leash
from app.core.errors import FlakeGuardError

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # each means: end everything
LEASHED = (sys.executable, "-I", "-S", leash.__file__)
SWEEPS = 3  # a process may fork while it is being looked for
SESSION_FIELD = 3  # of /proc/PID/stat, counted after the name in parentheses

Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None

log = structlog.get_logger(__name__)


class GaveUp(FlakeGuardError):
    """A process ended so often, so soon, that starting it again is no help."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep: its name for messages, and its argument list; the first is a path."""

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str] | None = None  # None: ours


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits for what; seconds."""

    steady: float = 5.0  # who lived that long did not fail at its start
    first_pause: float = 0.5  # before a start after a failed start; doubled each time
    longest_pause: float = 10.0
    failed_starts: int = 5  # in a row; then we give up
    grace: float = 3.0  # between SIGTERM and SIGKILL; all must be over within 5


@dataclass(slots=True)
class _Child:
    """One program's present process, or the time at which it is due to start."""

    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    since: float = 0.0
    failed_starts: int = 0
    due: float | None = 0.0  # monotonic; None while it runs


@dataclass(slots=True)
class Supervisor:
    """Use as a context: it starts the programs when entered and ends them when left.

    Signals end it too, so it belongs into the main thread. Each process has a session of its own:
    a terminal's Ctrl-C reaches only us, and whatever a process leaves behind is found by it.
    """

    programs: Sequence[Program]
    patience: Patience = Patience()
    _children: list[_Child] = field(default_factory=list)
    _events: "queue.SimpleQueue[int | None]" = field(default_factory=queue.SimpleQueue)
    _former: dict[int, Handler] = field(default_factory=dict)
    _ending: bool = False

    def __enter__(self) -> Self:
        for number in ENDINGS:
            self._former[number] = signal.signal(number, self._note_signal)
        self._children = [_Child(program) for program in self.programs]
        try:
            self._start_due()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._end_all()
        finally:
            for number, former in self._former.items():
                signal.signal(number, former)

    @property
    def is_ending(self) -> bool:
        """Whether a signal has asked us to end."""
        return self._ending

    def watch(self) -> None:
        """Keep the programs running until a signal asks us to end; GaveUp when that is no help."""
        while not self._ending:
            self.step()

    def step(self, timeout: float | None = None) -> None:
        """Wait for one event, at most `timeout` seconds, and do what follows from it."""
        self._await_event(self._next_due(timeout))
        if not self._ending:
            self._start_due()

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._events.put(None)  # SimpleQueue's put may interrupt its own get

    def _next_due(self, timeout: float | None) -> float | None:
        """Seconds to wait at most: until `timeout` or the next start."""
        dues = [child.due for child in self._children if child.due is not None]
        waits = [max(0.0, min(dues) - time.monotonic())] if dues else []
        return min([*waits, *([] if timeout is None else [timeout])], default=None)

    def _await_event(self, timeout: float | None) -> None:
        try:
            ended = self._events.get(timeout=timeout)
        except queue.Empty:
            return
        if ended is None:
            self._ending = True
            return
        for child in self._children:
            if child.process is not None and child.process.pid == ended:
                self._take_leave(child, child.process)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.due is not None and child.due <= now:
                self._start(child)

    def _start(self, child: _Child) -> None:
        child.process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                leash.__file__,
                str(os.getpid()),
                *child.program.arguments,
            ],
            env=child.program.environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        child.since, child.due = time.monotonic(), None
        threading.Thread(target=self._report_end, args=[child.process.pid], daemon=True).start()

    def _report_end(self, process: int) -> None:
        with contextlib.suppress(ChildProcessError):  # reaped already, by who ends us all
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)  # not reaped: its id stays taken
        self._events.put(process)

    def _take_leave(self, child: _Child, process: "subprocess.Popen[bytes]") -> None:
        """Reap a process and what it left behind, and settle when it starts again."""
        _kill_session(process.pid)
        status = process.wait()
        child.process = None
        if self._ending:
            return
        lived = time.monotonic() - child.since
        child.failed_starts = child.failed_starts + 1 if lived < self.patience.steady else 0
        if child.failed_starts >= self.patience.failed_starts:
            raise GaveUp(
                f"{child.program.name} ended {child.failed_starts} times just after its start, "
                f"the last time with {_told(status)}; its own lines above say why."
            )
        pause = self._pause(child.failed_starts)
        child.due = time.monotonic() + pause
        log.warning("process ended", process=child.program.name, how=_told(status), again_in=pause)

    def _pause(self, failed_starts: int) -> float:
        doubled = self.patience.first_pause * 2.0 ** (failed_starts - 1)
        return min(doubled, self.patience.longest_pause) if failed_starts else 0.0

    def _end_all(self) -> None:
        """SIGTERM to every process, and SIGKILL to what is left after the grace or a new signal."""
        self._ending = True
        for _, process in self._running():
            process.terminate()
        self._await_ends()
        for child, process in self._running():
            process.kill()
            self._take_leave(child, process)

    def _await_ends(self) -> None:
        deadline = time.monotonic() + self.patience.grace
        while running := self._running():
            try:
                ended = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return
            if ended is None:  # asked once more: at once, then
                return
            for child, process in running:
                if process.pid == ended:
                    self._take_leave(child, process)

    def _running(self) -> list[tuple[_Child, "subprocess.Popen[bytes]"]]:
        return [(child, child.process) for child in self._children if child.process is not None]


def _told(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


def _kill_session(session: int) -> None:
    """SIGKILL to whatever the leader of a session leaves behind."""
    for _ in range(SWEEPS):
        for process in _members(session):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)


def _members(session: int) -> Iterator[int]:
    """A session's processes but its leader, as far as the system tells: Linux does, in /proc."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(after_name[SESSION_FIELD]) == session != int(entry.parent.name):
                yield int(entry.parent.name)
