"""Taking in what a person waits for: in PostgreSQL or in Redis, whichever answers first."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from threading import BoundedSemaphore

import structlog

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from app.ports import Spool

HEAD_START = 0.25  # seconds that PostgreSQL has before Redis is asked, too
THEN = 0.6  # seconds that Redis has, and PostgreSQL goes on having
HANGING_AT_MOST = 16  # deliveries that wait for a database which does not answer
NOBODY_TOOK_IT = "Neither PostgreSQL nor Redis took the delivery in time."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class QuickInbox:
    """An inbox that answers within a second whatever hangs. Built once, by the root.

    Where both have a delivery in the end, its GUID makes the two one.
    """

    stored: Callable[[NewDelivery], bool]
    spool: Spool
    head_start: float = HEAD_START
    then: float = THEN
    _hanging: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HANGING_AT_MOST))
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2 * HANGING_AT_MOST, "inbox")
    )

    def store(self, new: NewDelivery) -> bool:
        """Take a delivery in; False when its id is known already, as far as one can tell.

        Raises Unavailable when neither took it in time: the sender must hear that at once.
        """
        waiting = self._asked(new)
        taken = _answer(waiting, self.head_start)
        if taken is not None:
            return taken
        spooled = self._pool.submit(self._spooled, new)
        for answered in self._as_answered(waiting, spooled):
            taken = _answer(answered, 0)
            if taken is not None:
                return taken
        spooled.cancel()
        raise Unavailable(NOBODY_TOOK_IT, kind=ErrorKind.DATABASE)

    def _as_answered(
        self, waiting: "Future[bool] | None", spooled: "Future[bool]"
    ) -> "Iterator[Future[bool]]":
        """Whoever answers in time, in the order in which they do."""
        asked = [spooled] if waiting is None else [waiting, spooled]
        try:
            yield from as_completed(asked, self.then)
        except Late:
            return

    def _asked(self, new: NewDelivery) -> "Future[bool] | None":
        """PostgreSQL's answer to come; None where too many wait for it already."""
        if not self._hanging.acquire(blocking=False):
            return None
        waiting = self._pool.submit(self.stored, new)
        waiting.add_done_callback(lambda _: self._hanging.release())
        return waiting

    def _spooled(self, new: NewDelivery) -> bool:
        self.spool.put(new)
        log.info("delivery_spooled", event_kind=new.event)
        return True


def drain(spool: Spool, stored: Callable[[NewDelivery], bool]) -> int:
    """Store what lies in Redis; how many there were. Raises Unavailable where one is away."""
    number = 0
    for new in spool.each():
        stored(new)
        number += 1
    return number


def _answer(waiting: "Future[bool] | None", seconds: float) -> bool | None:
    """What somebody answered within this time; None for nothing, or that they could not."""
    if waiting is None:
        return None
    try:
        return waiting.result(seconds)
    except (Late, Unavailable):
        return None
