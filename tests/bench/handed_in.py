"""Reports of 1 000 cases through HTTP: one web process, one worker, 32 clients."""

import http.client
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from sqlalchemy import text

from app.clock import utc_now
from app.db.migrate import upgrade
from app.db.session import Engine, engine_for, unit_of_work
from app.services.access import tokens
from app.services.access.tokens import By
from app.settings import for_child, isolated, revealed
from app.wiring import equipped
from tests.bench.figures import Better, Figure, Scale
from tests.bench.junit_files import junit
from tests.commands.world import free_port

CLIENTS = 32
CASES = 1_000
SECONDS = 60
AFTERWARDS = 60  # seconds within which everything must be stored
AT_LEAST = 50  # accepted and stored a second
WARM_UP = 2 * CLIENTS  # uploads before the clock starts: they bring the cases
KINDS = 20  # reports that differ in which cases fail
UNLIMITED = 1_000_000  # uploads a minute: the limit is measured elsewhere
START = 30  # seconds that the processes may take to be ready


@dataclass
class Tally:
    """What the clients saw."""

    took: list[float] = field(default_factory=list)  # seconds of each accepted upload
    other: list[int] = field(default_factory=list)  # every other status
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the clients send to."""

    port: int
    token: str
    reports: Sequence[bytes]

    def send(self, line: http.client.HTTPConnection, client: int, number: int) -> int:
        """Hand one report in: this client's shard of the pipeline with this number."""
        address = (
            f"/api/v1/reports?commit={number:040x}&branch=main&pipeline={number}&job=shard-{client}"
        )
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/octet-stream",
        }
        line.request("POST", address, self.reports[number % len(self.reports)], headers)
        answer = line.getresponse()
        answer.read()
        return answer.status


def run(scale: Scale) -> list[Figure]:
    """The rate, what was lost or doubled, and how long the answers took."""
    seconds = max(2.0, SECONDS * scale.share)
    reports = [junit(CASES, shift=shift) for shift in range(KINDS)]
    with _running() as (engine, port, token):
        place = Place(port, token, reports)
        warm = _send(place, start=1, until=None, rounds=WARM_UP // CLIENTS)
        before = _count(engine)
        began = time.monotonic()
        tally = _send(place, start=1_000, until=began + seconds, rounds=None)
        lasted = time.monotonic() - began
        stored = _settled(engine, before, wanted=len(tally.took))
        open_tasks = _open_tasks(engine)
    assert not warm.other, warm.other
    return _figures(tally, stored, lasted=lasted, open_tasks=open_tasks)


def _figures(tally: Tally, stored: int, *, lasted: float, open_tasks: int) -> list[Figure]:
    accepted = len(tally.took)
    lost, double = max(0, accepted - stored), max(0, stored - accepted)
    points = statistics.quantiles(tally.took, n=100)
    kept = min(accepted, stored) / lasted
    return [
        Figure(
            "accepted and stored", kept, "1/s", AT_LEAST, note=f"{accepted:,} in {lasted:.0f} s"
        ),
        Figure("lost", lost, "reports", 0, Better.LESS),
        Figure("double", double, "reports", 0, Better.LESS),
        Figure("refused", len(tally.other), "reports", 0, Better.LESS),
        Figure("answer, p50", points[49], "s"),
        Figure("answer, p95", points[94], "s"),
        Figure("answer, p99", points[98], "s"),
        Figure("evaluations open at the end", open_tasks, "tasks"),
    ]


def _send(place: Place, *, start: int, until: float | None, rounds: int | None) -> Tally:
    """Let every client send, one report after the other."""
    tally = Tally()

    def client(name: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
        number = start
        while (until is None or time.monotonic() < until) and (
            rounds is None or number < start + rounds
        ):
            began = time.monotonic()
            status = place.send(line, name, number)
            took = time.monotonic() - began
            with tally.lock:
                if status == http.client.CREATED:
                    tally.took.append(took)
                else:
                    tally.other.append(status)
            number += 1
        line.close()

    threads = [threading.Thread(target=client, args=(name,)) for name in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


@contextmanager
def _running() -> Iterator[tuple[Engine, int, str]]:
    """Durable servers of our own, one web process, one worker; a token to send with."""
    with TemporaryDirectory(prefix="flakeguard-bench-") as folder:
        settings = isolated(
            Path(folder) / "data",
            uploads_per_minute=UNLIMITED,
            uploads_burst=UNLIMITED,
            log_level="warning",
        )
        with equipped(settings) as ready:
            engine = engine_for(revealed(ready.database_url))
            upgrade(engine)
            made = tokens.create(
                engine,
                "other:acme/big",
                name="bench",
                default_branch="main",
                by=By("bench", "cli"),
                now=utc_now(),
            )
            port = free_port()
            ours = [sys.executable, "-m", "app.cli"]
            environ = for_child(ready)
            with (
                Popen([*ours, "web", "--port", str(port)], env=environ, stderr=DEVNULL) as web,
                Popen([*ours, "worker"], env=environ, stderr=DEVNULL) as worker,
            ):
                try:
                    await_ready(port)
                    yield engine, port, made.text
                finally:
                    web.terminate()
                    worker.terminate()
            engine.dispose()


def await_ready(port: int) -> None:
    """Return once the web process at this port answers; TimeoutError if it never does."""
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            line.request("GET", "/health/ready")
            if line.getresponse().status == http.client.OK:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"web was not ready within {START} s")


def _settled(engine: Engine, before: int, *, wanted: int) -> int:
    """How many of the reports are stored whole, at most a minute later."""
    until = time.monotonic() + AFTERWARDS
    stored = _count(engine) - before
    while stored < wanted and time.monotonic() < until:
        time.sleep(1)
        stored = _count(engine) - before
    return stored


def _count(engine: Engine) -> int:
    """The reports that are stored with every one of their executions."""
    query = (
        "SELECT count(*) FROM (SELECT report_id FROM execution GROUP BY report_id"
        f" HAVING count(*) = {CASES}) AS whole"
    )
    with unit_of_work(engine) as session:
        return int(session.execute(text(query)).scalar_one())


def _open_tasks(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        query = "SELECT count(*) FROM task WHERE wanted > done"
        return int(session.execute(text(query)).scalar_one())
