"""The cron process: one acts at a time, sweeps what was left lying, and outlives Redis."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

import structlog

from app.core.errors import Unavailable
from app.db.session import unit_of_work
from app.db.work import leases, tasks
from app.services.deliveries import quick_inbox
from app.services.deliveries.inbox import Inbox
from app.wiring import Parts
from jobs.context import Context
from jobs.schedule import ENTRIES, Entry, due
from jobs.tasks import HANDLERS
from jobs.turns import perform, tell_queue

NAME = "cron"
LEASE = timedelta(seconds=10)
RENEW_EVERY = 3.0  # seconds
TICK = 1.0  # seconds between two looks
HINT_ANSWERED_WITHIN = timedelta(seconds=10)  # else it counts as lost
SWEPT_AT_ONCE = 200  # tasks

log = structlog.get_logger()


@dataclass(slots=True)
class Cron:
    """One cron process; acts only while it holds the lease."""

    context: Context
    ping_redis: Callable[[], None]
    holder: str
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Tick until told to stop."""
        keeper = threading.Thread(target=self._keep, daemon=True)
        acting = False
        while not self.stopping.is_set():
            try:
                acting = self.take()
                if acting and not keeper.is_alive():
                    keeper = threading.Thread(target=self._keep, daemon=True)
                    keeper.start()
                if acting:
                    self.tick()
            except Unavailable as error:
                log.warning("cron_waits", error=str(error))
            self.stopping.wait(TICK)
        if acting:
            self._release()

    def take(self) -> bool:
        """Take or renew the lease; False while another cron acts."""
        with unit_of_work(self.context.engine) as session:
            return leases.take_or_renew(
                session, NAME, holder=self.holder, now=self.context.clock(), lasts=LEASE
            )

    def tick(self) -> None:
        """Take in what waits in Redis, run what is due, then take up what was left lying."""
        self.drain()
        with unit_of_work(self.context.engine) as session:
            last = leases.last_runs(session)
        for entry, due_at in due(ENTRIES, last, now=self.context.clock()):
            self._run(entry, due_at)
        self.sweep()

    def drain(self) -> None:
        """Store the deliveries that lie in Redis; those that cannot be wait for the next tick."""
        context = self.context
        if context.spool is None:
            return
        inbox = Inbox(context.engine, context.queue, context.clock)
        try:
            if number := quick_inbox.drain(context.spool, inbox.store):
                log.info("spool_drained", deliveries=number)
        except Unavailable as error:
            log.info("spool_waits", error=str(error))

    def sweep(self) -> int:
        """Hint at open work that nobody has taken up; do it here when nobody can be told.

        How many tasks were hinted at or done.
        """
        now = self.context.clock()
        away = self._redis_is_away()
        patience = timedelta() if away else HINT_ANSWERED_WITHIN
        with unit_of_work(self.context.engine) as session:
            found = tasks.neglected(
                session, now=now, hinted_before=now - patience, limit=SWEPT_AT_ONCE
            )
        if not away:
            tell_queue(self.context, [(one.queue, one.request) for one in found])
            return len(found)
        for one in found:
            if self.stopping.is_set():
                break
            perform(self.context, HANDLERS, one.request.kind, one.request.key)
        return len(found)

    def _redis_is_away(self) -> bool:
        try:
            self.ping_redis()
        except Unavailable:
            return True
        return False

    def _run(self, entry: Entry, due_at: datetime) -> None:
        started = time.monotonic()
        error = None
        try:
            entry.run(self.context)
        except Exception as failure:  # noqa: BLE001 -- one entry must not end the others
            error = str(failure) or type(failure).__name__
            log.warning("scheduled_failed", entry=entry.name, error=error)
        took = int((time.monotonic() - started) * 1000)
        with unit_of_work(self.context.engine) as session:
            leases.note_run(session, entry.name, due_at=due_at, took_ms=took, error=error)

    def _keep(self) -> None:
        """Renew the lease while a long tick runs; ends when it is lost."""
        while not self.stopping.wait(RENEW_EVERY):
            try:
                if not self.take():
                    return
            except Unavailable:
                continue

    def _release(self) -> None:
        try:
            with unit_of_work(self.context.engine) as session:
                leases.release(session, NAME, holder=self.holder)
        except Unavailable:
            log.info("lease_left_to_run_out")


def run(parts: Parts) -> None:
    """Be the cron process until a signal says stop."""
    context = parts.context
    holder = f"{socket.gethostname()}:{context.new_token()}"
    cron = Cron(context, parts.ping_redis, holder)

    def stop(number: int, frame: FrameType | None) -> None:
        cron.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    cron.run()
