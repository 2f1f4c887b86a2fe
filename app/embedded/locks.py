"""Advisory file locks: they end with the process that held them, however it ended."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

EVERYBODY = fcntl.LOCK_SH  # any number hold it at a time
ALONE = fcntl.LOCK_EX  # nobody else holds it, not even shared


def open_lock(path: Path) -> int:
    """Return a descriptor of the lock file, made when it is missing; nothing is locked yet."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_taken(descriptor: int, how: int) -> bool:
    """Take the lock if that is possible at once, and say whether it is ours now."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path, how: int = ALONE) -> bool:
    """Whether the lock could be taken so; the look itself takes it for a moment."""
    descriptor = open_lock(path)
    try:
        return is_taken(descriptor, how)
    finally:
        os.close(descriptor)


def let_go(descriptor: int) -> None:
    """Give the lock back, for every process that shares this descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock alone, after waiting for whoever holds it; for moments only."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, ALONE)
        yield
    finally:
        os.close(descriptor)
