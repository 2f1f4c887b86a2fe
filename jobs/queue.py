"""The queue: hints on RQ, over Redis. PostgreSQL holds the work itself."""

from collections.abc import Iterator, Sequence

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from app.core.asking import QueueName, Request
from app.core.errors import ErrorKind, Unavailable
from app.core.requests import TakeDelivery

PERFORM = "jobs.worker.perform_tasks"
TOGETHER = 8  # deliveries in one job of RQ's: making a job takes longer than storing a delivery
TASK_TIMEOUT = 600  # seconds; a report of two million cases takes some twenty
PATIENCE = 2.0  # seconds; a webhook must be answered although Redis hangs


def redis_at(url: str, *, patience: float = PATIENCE) -> Redis:
    """A connection to Redis that waits `patience` seconds for an answer."""
    return Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=patience)


class RqHints:
    """Hints as RQ jobs; failed and finished ones leave nothing behind in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._queues = {
            name: RqQueue(
                name.value,
                connection=redis,
                serializer=JSONSerializer,
                default_timeout=TASK_TIMEOUT,
            )
            for name in QueueName
        }

    def hint(self, queue: QueueName, requests: Sequence[Request]) -> None:
        """Say that these are waiting; Unavailable when Redis is away."""
        prepared = [
            RqQueue.prepare_data(
                PERFORM,
                args=([(request.kind, request.key) for request in some],),
                timeout=TASK_TIMEOUT,
                result_ttl=0,
                failure_ttl=0,
            )
            for some in _in_jobs(requests)
        ]
        try:
            self._queues[queue].enqueue_many(prepared)
        except (RedisError, OSError) as error:
            message = f"Redis did not answer: {error}"
            raise Unavailable(message, kind=ErrorKind.PROCESSING) from error


def _in_jobs(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    """Each by itself, but for deliveries, which take a moment and may come in hundreds."""
    size = TOGETHER if all(one.kind == TakeDelivery.kind for one in requests) else 1
    for at in range(0, len(requests), size):
        yield requests[at : at + size]


def ping(redis: Redis) -> None:
    """Return when Redis answers, else raise Unavailable."""
    try:
        redis.ping()
    except (RedisError, OSError) as error:
        message = f"Redis did not answer: {error}"
        raise Unavailable(message, kind=ErrorKind.PROCESSING) from error
