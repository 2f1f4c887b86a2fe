"""The data folder: made private, marked as ours, and left alone when it is somebody else's."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import BadInput

LAYOUT = 1  # raised when the meaning of a file in the folder changes
MARK = "flakeguard.json"
UNFINISHED = ".flakeguard-"  # begins the name of a file that is being written
HARMLESS = {"lost+found"}  # what a fresh volume holds
TOKEN_BYTES = 8


def claim(data: Path) -> None:
    """Make sure that the folder exists, is private and is ours; an empty one becomes ours.

    Raises BadInput, with nothing changed, when it is somebody else's or of another layout.
    """
    with said_of(data):
        _make(data)
        mark = data / MARK
        if not mark.exists():
            _refuse_foreign(data)
            data.chmod(0o700)
            write_once(mark, json.dumps({"layout": LAYOUT}).encode())
        layout = _layout(mark)
        if layout != LAYOUT:
            raise BadInput(
                f"The data folder {data} has layout {layout}, this FlakeGuard reads {LAYOUT}; use"
                " the version that made it, or give FLAKEGUARD_DATA another folder."
            )
        data.chmod(0o700)


def write_once(file: Path, content: bytes) -> None:
    """Write a private file that others may be writing too: the first stays, whole and synced."""
    draft = file.with_name(UNFINISHED + secrets.token_hex(TOKEN_BYTES))
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        draft.unlink()


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


def _refuse_foreign(data: Path) -> None:
    for entry in data.iterdir():
        if entry.name == MARK:  # another process was faster
            return
    for entry in data.iterdir():
        if not entry.name.startswith(UNFINISHED) and entry.name not in HARMLESS | {MARK}:
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
