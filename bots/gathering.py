"""Deliveries that arrive together are stored together: one transaction, one wait for the disk."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from app.core.deliveries import NewDelivery
from app.core.errors import Unavailable

UNDER_WAY = 2  # transactions: one is told what to store while the other waits for the disk
AT_ONCE = 200  # deliveries in one transaction
BYTES_AT_ONCE = 8 * 1024 * 1024  # of their bodies, but for a single one that is larger

StoreAll = Callable[[Sequence[NewDelivery]], object]


class Gathering:
    """What has arrived and is to be stored. Belongs to one event loop: nothing of it is locked.

    While transactions are under way, what arrives gathers for the next one, so that nobody waits
    who comes alone.
    """

    def __init__(self, store: StoreAll) -> None:
        self.store_all = store
        self._waiting: list[tuple[NewDelivery, asyncio.Future[None]]] = []
        self._storing: set[asyncio.Task[None]] = set()

    async def store(self, new: NewDelivery) -> None:
        """Return once it is stored; raises what storing it raises."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((new, stored))
        if len(self._storing) < UNDER_WAY:
            task = asyncio.create_task(self._store_waiting())
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        await stored

    async def _store_waiting(self) -> None:
        while self._waiting:
            count = how_many([new for new, _ in self._waiting])
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
            failures = await run_in_threadpool(self._stored, [new for new, _ in taken])
            for (_, stored), failure in zip(taken, failures, strict=True):
                if stored.done():
                    continue  # whoever waited for it has gone
                if failure is None:
                    stored.set_result(None)
                else:
                    stored.set_exception(failure)

    def _stored(self, batch: Sequence[NewDelivery]) -> list[Exception | None]:
        """What went wrong with each. One that cannot be stored keeps no other from it."""
        try:
            self.store_all(batch)
        except Unavailable as error:
            return [error] * len(batch)
        except Exception as error:  # noqa: BLE001 -- raised where each of them is waited for
            if len(batch) == 1:
                return [error]
            return [failure for one in batch for failure in self._stored([one])]
        return [None] * len(batch)


def how_many(waiting: Sequence[NewDelivery]) -> int:
    """How many of these go into one transaction; at least one."""
    size = 0
    for count, new in enumerate(waiting[:AT_ONCE]):
        size += len(new.body)
        if size > BYTES_AT_ONCE:
            return max(1, count)
    return min(len(waiting), AT_ONCE)
