"""Histories on disk: their lines, zipped or not, and how many reports they hold."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from app.core.errors import BadInput

GZIP = b"\x1f\x8b"  # how a gzip file begins
A_JOB, A_SET = b'"run"', b'"of"'  # what lines of a job, and of a set of cases, hold


@contextmanager
def lines_of(
    path: Path, *, read: Callable[[int], object] = lambda _: None
) -> Iterator[Iterator[bytes]]:
    """The lines of a file, one at a time; BadInput where it cannot be read.

    `read` is told, after each line, how many bytes of the file were read so far.
    """
    try:
        with path.open("rb") as raw:
            is_zipped = raw.peek(2)[:2] == GZIP
            stream = gzip.GzipFile(fileobj=raw) if is_zipped else raw
            yield _lines(cast(BinaryIO, stream), path, lambda: read(raw.tell()))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None


def _lines(stream: BinaryIO, path: Path, told: Callable[[], object]) -> Iterator[bytes]:
    try:
        for line in stream:
            yield line
            told()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadInput(f"{path} holds damaged gzip data; copy it again.") from None


def reports_in(path: Path, *, read: Callable[[int], object] = lambda _: None) -> int:
    """How many reports a history has; what is wrong with it is told by whoever reads it."""
    with lines_of(path, read=read) as lines:
        next(lines, None)  # the header
        return sum(1 for line in lines if A_JOB in line and (A_SET not in line or _is_job(line)))


def _is_job(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "run" in found
