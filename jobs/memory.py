"""Answers that may be asked for again, kept in Redis for a few hours."""

from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import structlog
from redis import Redis
from redis.exceptions import RedisError

PREFIX = "flakeguard:answer:"
LASTS = timedelta(hours=6)
SPARED = 5.0  # seconds for which a Redis that did not answer is not asked again

log = structlog.get_logger()


@dataclass
class RedisMemory:
    """Forgets everything while Redis is away."""

    redis: Redis
    prefix: str = PREFIX
    _away_until: float = field(default=0.0, init=False)

    def recall(self, key: str) -> bytes | None:
        """What was kept last; None when it is gone, or Redis is away."""
        if monotonic() < self._away_until:
            return None
        try:
            found = self.redis.get(self.prefix + key)
        except (RedisError, OSError) as error:
            self._is_away(error)
            return None
        return found if isinstance(found, bytes) else None

    def keep(self, key: str, value: bytes) -> None:
        """Keep it for some hours, if Redis is there."""
        if monotonic() < self._away_until:
            return
        try:
            self.redis.set(self.prefix + key, value, ex=LASTS)
        except (RedisError, OSError) as error:
            self._is_away(error)

    def _is_away(self, error: Exception) -> None:
        self._away_until = monotonic() + SPARED
        log.warning("answers_forgotten", error=str(error))
