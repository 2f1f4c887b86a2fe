"""Debian's PgBouncer in front of a PostgreSQL, in transaction mode, on a socket of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from tests.embedded.world import AS_ORDINARY_USER, IS_ROOT

PROGRAM = Path("/usr/sbin/pgbouncer")
POOL = 4  # server connections for each database: fewer than our processes want at a time
PORT = 6432  # of the socket's name; nothing listens on TCP
CONFIGURATION = """\
[databases]
* = host={server} user={user}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextmanager
def pooled(url: str, folder: Path) -> Iterator[str]:
    """The URL under which the same database is reached through PgBouncer."""
    direct = make_url(url)
    server = direct.query["host"]
    folder.mkdir(mode=0o700)
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            server=server, user=direct.username, folder=folder, pool=POOL, port=PORT
        )
    )
    prefix = AS_ORDINARY_USER if IS_ROOT else ()  # it refuses to be root
    with subprocess.Popen([*prefix, str(PROGRAM), "-q", str(configuration)]) as process:
        try:
            _await(folder / f".s.PGSQL.{PORT}", process)
            place = f"host={quote(str(folder), safe='')}&port={PORT}"
            yield f"postgresql+psycopg://{direct.username}@/{direct.database}?{place}"
        finally:
            process.terminate()


def _await(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    while not socket.exists():
        assert process.poll() is None, "PgBouncer did not start"
        time.sleep(0.01)
