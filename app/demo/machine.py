"""One CI machine: a checkout of the shop, the tests in a process of their own, the lint job."""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.demo.causes import Circumstances
from app.demo.project import Tree, tree_digest, write

GRACE = 30  # seconds after which a process whose watcher is gone ends itself
LAST_WORDS = 2_000  # characters of output worth repeating in an error

PYTEST = (
    "-m",
    "pytest",
    "-q",
    "-p",
    "ci.weather",
    "-p",
    "no:cacheprovider",
    "-c",
    "pyproject.toml",
)
LINT = ("-I", "-S", "ci/lint.py")  # needs the standard library only


class Ended(Exception):
    """The machine was switched off while it worked."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one process."""

    status: int | None  # None when it was ended for outliving its limit
    output: str
    report: bytes | None = None


class Machine:
    """Runs jobs in folders of its own, several at a time; `close` ends all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._closed = False
        self._linted: dict[str, Ran] = {}

    def test(self, tree: Tree, circumstances: Circumstances, *, limit: float) -> Ran:
        """Run the tests once; no report when they could not be collected or never ended."""
        checkout = self._checkout(tree)
        scratch = Path(tempfile.mkdtemp(prefix="job-", dir=self._folder))
        try:
            temporary = scratch / "tmp"
            temporary.mkdir()
            report = scratch / "report.xml"
            command = (*PYTEST, f"--junitxml={report}", f"--basetemp={scratch / 'base'}")
            environment = _environment(circumstances, temporary, limit=limit)
            ran = self._run(command, checkout, environment, limit=limit)
            return Ran(ran.status, ran.output, report.read_bytes() if report.exists() else None)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def lint(self, tree: Tree, *, limit: float) -> Ran:
        """Run the lint job once for each tree; it knows no weather."""
        digest = tree_digest(tree)
        if digest not in self._linted:
            self._linted[digest] = self._run(LINT, self._checkout(tree), {}, limit=limit)
        return self._linted[digest]

    def close(self) -> None:
        """End what still runs, and start nothing more."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()

    def _checkout(self, tree: Tree) -> Path:
        """The folder of this tree, written once and only read by its runs."""
        checkout = self._folder / tree_digest(tree)
        with self._lock:
            if not checkout.exists():
                write(tree, checkout)
        return checkout

    def _run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        limit: float,
    ) -> Ran:
        process = self._start([sys.executable, *arguments], folder, environment)
        try:
            output, _ = process.communicate(timeout=limit)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            status = None
        finally:
            with self._lock:
                self._running.discard(process)
        if self._closed:
            raise Ended
        return Ran(status, output[-LAST_WORDS:])

    def _start(
        self, command: list[str], folder: Path, world: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        with self._lock:
            if self._closed:
                raise Ended
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(world),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=0,  # a terminal's Ctrl-C is for us alone: we end them
            )
            self._running.add(process)
            return process


def _environment(circumstances: Circumstances, temporary: Path, *, limit: float) -> dict[str, str]:
    """All that the tests see of the world: nothing of whoever started the demo."""
    environment = {
        "TZ": "UTC",
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": str(circumstances.hash_seed),
        "CI_ORDER_SEED": str(circumstances.order_seed),
        "CI_RANDOM_SEED": str(circumstances.random_seed),
        "CI_STARTED_AT": circumstances.started_at.isoformat(),
        "CI_TIME_LIMIT": str(int(limit) + GRACE),
    }
    switches = {
        "CI_STARVED": circumstances.starved,
        "CI_CROWDED": circumstances.crowded,
        "CI_LEFTOVERS": circumstances.leftovers,
    }
    return environment | {name: "1" for name, on in switches.items() if on}
