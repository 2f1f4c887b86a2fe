"""Histories on disk or in a pipe: their lines, zipped or not, and how many reports they hold."""

import gzip
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from app.core.errors import BadInput

GZIP = b"\x1f\x8b"  # how a gzip file begins
A_JOB, A_SET = b'"run"', b'"of"'  # what lines of a job, and of a set of cases, hold


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A history that is open, and can be read again from its start."""

    path: Path  # as it was named
    file: BinaryIO

    @property
    def size(self) -> int:
        """How many bytes it has, zipped if it is."""
        return self.file.seek(0, SEEK_END)


@contextmanager
def opened(path: Path) -> Iterator[HistoryFile]:
    """A history, open while the block lasts; BadInput where it cannot be read.

    What comes through a pipe can be read but once, so it is kept in a file without a name.
    """
    try:
        with path.open("rb") as raw:
            if raw.seekable():
                yield HistoryFile(path, raw)
                return
            with TemporaryFile(prefix="flakeguard-") as spool:
                shutil.copyfileobj(raw, spool)
                yield HistoryFile(path, cast(BinaryIO, spool))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None


def lines_of(
    history: HistoryFile, *, read: Callable[[int], object] = lambda _: None
) -> Iterator[bytes]:
    """The lines of a history, one at a time; BadInput where its gzip data are damaged.

    `read` is told, after each line, how many bytes of the file were read so far.
    """
    raw = history.file
    raw.seek(0)
    is_zipped = raw.read(len(GZIP)) == GZIP
    raw.seek(0)
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_zipped else raw
    try:
        for line in stream:
            yield line
            read(raw.tell())
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadInput(f"{history.path} holds damaged gzip data; copy it again.") from None


def reports_in(history: HistoryFile, *, read: Callable[[int], object] = lambda _: None) -> int:
    """How many reports a history has; what is wrong with it is told by whoever reads it."""
    lines = lines_of(history, read=read)
    next(lines, None)  # the header
    return sum(1 for line in lines if A_JOB in line and (A_SET not in line or _is_job(line)))


def _is_job(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "run" in found
