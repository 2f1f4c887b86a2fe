"""The inbox: a delivery is stored before it is answered, and hinted at after."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread

import structlog

from app.clock import Clock
from app.core.asking import QueueName
from app.core.deliveries import NewDelivery
from app.core.errors import Unavailable
from app.core.requests import TakeDelivery
from app.db.session import Engine, unit_of_work
from app.db.work import deliveries
from app.ports import Queue

log = structlog.get_logger()

CLICKS = frozenset({"check_run", "issue_comment", "block_actions", "command", "view_submission"})
"""Events behind which a person waits."""


def queue_of(new: NewDelivery) -> QueueName:
    """The queue that a delivery is taken from."""
    return QueueName.CLICK if new.event in CLICKS else QueueName.RUN


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes deliveries in, from whichever door they came."""

    engine: Engine
    queue: Queue
    clock: Clock

    def store(self, new: NewDelivery) -> bool:
        """Store a delivery and the task that takes it; False when its id is known already.

        Raises as `store_all` does.
        """
        return self.store_all([new])[0]

    def store_all(self, news: Sequence[NewDelivery]) -> list[bool]:
        """Store deliveries that came together, in one transaction; of each, whether it is new.

        Raises Unavailable when PostgreSQL is away: the senders must hear that. When Redis is
        away the sweep finds the tasks.
        """
        ids = self._taken_in(news)
        self._hint_at(news, ids)
        return [delivery_id is not None for delivery_id in ids]

    def store_first(self, new: NewDelivery) -> bool:
        """As `store`, but the sender does not wait until Redis has heard of it."""
        ids = self._taken_in([new])
        Thread(target=self._hint_at, args=([new], ids), daemon=True, name="hint").start()
        return ids[0] is not None

    def _taken_in(self, news: Sequence[NewDelivery]) -> list[int | None]:
        queued = [(new, queue_of(new)) for new in news]
        with unit_of_work(self.engine) as session:
            return deliveries.take_in(session, queued, now=self.clock())

    def _hint_at(self, news: Sequence[NewDelivery], ids: Sequence[int | None]) -> None:
        for queue in (QueueName.CLICK, QueueName.RUN):
            requests = [
                TakeDelivery(delivery_id)
                for new, delivery_id in zip(news, ids, strict=True)
                if queue_of(new) is queue and delivery_id is not None
            ]
            self._hint(queue, requests)

    def _hint(self, queue: QueueName, requests: Sequence[TakeDelivery]) -> None:
        if not requests:
            return
        try:
            self.queue.hint(queue, requests)
        except Unavailable as error:
            log.warning("hint_lost", queue=queue.value, requests=len(requests), error=str(error))
