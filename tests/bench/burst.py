"""A thousand deliveries at once: when the last is acknowledged, and when all work is done."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import utc_now
from app.db.session import unit_of_work
from app.db.work import deliveries
from app.demo.replay import zipped
from app.demo.stage import Stage, set_up
from app.sandbox.github.entities import Job
from tests.bench.figures import Better, Figure, Scale
from tests.bench.junit_files import junit
from tests.bench.volley import fire, posted
from tests.commands.world import free_port

DELIVERIES = 1_000
PER_RUN = 3  # requested, in progress, completed; the rest are sent again, as after an outage
CASES = 200  # of each run's report
CONNECTIONS = 200
WITHIN = 10.0  # seconds, in which GitHub wants its answer
WORKERS = 2
REPO = "acme/burst"
NOWHERE = "http://127.0.0.1:9/nobody"


def run(scale: Scale) -> list[Figure]:
    """Deliveries of many runs, acted out while we could not be reached, then sent all at once."""
    count = scale.of(DELIVERIES)
    port = free_port()
    with (
        TemporaryDirectory(prefix="flakeguard-bench-") as folder,
        set_up(Path(folder), port=port, workers=WORKERS, log_level="ERROR") as stage,
    ):
        requests = _parcels(stage, count)
        began = time.perf_counter()
        heard = fire(port, requests, connections=min(CONNECTIONS, count))
        acked = time.perf_counter() - began
        stage.settle()
        done = time.perf_counter() - began
        with unit_of_work(stage.engine) as session:
            parked = len(deliveries.parked_tasks(session))
        asked = len(stage.world.requests)
    refused = sum(number for status, number in heard.statuses.items() if status != 202)
    return [
        Figure(f"{count:,} deliveries, last ack after", acked, "s", WITHIN, Better.LESS),
        Figure(f"{count:,} deliveries, all work done after", done, "s"),
        Figure("deliveries that were refused", refused, "deliveries", 0, Better.LESS),
        Figure("tasks that were given up", parked, "tasks", 0, Better.LESS),
        Figure("requests made of GitHub", asked, "requests"),
    ]


def _parcels(stage: Stage, count: int) -> Sequence[bytes]:
    """So many deliveries: of as many runs as it takes, each run with its report."""
    github, now = stage.world.github, utc_now()
    here, github.webhook_url = github.webhook_url, NOWHERE
    installation = github.add_installation("acme")
    github.add_repository(REPO, installation=installation, permissions={"ann": "write"})
    report = zipped(junit(CASES))
    number = 0
    while len(github.deliveries) < count:
        number += 1
        sha = f"{number:040x}"
        github.push(REPO, "main", sha, author="ann", message=f"Commit {number}", at=now)
        started = github.start_run(REPO, number, head_sha=sha, branch="main", actor="ann", at=now)
        github.finish_attempt(
            started,
            conclusion="failure",
            at=now,
            jobs=[Job("test", "failure", now, now)],
            artifacts=[("results", report, now)],
        )
    github.webhook_url = here
    sent = github.deliveries[:count]
    stage.world.requests.clear()
    return [posted(one.parcel.body, github.hooks.headers(one.parcel)) for one in sent]
