"""From `workflow_run.completed` to the published check run; and what is asked of GitHub for it."""

import re
import statistics
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import utc_now
from app.demo.replay import zipped
from app.demo.stage import Stage, set_up
from app.sandbox.github.entities import Job
from tests.bench.figures import Better, Figure, Scale
from tests.bench.junit_files import junit
from tests.commands.world import free_port

CASES = 20_000
FAILING = 3  # of them, on every pull request
ROUNDS = 3
RUNS_BEFORE = 3  # of main, so that there is something to judge by
WITHIN = 3.0  # seconds
PATIENCE = 120.0  # seconds
LOOK_EVERY = 0.005  # seconds
REPO = "acme/big"
CHANGING = re.compile(r"[0-9a-f]{40}|(?<=/)\d+")


def run(scale: Scale) -> list[Figure]:
    """Pull requests one after the other, each with a report of all cases and a few failures."""
    cases = scale.of(CASES)
    with (
        TemporaryDirectory(prefix="flakeguard-bench-") as folder,
        set_up(Path(folder), port=free_port(), workers=2, log_level="ERROR") as stage,
    ):
        acted = _Acts(stage, cases)
        for number in range(1, RUNS_BEFORE + 1):
            acted.run_main(number)
        took = []
        asked: Counter[str] = Counter()
        for number in range(1, ROUNDS + 1):
            took.append(acted.run_pull(number))
            stage.settle()
            asked = Counter(_operation(str(one)) for one in stage.world.requests)
    name = f"run completed to check run, {cases:,} cases"
    return [
        Figure(name, statistics.median(took), "s", WITHIN, Better.LESS),
        Figure("requests made for one run of a pull request", asked.total(), "requests"),
        *(Figure(one, number, "requests") for one, number in sorted(asked.items())),
    ]


def _operation(request: str) -> str:
    """What a request does, without on what."""
    return CHANGING.sub("*", request.rpartition(" > ")[0]).replace(f"/{REPO}", "/*")


class _Acts:
    """What happens in the repository."""

    def __init__(self, stage: Stage, cases: int) -> None:
        self.stage, self.cases = stage, cases
        self.github = stage.world.github
        self.runs = 0
        installation = self.github.add_installation("acme")
        self.github.add_repository(REPO, installation=installation, permissions={"ann": "write"})

    def run_main(self, number: int) -> None:
        """A green run of main."""
        sha = f"{number:040x}"
        at = utc_now() - timedelta(hours=10 - number)
        self.github.push(REPO, "main", sha, author="ann", message="Sell", at=at)
        self._run(sha, "main", failing_every=self.cases + 1)
        self.stage.settle()

    def run_pull(self, number: int) -> float:
        """A red run of a pull request; the seconds until its check run is complete."""
        base = self.github.repository(REPO).branches["main"]
        sha, branch, at = f"{number:039x}f", f"change-{number}", utc_now()
        self.github.push(REPO, branch, sha, author="ann", message="Sell", at=at, parents=[base])
        self.github.open_pull_request(
            REPO,
            number,
            title="Sell",
            author="ann",
            branch=branch,
            head_sha=sha,
            base_sha=base,
            files=["shop/sell.py"],
            at=at,
        )
        self.stage.settle()
        self.stage.world.requests.clear()
        every = max(2, self.cases // FAILING)
        began = self._run(sha, branch, failing_every=every, pr=number)
        while not any(one.status == "completed" for one in self.github.app_check_runs(REPO, sha)):
            assert time.perf_counter() - began < PATIENCE, "no check run was published"
            time.sleep(LOOK_EVERY)
        return time.perf_counter() - began

    def _run(self, sha: str, branch: str, *, failing_every: int, pr: int | None = None) -> float:
        """A run, ended; when it was told to have ended."""
        self.runs += 1
        now = utc_now()
        report = zipped(junit(self.cases, failing_every=failing_every, shift=1))
        event = "push" if pr is None else "pull_request"
        run = self.github.start_run(
            REPO, self.runs, head_sha=sha, branch=branch, actor="ann", at=now, event=event, pr=pr
        )
        conclusion = "success" if pr is None else "failure"
        self.stage.settle()
        began = time.perf_counter()
        self.github.finish_attempt(
            run,
            conclusion=conclusion,
            at=now,
            jobs=[Job("test", conclusion, now, now)],
            artifacts=[("results", report, now)],
        )
        return began
