"""The inbox: a delivery is stored before it is answered, and hinted at after."""

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

CLICKS = frozenset({"check_run", "block_actions"})
"""Events behind which a person waits."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes deliveries in, from whichever door they came."""

    engine: Engine
    queue: Queue
    clock: Clock

    def store(self, new: NewDelivery) -> bool:
        """Store a delivery and the task that takes it; False when its id is known already.

        Raises Unavailable when PostgreSQL is away: the sender must hear that. When Redis is
        away the sweep finds the task.
        """
        queue = QueueName.CLICK if new.event in CLICKS else QueueName.RUN
        with unit_of_work(self.engine) as session:
            delivery_id = deliveries.take_in(
                session,
                source=new.source,
                guid=new.guid,
                event=new.event,
                body=new.body,
                queue=queue,
                request_id=new.request_id,
                now=self.clock(),
            )
        if delivery_id is None:
            return False
        try:
            self.queue.hint(queue, [TakeDelivery(delivery_id)])
        except Unavailable as error:
            log.warning("hint_lost", queue=queue.value, requests=1, error=str(error))
        return True
