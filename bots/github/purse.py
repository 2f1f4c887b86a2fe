"""What each request costs of what GitHub lets us ask, and what its answer says is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
from githubkit.exception import GitHubException

from app.core.errors import RateLimited
from app.core.urgency import urgency
from app.ports import HostBudget, RateTold
from bots.github.failures import answer_in, says_when, whole_number

READ, WRITE = 1, 5  # points; Source: GitHub's secondary limits
CORE = "core"  # the limit that all our requests count towards


@dataclass(frozen=True, slots=True)
class Purse:
    """Pays for the requests of one account; without a budget, everything is affordable."""

    budget: HostBudget | None
    account: str

    def pay(self, method: str, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer to one request; RateLimited, without asking, where it must wait."""
        if self.budget is None:
            return ask()
        is_read = method == "GET"
        ticket = self.budget.spend(
            self.account,
            points=READ if is_read else WRITE,
            creates=not is_read,
            urgency=urgency.get(),
        )
        answer: httpx.Response | None = None
        try:
            answer = ask()
        except GitHubException as error:
            answer = answer_in(error)
            raise
        finally:
            was_free = answer is not None and answer.status_code == httpx.codes.NOT_MODIFIED
            told = rate_told(answer.headers) if answer is not None else None
            self.budget.settle(self.account, ticket, told=told, was_free=was_free)
        return answer

    def put_off(self, error: GitHubException, limited: RateLimited) -> RateLimited:
        """The limit as all workers heed it from now on."""
        if self.budget is None:
            return limited
        answer = answer_in(error)
        is_told = answer is not None and says_when(answer.headers)
        until = self.budget.put_off(self.account, until=limited.until, is_told=is_told)
        return RateLimited(str(limited), until=until)


def rate_told(headers: Mapping[str, str]) -> RateTold | None:
    """What an answer says of the hourly limit; None where it says nothing, or of another one."""
    limit, remaining, resets_at = (
        whole_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
    )
    if limit is None or remaining is None or resets_at is None:
        return None
    if headers.get("x-ratelimit-resource", CORE) != CORE:
        return None
    return RateTold(limit=limit, remaining=remaining, resets_at=resets_at)
