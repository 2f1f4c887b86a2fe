"""Waiting for evaluations: one look at the database for all who wait, and no thread held."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from anyio import to_thread

from app.core.errors import Unavailable
from app.core.handed import Progress, Turn

LOOK_EVERY = 0.2  # seconds; a person hardly notices, and a hundred waiters cost one query

log = structlog.get_logger(__name__)


class Evaluations:
    """Tells when what was asked for is done; all requests of a process share one."""

    def __init__(
        self,
        progress: Callable[[Sequence[Turn]], Mapping[Turn, Progress]],
        *,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._progress = progress
        self._look_every = look_every
        self._waiting: set[tuple[Turn, asyncio.Event]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def settled(self, turn: Turn, *, patience: float) -> None:
        """Return when this is done or set aside, or after `patience` seconds."""
        waiter = (turn, asyncio.Event())
        self._waiting.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait_for(waiter[1].wait(), patience)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(waiter)

    async def _look(self) -> None:
        while self._waiting:
            turns = [turn for turn, _ in self._waiting]
            try:
                found = await to_thread.run_sync(self._progress, turns)
            except Unavailable as error:
                log.warning("evaluations_unknown", error=str(error))
                found = {}
            for turn, event in self._waiting:
                if found.get(turn, Progress.WAITING) is not Progress.WAITING:
                    event.set()
            await asyncio.sleep(self._look_every)
