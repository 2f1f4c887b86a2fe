"""The queue: hints on RQ, over Redis. PostgreSQL holds the work itself."""

from collections.abc import Sequence

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from app.core.asking import QueueName, Request
from app.core.errors import ErrorKind, Unavailable

PERFORM = "jobs.worker.perform_task"
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
                args=(request.kind, request.key),
                timeout=TASK_TIMEOUT,
                result_ttl=0,
                failure_ttl=0,
            )
            for request in requests
        ]
        try:
            self._queues[queue].enqueue_many(prepared)
        except (RedisError, OSError) as error:
            message = f"Redis did not answer: {error}"
            raise Unavailable(message, kind=ErrorKind.PROCESSING) from error


def ping(redis: Redis) -> None:
    """Return when Redis answers, else raise Unavailable."""
    try:
        redis.ping()
    except (RedisError, OSError) as error:
        message = f"Redis did not answer: {error}"
        raise Unavailable(message, kind=ErrorKind.PROCESSING) from error
