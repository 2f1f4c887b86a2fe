"""GitHub's rate limits: counted for every token, and enforced where a driver wants that."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from app.sandbox.github.api.call import ApiError

PER_HOUR = 5_000  # requests of one installation
CONTENT_PER_MINUTE = 80  # requests that create content
CONTENT_PER_HOUR = 500
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CREATES_CONTENT = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(slots=True)
class Window:
    """One hour of one token's requests."""

    began: datetime
    used: int = 0


@dataclass(slots=True)
class Limits:
    """The budget of each installation or user. `secondary` turns the content limits on."""

    per_hour: int = PER_HOUR
    secondary: bool = False
    windows: dict[str, Window] = field(default_factory=dict)
    written: dict[str, deque[datetime]] = field(default_factory=dict)

    def count(self, who: str, *, now: datetime) -> dict[str, str]:
        """Count one request and return the headers that say so; raises when none is left."""
        window = self.window(who, now=now)
        window.used += 1
        headers = self.headers(window)
        if window.used > self.per_hour:
            raise ApiError(
                HTTPStatus.FORBIDDEN, f"API rate limit exceeded for {who}.", headers=headers
            )
        return headers

    def count_content(self, who: str, *, now: datetime) -> None:
        """Count one request that creates content; raises the secondary limit when it is on."""
        times = self.written.setdefault(who, deque())
        while times and times[0] <= now - HOUR:
            times.popleft()
        lately = sum(at > now - MINUTE for at in times)
        if self.secondary and (lately >= CONTENT_PER_MINUTE or len(times) >= CONTENT_PER_HOUR):
            oldest, wait = (times[-lately], MINUTE) if lately else (times[0], HOUR)
            seconds = max(1, int((oldest + wait - now).total_seconds()) + 1)
            raise secondary_limit(seconds)
        times.append(now)

    def window(self, who: str, *, now: datetime) -> Window:
        """The running hour of a token."""
        window = self.windows.get(who)
        if window is None or window.began + HOUR <= now:
            window = self.windows[who] = Window(now)
        return window

    def headers(self, window: Window) -> dict[str, str]:
        """X-RateLimit-*."""
        return {f"X-RateLimit-{name.title()}": str(value) for name, value in self.told(window)}

    def told(self, window: Window) -> list[tuple[str, int | str]]:
        """Limit, remaining, used, reset and resource."""
        return [
            ("limit", self.per_hour),
            ("remaining", max(0, self.per_hour - window.used)),
            ("used", min(window.used, self.per_hour)),
            ("reset", int((window.began + HOUR).timestamp())),
            ("resource", "core"),
        ]


def secondary_limit(seconds: int) -> ApiError:
    """The answer to writing too fast."""
    return ApiError(
        HTTPStatus.FORBIDDEN,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        headers={"Retry-After": str(seconds)},
    )
