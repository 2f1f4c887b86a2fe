"""Deliveries that lie in Redis until PostgreSQL takes them; losing none is what AOF is for."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable

WAITING = "flakeguard:spool"
TAKING = "flakeguard:spool:taking"  # what somebody who was cut short may not have stored


@dataclass(frozen=True, slots=True)
class RedisSpool:
    """A list in Redis, oldest first."""

    redis: Redis

    def put(self, new: NewDelivery) -> None:
        """Keep a delivery; Unavailable when Redis does not take it."""
        with _answering():
            self.redis.rpush(WAITING, text_of(new))

    def each(self) -> Iterator[NewDelivery]:
        """Every delivery that waits, gone from here once the next is asked for.

        What was being taken when somebody was cut short comes again.
        """
        with _answering():
            left = self.redis.lrange(TAKING, 0, -1)
        for kept in left:
            yield from self._given(kept)
        while True:
            with _answering():
                found = self.redis.lmove(WAITING, TAKING, "LEFT", "RIGHT")
            if found is None:
                return
            yield from self._given(found)

    def _given(self, kept: bytes | str) -> Iterator[NewDelivery]:
        yield delivery_from(kept)
        with _answering():
            self.redis.lrem(TAKING, 1, _text(kept))


def text_of(new: NewDelivery) -> str:
    """A delivery as it lies in Redis."""
    return json.dumps(
        {
            "source": new.source,
            "guid": new.guid,
            "event": new.event,
            "body": b64encode(new.body).decode(),
            "request_id": new.request_id,
        }
    )


def delivery_from(kept: bytes | str) -> NewDelivery:
    """What `text_of` wrote."""
    fields = json.loads(kept)
    return NewDelivery(**fields | {"body": b64decode(fields["body"])})


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        message = f"Redis did not answer: {error}"
        raise Unavailable(message, kind=ErrorKind.PROCESSING) from error


def _text(kept: bytes | str) -> str:
    return kept if isinstance(kept, str) else kept.decode()
