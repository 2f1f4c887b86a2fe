"""Slack's commands while PostgreSQL takes two seconds for each answer: how soon each is acked."""

import http.client
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlalchemy import make_url

from app.db.migrate import upgrade
from app.db.session import engine_for
from app.sandbox.slack.interactions import sign
from app.settings import for_child, isolated, revealed
from app.wiring import equipped
from tests.bench.figures import Better, Figure, Scale
from tests.bench.handed_in import await_ready
from tests.commands.world import free_port

COMMANDS = 400
AT_ONCE = 8
SLOW = 2.0  # seconds that each answer of PostgreSQL takes
WITHIN = 1.0  # second within which Slack must hear
SECRET = "bench-secret-of-slack"


def run(scale: Scale) -> list[Figure]:
    """One web process; Redis answers, PostgreSQL behind a slow line."""
    commands = max(AT_ONCE, scale.of(COMMANDS))
    with _running() as (port, line):
        _send(port, AT_ONCE)
        line.delay = SLOW
        took, statuses = _send(port, commands)
        line.delay = 0.0
    points = statistics.quantiles(took, n=100)
    refused = sum(status != http.client.OK for status in statuses)
    return [
        Figure("command to ack, p50", points[49], "s"),
        Figure("command to ack, p99", points[98], "s", WITHIN, Better.LESS),
        Figure("commands not taken", refused, "commands", 0, Better.LESS),
    ]


class SlowLine:
    """A port that leads to PostgreSQL's socket; what comes back may be held for a while."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.delay = 0.0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, held: bool) -> None:
        try:
            while data := source.recv(65_536):
                if held:
                    time.sleep(self.delay)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            end.close()


@contextmanager
def _running() -> Iterator[tuple[int, SlowLine]]:
    with TemporaryDirectory(prefix="fg-") as folder:
        bare = isolated(
            Path(folder) / "data", slack_signing_secret=SecretStr(SECRET), log_level="error"
        )
        with equipped(bare) as ready:
            near = make_url(revealed(ready.database_url))
            engine = engine_for(revealed(ready.database_url))
            upgrade(engine)
            engine.dispose()
            line = SlowLine(f"{near.query['host']}/.s.PGSQL.{near.port or 5432}")
            far = near.set(host="127.0.0.1", port=line.port, query={})
            url = SecretStr(far.render_as_string(hide_password=False))
            port = free_port()
            argv = [sys.executable, "-m", "app.cli", "web", "--no-link", "--port", str(port)]
            environ = for_child(ready.model_copy(update={"database_url": url}))
            with Popen(argv, env=environ, stderr=DEVNULL) as web:
                try:
                    await_ready(port)
                    yield port, line
                finally:
                    line.delay = 0.0
                    web.terminate()
            line.listener.close()


def _send(port: int, commands: int) -> tuple[list[float], list[int]]:
    took: list[float] = []
    statuses: list[int] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for turn in range(commands // AT_ONCE):
            began = time.monotonic()
            statuses.append(_command(connection, f"{number}.{turn}"))
            took.append(time.monotonic() - began)
        connection.close()

    clients = [threading.Thread(target=client, args=(number,)) for number in range(AT_ONCE)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return took, statuses


def _command(connection: http.client.HTTPConnection, trigger: str) -> int:
    form = {
        "command": "/flakeguard",
        "text": "status",
        "team_id": "T0",
        "channel_id": "C0",
        "user_id": "U0",
        "trigger_id": trigger,
        "response_url": "https://hooks.slack.com/commands/T0/1/x",
    }
    body = urlencode(form).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(SECRET, stamp, body),
    }
    connection.request("POST", "/slack/events", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status
