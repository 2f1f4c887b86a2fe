"""From what GitHub or the network answered to the error that says what to do about it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
from githubkit.exception import GitHubException, RequestError

from app.core.errors import (
    ErrorKind,
    FlakeGuardError,
    Missing,
    NotGranted,
    RateLimited,
    Unavailable,
)

LEAST_WAIT = timedelta(seconds=60)  # GitHub: where no header says, wait at least a minute
LONGEST_WAIT = timedelta(hours=2)  # the primary limit resets hourly; more is an odd header
LIMITED = frozenset({403, 429})
GONE = frozenset({404, 410})
NOT_GRANTED = re.compile(r"not accessible by integration|installation has been suspended", re.I)
WORTH_RETRYING = frozenset({408, 409, 425})  # besides every 5xx
MESSAGE_MAX = 200  # characters of GitHub's own words that we repeat


def failure_of(error: GitHubException, what: str, *, now: datetime) -> FlakeGuardError:
    """The error for a request that failed; `what` names it, like `GET /repos/a/b`.

    A refusal names the request that was refused: asking for a token may be what failed.
    """
    cause = error.exc if isinstance(error, RequestError) else error
    if isinstance(cause, httpx.HTTPStatusError):
        refused = f"{cause.request.method} {cause.request.url.path}"
        return refusal_of(cause.response, refused, now=now)
    if isinstance(cause, httpx.TimeoutException):
        return unavailable(f"GitHub did not answer {what} in time.")
    if isinstance(cause, httpx.HTTPError):
        return unavailable(f"GitHub could not be reached for {what}: {type(cause).__name__}.")
    return unavailable(
        f"{what} could not be sent to GitHub: {type(cause).__name__}.", permanent=True
    )


def refusal_of(answer: httpx.Response, what: str, *, now: datetime) -> FlakeGuardError:
    """The error for an answer that is no success."""
    status, said = answer.status_code, message_in(answer)
    if status in LIMITED:
        until = limited_until(answer.headers, said, now=now, always=status == 429)
        if until is not None:
            return RateLimited(f"GitHub limits how often we may ask ({what}).", until=until)
    if status in GONE:
        return Missing(f"GitHub has nothing for us at {what} ({status}).")
    words = f": {said}" if said else ""
    if status == httpx.codes.FORBIDDEN and NOT_GRANTED.search(said):
        needed = answer.headers.get("x-accepted-github-permissions", "")
        needs = f"; it needs {needed[:MESSAGE_MAX]}" if needed.isprintable() and needed else ""
        return NotGranted(f"GitHub answered {what} with {status}{words}{needs}.")
    retry = status >= 500 or status in WORTH_RETRYING
    message = f"GitHub answered {what} with {status}{words}."
    return unavailable(message, permanent=not retry, said=said)


def answer_in(error: GitHubException) -> httpx.Response | None:
    """The answer behind a failed request; None where there was none."""
    cause = error.exc if isinstance(error, RequestError) else error
    return cause.response if isinstance(cause, httpx.HTTPStatusError) else None


def says_when(headers: Mapping[str, str]) -> bool:
    """Whether a limited answer tells when to come back."""
    if whole_number(headers.get("retry-after")) is not None:
        return True
    reset = whole_number(headers.get("x-ratelimit-reset"))
    return headers.get("x-ratelimit-remaining") == "0" and reset is not None


def unavailable(message: str, *, permanent: bool = False, said: str = "") -> Unavailable:
    """GitHub failed or refused; `said` are its own words."""
    return Unavailable(message, kind=ErrorKind.GITHUB_API, permanent=permanent, said=said)


def limited_until(
    headers: Mapping[str, str], said: str, *, now: datetime, always: bool
) -> datetime | None:
    """When the rate limit lets us come back; None when this refusal is about something else.

    Source: GitHub, "Best practices for using the REST API": `retry-after`, else
    `x-ratelimit-reset` when nothing remains, else at least a minute.
    """
    wait = whole_number(headers.get("retry-after"))
    if wait is not None:
        return now + within_reason(timedelta(seconds=wait))
    reset = whole_number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return now + within_reason(datetime.fromtimestamp(reset, UTC) - now)
    if always or "rate limit" in said.lower():
        return now + LEAST_WAIT
    return None


def within_reason(wait: timedelta) -> timedelta:
    """A wait of at least a second and at most two hours."""
    return max(timedelta(seconds=1), min(wait, LONGEST_WAIT))


def whole_number(value: str | None) -> int | None:
    """A header's number, not too large for a moment; None where it holds none."""
    if value is None or not value.isascii() or not value.isdigit():
        return None
    return min(int(value[:12]), 2**33)  # some 270 years in seconds


def message_in(answer: httpx.Response) -> str:
    """GitHub's own sentence, cut short and without its full stop; "" where there is none."""
    try:
        said = answer.json()["message"]
    except (ValueError, KeyError, TypeError, httpx.StreamError, RecursionError):
        return ""
    line = " ".join(str(said).split())
    return line[:MESSAGE_MAX].rstrip(".")
