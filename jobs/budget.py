"""Rate limits: a token bucket each, in Redis, so that all web processes share it."""

from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from redis import Redis
from redis.exceptions import RedisError

from app.core.errors import ErrorKind, Unavailable
from app.ports import Allowance

PREFIX = "flakeguard:budget:"
SPARED = 5.0  # seconds for which a Redis that did not answer is not asked again
MICROS = 1_000_000  # in a second

# Redis' own clock counts, so it does not matter how those of the web processes differ.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local burst, refill = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(held[1]) or burst, tonumber(held[2]) or now
left = math.min(burst, left + math.max(0, now - at) / refill)
local allowed = 0
if left >= 1 then
  left = left - 1
  allowed = 1
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) * refill / 1000) + 1000)
return {allowed, math.floor(left), math.ceil((1 - math.min(1, left)) * refill),
        math.ceil((burst - left) * refill), clock[1]}
"""


@dataclass
class RedisBudget:
    """So many a minute for each key, and so many at once after a pause."""

    redis: Redis
    per_minute: int
    burst: int
    _away_until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._take = self.redis.register_script(TAKE)

    def take(self, key: str) -> Allowance:
        """Take one; Unavailable, at once for a while, when Redis does not answer."""
        if monotonic() < self._away_until:
            raise Unavailable("Redis did not answer lately.", kind=ErrorKind.PROCESSING)
        refill = 60 * MICROS / self.per_minute
        try:
            found = self._take(keys=[PREFIX + key], args=[self.burst, refill])
        except (RedisError, OSError) as error:
            self._away_until = monotonic() + SPARED
            message = f"Redis did not answer: {error}"
            raise Unavailable(message, kind=ErrorKind.PROCESSING) from error
        allowed, left, wait, full, now = (int(value) for value in found)
        return Allowance(
            is_allowed=bool(allowed),
            limit=self.burst,
            remaining=left,
            retry_after=max(1, ceil(wait / MICROS)),
            resets_at=now + ceil(full / MICROS),
        )
