"""The inbox: a delivery is stored before it is answered, and hinted at after."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from app.clock import Clock
from app.core.deliveries import NewDelivery
from app.core.errors import Unavailable
from app.core.requests import QueueName, TakeDelivery
from app.db import deliveries
from app.db.session import Engine, unit_of_work
from app.ports import Queue

log = structlog.get_logger()

CLICKS = frozenset({"check_run", "issue_comment", "block_actions", "command"})
"""Events behind which a person waits."""


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
        queued = [(new, QueueName.CLICK if new.event in CLICKS else QueueName.RUN) for new in news]
        with unit_of_work(self.engine) as session:
            ids = deliveries.take_in(session, queued, now=self.clock())
        for queue in (QueueName.CLICK, QueueName.RUN):
            requests = [
                TakeDelivery(delivery_id)
                for (_, of), delivery_id in zip(queued, ids, strict=True)
                if of is queue and delivery_id is not None
            ]
            self._hint(queue, requests)
        return [delivery_id is not None for delivery_id in ids]

    def _hint(self, queue: QueueName, requests: Sequence[TakeDelivery]) -> None:
        if not requests:
            return
        try:
            self.queue.hint(queue, requests)
        except Unavailable as error:
            log.warning("hint_lost", queue=queue.value, requests=len(requests), error=str(error))
