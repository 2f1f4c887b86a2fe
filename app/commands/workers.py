"""`flakeguard worker`: one worker process, or several side by side."""

import sys

from app.settings import Settings, for_child
from app.supervise import Program, Supervisor
from app.wiring import equipped, wired
from jobs.worker import work


def run_workers(settings: Settings, *, processes: int) -> int:
    """Work until a signal says stop."""
    if processes == 1:
        with wired(settings) as parts:
            work(parts)
        return 0
    with equipped(settings) as ready:
        environ = for_child(ready)
        argv = [sys.executable, "-m", "app.cli", "worker"]
        names = [f"worker {number}" for number in range(1, processes + 1)]
        with Supervisor([Program(name, argv, environ) for name in names]) as supervisor:
            supervisor.watch()
    return 0
