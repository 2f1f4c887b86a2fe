"""How often a code host may be asked: counted in Redis for each account, shared by all workers."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.clock import Clock
from app.core.asking import QueueName
from app.core.errors import RateLimited
from app.ports import RateTold
from jobs.host_scripts import PUT_OFF, SETTLE, SPEND

PREFIX = "flakeguard:host:"
POINTS_PER_MINUTE = 900  # Source: GitHub's secondary limits; a read 1, a write 5
CONTENT_PER_MINUTE = 80  # requests that create content; likewise
CONTENT_PER_HOUR = 500
UNDER_WAY = 100  # requests at once; likewise
LOST_AFTER = timedelta(minutes=2)  # a request whose process died is under way no more
FIRST_WAIT = timedelta(minutes=1)  # where the host does not tell; doubled each time
LONGEST_WAIT = timedelta(hours=1)
SPARED = 5.0  # seconds for which a Redis that did not answer is not asked again
NOBODY_COUNTS = "uncounted"  # the ticket of what was spent while Redis was away
TICKET_BYTES = 8
MS = 1000  # in a second

SHARES: Mapping[QueueName, float] = {
    QueueName.CLICK: 1.0,
    QueueName.RUN: 0.9,
    QueueName.HISTORY: 0.5,
}
"""How much of each limit the work of a queue may use up: the rest is left to the more urgent."""

log = structlog.get_logger()


@dataclass
class RedisHostBudget:
    """The limits of GitHub, account by account."""

    redis: Redis
    clock: Clock
    prefix: str = PREFIX
    _away_until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._spend = self.redis.register_script(SPEND)
        self._settle = self.redis.register_script(SETTLE)
        self._put_off = self.redis.register_script(PUT_OFF)

    def spend(self, account: str, *, points: int, creates: bool, urgency: QueueName) -> str:
        """Take one request; RateLimited, saying when, where the account has none left for it."""
        ticket, share = secrets.token_hex(TICKET_BYTES), SHARES[urgency]
        now = self._now()
        asked = [
            now,
            points,
            int(creates),
            share,
            int(POINTS_PER_MINUTE * share),
            int(CONTENT_PER_MINUTE * share),
            int(CONTENT_PER_HOUR * share),
            int(UNDER_WAY * share),
            ticket,
            now + int(LOST_AFTER.total_seconds() * MS),
        ]
        found = self._ask(self._spend, account, asked)
        if found is None:
            return NOBODY_COUNTS
        if found:
            until = datetime.fromtimestamp(found / MS, UTC)
            message = (
                "What GitHub lets us ask is used up, or kept for what is more urgent, until "
                f"{until:%H:%M:%S} UTC."
            )
            raise RateLimited(message, until=until)
        return ticket

    def settle(self, account: str, ticket: str, *, told: RateTold | None, was_free: bool) -> None:
        """The request has ended: its place is free, and what GitHub told counts from now on."""
        if ticket == NOBODY_COUNTS:
            return
        says = [told.limit, told.remaining, told.resets_at] if told else [-1, -1, -1]
        self._ask(self._settle, account, [self._now(), ticket, int(was_free), *says])

    def put_off(self, account: str, *, until: datetime, is_told: bool) -> datetime:
        """Leave the account alone until then; longer each time where GitHub does not tell."""
        asked = [
            self._now(),
            int(until.timestamp() * MS),
            int(is_told),
            int(FIRST_WAIT.total_seconds() * MS),
            int(LONGEST_WAIT.total_seconds() * MS),
        ]
        found = self._ask(self._put_off, account, asked)
        return until if found is None else datetime.fromtimestamp(found / MS, UTC)

    def _now(self) -> int:
        return int(self.clock().timestamp() * MS)

    def _ask(self, script: object, account: str, asked: Sequence[object]) -> int | None:
        """What a script answers; None, with a line in the log, while Redis is away."""
        if monotonic() < self._away_until:
            return None
        names = ("told", "points", "minute", "hour", "under-way")
        keys = [f"{self.prefix}{{{account}}}:{name}" for name in names]
        try:
            return int(script(keys=keys, args=asked))  # type: ignore[operator]  # redis types no script
        except (RedisError, OSError) as error:
            self._away_until = monotonic() + SPARED
            log.warning("host_budget_open", account=account, error=str(error))
            return None
