"""The data folder: made private, marked as ours, and left alone when it is somebody else's."""

import contextlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from app.core.errors import BadInput
from app.embedded import locks

LAYOUT = 1  # raised when the meaning of a file in the folder changes
MARK = "flakeguard.json"
LOCK = ".flakeguard.lock"  # held while one of our small files is made
DRAFT = ".flakeguard.new"  # what is being written under that lock
NOT_FOREIGN = {MARK, LOCK, DRAFT, "lost+found"}  # the last one is in every fresh volume


def claim(data: Path) -> None:
    """Make sure that the folder exists, is private and is ours; an empty one becomes ours.

    Raises BadInput, with nothing changed, when it is somebody else's or of another layout.
    """
    with said_of(data):
        _make(data)
        mark = data / MARK
        if not mark.exists():
            _refuse_foreign(data)
            _make_private(data)
            write_once(mark, json.dumps({"layout": LAYOUT}).encode)
        layout = _layout(mark)
        if layout != LAYOUT:
            raise BadInput(
                f"The data folder {data} has layout {layout}, this FlakeGuard reads {LAYOUT}; use"
                " the version that made it, or give FLAKEGUARD_DATA another folder."
            )
        _make_private(data)


def write_once(file: Path, content: Callable[[], bytes]) -> None:
    """Write a small private file of the data folder, whole and synced, unless it is there.

    Racing processes agree: `content` is asked for once, by the first.
    """
    with locks.alone(file.with_name(LOCK)):
        if file.exists():
            return
        draft = file.with_name(DRAFT)
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as writing:
            writing.write(content())
            writing.flush()
            os.fsync(writing.fileno())
        draft.rename(file)
        _sync(file.parent)


@contextlib.contextmanager
def said_of(data: Path) -> Iterator[None]:
    """Turn what the system says of the folder into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"The data folder {data} cannot be used: {error.strerror or error}; make it readable"
            " and writable with space left, or give FLAKEGUARD_DATA another folder."
        ) from error


def _make(data: Path) -> None:
    for folder in (*reversed(data.parents), data):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


def _make_private(data: Path) -> None:
    """Take away what others may do with the folder; nothing is ever added."""
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & ~stat.S_IRWXU:
        data.chmod(mode & stat.S_IRWXU)


def _refuse_foreign(data: Path) -> None:
    found = {entry.name for entry in data.iterdir()}
    if found - NOT_FOREIGN and MARK not in found:  # with the mark, another process was faster
        raise BadInput(
            f"The data folder {data} is not empty and was not made by FlakeGuard; give"
            " FLAKEGUARD_DATA a new or empty folder."
        )


def _layout(mark: Path) -> object:
    """What the mark says; anything unreadable is no layout of ours."""
    try:
        said = json.loads(mark.read_bytes())
    except ValueError:
        return "unknown"
    return said.get("layout", "unknown") if isinstance(said, dict) else "unknown"


def _sync(folder: Path) -> None:
    """Make the names in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
