"""The worker process: takes hints from RQ and takes turns at the tasks they name."""

import os
import signal
import threading
from collections.abc import Iterable
from contextvars import ContextVar
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app import memory
from app.core.asking import QueueName
from app.core.errors import Unavailable
from app.wiring import Parts
from jobs.context import Context
from jobs.queue import redis_at
from jobs.tasks import HANDLERS
from jobs.turns import perform

WORKER_TTL = 30  # seconds after which Redis forgets a worker that died
MAINTENANCE = 60  # seconds between looks at what dead workers left in Redis
RECONNECT = 1.0  # seconds between tries while Redis is away
STEP_ASIDE = 5  # levels of niceness: whoever waits at the door, and PostgreSQL, come first
EVERY_FOURTH = 4  # turn begins with a queue that would starve otherwise

log = structlog.get_logger()

_context: ContextVar[Context] = ContextVar("context")


def perform_tasks(named: Iterable[tuple[str, str]]) -> None:
    """What hints ask for, by kind and key. Called by RQ, in the worker's own process."""
    for kind, key in named:
        perform_task(kind, key)


def perform_task(kind: str, key: str) -> None:
    """Take one turn at a task, unless PostgreSQL is away."""
    try:
        perform(_context.get(), HANDLERS, kind, key)
    except Unavailable as error:
        log.warning("task_left_to_the_sweep", task=f"{kind}:{key}", error=str(error))


class FairWorker(SimpleWorker):
    """Serves click before run before history, yet lets none of them starve.

    It works in its own process, with no fork: a killed worker leaves no child behind, and
    whatever it was at is leased in PostgreSQL, so that another takes it up.
    """

    turns = 0
    was_told_to_stop = False
    max_connection_wait_time = RECONNECT  # RQ's own is a minute, in which nobody would work

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Called by RQ at the first signal: what is at hand is finished first."""
        self.was_told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ has no types

    def reorder_queues(self, reference_queue: RqQueue) -> None:
        """Called by RQ after each job: three turns by urgency, the fourth begins with another."""
        self.turns += 1
        place = {name.value: index for index, name in enumerate(order_of(self.turns))}
        self._ordered_queues.sort(key=lambda queue: place[queue.name])


def order_of(turn: int) -> list[QueueName]:
    """The order of the queues after so many turns.

    Every fourth turn begins with one of those that would starve, each in its time.
    """
    order = list(QueueName)
    if turn % EVERY_FOURTH:
        return order
    first = order[1:][turn // EVERY_FOURTH % len(order[1:])]
    return sorted(order, key=lambda name: name is not first)


def work(parts: Parts) -> None:
    """Work until a signal says stop; waits for Redis when it is away.

    RQ's own loop ends too when Redis lost what it had been told; it begins anew then.
    """
    os.nice(STEP_ASIDE)
    memory.is_up()
    _context.set(parts.context)
    stopping = threading.Event()
    assert parts.settings.redis_url is not None
    address = parts.settings.redis_url.get_secret_value()
    redis = redis_at(address, patience=WORKER_TTL + RECONNECT)
    while not stopping.is_set():
        worker = _worker(redis)
        if worker is not None:
            try:
                worker.work(logging_level="WARNING", with_scheduler=False)
            except (RedisError, OSError) as error:
                log.warning("redis_away", error=str(error))
            if worker.was_told_to_stop:
                return
        _wait(stopping)


def _worker(redis: Redis) -> FairWorker | None:
    """A worker that is known to Redis; None while it is away."""
    try:
        redis.ping()
    except (RedisError, OSError):
        return None
    queues = [
        RqQueue(name.value, connection=redis, serializer=JSONSerializer) for name in QueueName
    ]
    return FairWorker(
        queues,
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE,
        log_job_description=False,
    )


def _wait(stopping: threading.Event) -> None:
    """Wait for a while, or until a signal says stop."""

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stopping.wait(RECONNECT)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
