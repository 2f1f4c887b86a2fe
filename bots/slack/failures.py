"""From what Slack or the network answered to the error that says what to do about it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError

from app.core.errors import ErrorKind, FlakeGuardError, Missing, RateLimited, Unavailable

LEAST_WAIT = timedelta(seconds=1)  # Slack's pace of one message a second and channel
LONGEST_WAIT = timedelta(hours=1)  # more is an odd header
USUAL_WAIT = timedelta(seconds=30)  # where no header says
TOO_MANY = 429
SERVER_ERROR = 500

GONE = frozenset(
    {
        *("message_not_found", "thread_not_found"),
        *("expired_trigger_id", "invalid_trigger_id", "exchanged_trigger_id", "trigger_expired"),
        *("not_found", "view_not_found"),  # a window that was closed
        *("user_not_found", "users_not_found"),
    }
)
PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",  # the next call comes with the token that follows
    }
)
"""Errors after which Slack says to try again; every other one needs a person, or us, to act."""

REMOVED = frozenset({"account_inactive", "token_revoked"})
"""Errors of a workspace that lets us in no more."""

ADVICE = {
    "account_inactive": "The app was removed from the workspace; install it again",
    "channel_not_found": "Choose a channel that exists and that the app may see",
    "invalid_auth": "Set SLACK_BOT_TOKEN to the bot token of the Slack app",
    "is_archived": "Unarchive the channel or choose another",
    "missing_scope": "Give the app the scopes of its manifest and install it again",
    "not_authed": "Set SLACK_BOT_TOKEN to the bot token of the Slack app",
    "not_in_channel": "Invite the app: /invite @FlakeGuard",
    "token_revoked": "Install the app again, at /slack/install or with its new SLACK_BOT_TOKEN",
}
"""What a person can do about an error. Source: the error tables of Slack's Web API methods."""


TOO_MUCH = frozenset({"msg_too_long", "msg_blocks_too_long"})
"""Errors of a message that holds more than Slack takes."""


class TooLong(Unavailable):
    """A message is longer than Slack takes."""


class Removed(Unavailable):
    """The workspace lets us in no more."""


def failure_of(error: SlackApiError, method: str, *, now: datetime) -> FlakeGuardError:
    """The error for a method that Slack refused."""
    answer = error.response
    status = int(getattr(answer, "status_code", SERVER_ERROR))
    code = code_of(answer.get("error"), status)
    if status == TOO_MANY or code in {"ratelimited", "rate_limited"}:
        until = now + wait_of(answer.headers)
        return RateLimited(f"Slack limits how often we may call {method}.", until=until)
    if code in GONE:
        return Missing(f"Slack answered {method} with {code}.")
    if code in REMOVED:
        message = f"Slack answered {method} with {code}. {ADVICE[code]}."
        return Removed(message, kind=ErrorKind.SLACK_API, permanent=True)
    if code in TOO_MUCH:
        message = f"Slack answered {method} with {code}."
        return TooLong(message, kind=ErrorKind.SLACK_API, permanent=True)
    advice = f" {ADVICE[code]}." if code in ADVICE else ""
    is_passing = status >= SERVER_ERROR or code in PASSING
    return unavailable(f"Slack answered {method} with {code}.{advice}", permanent=not is_passing)


def unavailable(message: str, *, permanent: bool = False) -> Unavailable:
    """Slack failed or refused."""
    return Unavailable(message, kind=ErrorKind.SLACK_API, permanent=permanent)


def code_of(value: object, status: int) -> str:
    """Slack's own code for an error; the HTTP status where the answer holds none.

    slack_sdk puts a page that is no JSON in its place, which nobody wants to read.
    """
    if isinstance(value, str) and value.replace("_", "").isalnum() and value.isascii():
        return value
    return str(status)


def wait_of(headers: Mapping[str, str]) -> timedelta:
    """How long Slack wants us to wait."""
    for name, value in headers.items():
        if name.lower() == "retry-after" and value.isascii() and value.isdigit():
            wait = timedelta(seconds=min(int(value[:9]), LONGEST_WAIT.total_seconds()))
            return max(LEAST_WAIT, wait)
    return USUAL_WAIT
