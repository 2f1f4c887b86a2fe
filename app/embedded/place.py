"""Where one server lives: its folder in the data folder, its files, and the way to its socket."""

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import BadInput
from app.embedded import locks

SOCKET_PATH_LIMIT = 107  # bytes: sun_path of unix(7) without its closing zero
DIGEST_BYTES = 8  # enough to tell the data folders of one machine apart
SHARED_BITS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Place:
    """One server's folder; every process that names the same data folder finds the same files."""

    data: Path  # resolved
    name: str  # of the server and of its folder
    socket_name: str

    @property
    def folder(self) -> Path:
        return self.data / self.name

    @property
    def users_lock(self) -> Path:
        """Held by everybody who uses the server; free means that nobody needs it any more."""
        return self.folder / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held alone by the process that starts and stops the server."""
        return self.folder / "keeper.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server and its children to the very last: who has it may write the files."""
        return self.folder / "server.lock"

    @property
    def up_lock(self) -> Path:
        """Held alone by the keeper while the server is up; lookers take it shared."""
        return self.folder / "up.lock"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def content(self) -> Path:
        """What the server stores."""
        return self.folder / "data"

    @property
    def _note(self) -> Path:
        """Says where the socket is, when that is not in the folder: temporary folders differ."""
        return self.folder / "socket-folder"

    def is_up(self) -> bool:
        """Whether a keeper lives and its server takes connections."""
        return not locks.is_free(self.up_lock, locks.EVERYBODY)

    def has_users(self) -> bool:
        """Whether anybody uses the server; a keeper that is leaving is not a user."""
        return not locks.is_free(self.users_lock, locks.ALONE) and locks.is_free(
            self.users_lock, locks.EVERYBODY
        )

    def socket(self) -> Path | None:
        """The path to connect to; None while no keeper has said where it is."""
        if self._is_close():
            return self.folder / self.socket_name
        try:
            return Path(os.fsdecode(self._note.read_bytes())) / self.socket_name
        except FileNotFoundError:
            return None

    def open_socket_folder(self) -> Path:
        """Return the private folder for the socket, made when it is needed and missing."""
        if self._is_close():
            return self.folder
        far = self._far_folder()
        far.mkdir(mode=0o700, exist_ok=True)
        found = far.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != os.geteuid()
            or found.st_mode & SHARED_BITS
        ):
            raise BadInput(
                f"The folder {far}, where the socket of {self.data} belongs, was made by somebody"
                " else; remove it, or give FLAKEGUARD_DATA a shorter path."
            )
        written = self._note.with_suffix(".new")
        written.write_bytes(os.fsencode(far))
        written.replace(self._note)
        return far

    def close_socket_folder(self) -> None:
        """Remove what `open_socket_folder` made outside the data folder."""
        if not self._is_close() and self._note.exists():
            far = Path(os.fsdecode(self._note.read_bytes()))
            self._note.unlink()
            for left in far.glob(f"{self.socket_name}*"):
                left.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                far.rmdir()

    def _is_close(self) -> bool:
        """Whether clients can be told the folder itself: libpq splits a host at commas."""
        return "," not in str(self.folder) and _fits(self.folder / self.socket_name)

    def _far_folder(self) -> Path:
        digest = hashlib.blake2b(os.fsencode(self.folder), digest_size=DIGEST_BYTES).hexdigest()
        choices = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 -- a 0700 folder in it
        for choice in choices:
            folder = choice / f"flakeguard-{digest}"
            if "," not in str(folder) and _fits(folder / self.socket_name):
                return folder
        raise BadInput(f"No short path for the socket of {self.data}; set TMPDIR to a short one.")


def _fits(socket: Path) -> bool:
    return len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT
