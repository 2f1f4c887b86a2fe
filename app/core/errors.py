"""What can go wrong, told apart by who must act.

FlakeGuardError                kind, permanent
├── BadInput                   validation: input we cannot read; said, never retried
│   └── TooLarge               more bytes than may be read
├── NotSignedIn                authentication: we do not know who asks
├── NotAllowed                 permission: we know who asks, and they may not
├── Missing                    not_found: what is asked for is not here, or not for them
├── Conflict                   conflict: the state changed meanwhile
│   └── IllegalTransition
└── Unavailable                raised by adapters and the database; permanent=False is tried again
    ├── NotGranted             permission: an account lets us do too little
    └── RateLimited            rate_limit: says when to come back

Everything else is a bug, kind `processing`.
"""

from datetime import datetime
from enum import StrEnum


class ErrorKind(StrEnum):
    """The kinds of errors, in logs, answers and metrics alike."""

    VALIDATION = "validation"  # the input is not what it should be
    AUTHENTICATION = "authentication"  # nobody we know
    PERMISSION = "permission"  # somebody we know, who may not
    NOT_FOUND = "not_found"  # nothing there, or nothing for them
    CONFLICT = "conflict"  # the state changed meanwhile
    RATE_LIMIT = "rate_limit"  # too often; a time to come back is known
    GITHUB_API = "github_api"  # GitHub failed or refused
    SLACK_API = "slack_api"  # Slack failed or refused
    CHANNEL = "channel"  # another channel failed or refused
    DATABASE = "database"  # PostgreSQL is away or refused
    PROCESSING = "processing"  # a fault of ours


class FlakeGuardError(Exception):
    """An error with a kind and one finished sentence; `permanent` when trying again cannot help."""

    kind = ErrorKind.PROCESSING
    permanent = True


class BadInput(FlakeGuardError):
    """What came in cannot be read; the sentence says what is wrong, where, and what to do."""

    kind = ErrorKind.VALIDATION

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line  # from 1, where the input has lines


class TooLarge(BadInput):
    """It has more bytes than may be read of it; a part of it may be read."""


class NotSignedIn(FlakeGuardError):
    """Nobody we know asks."""

    kind = ErrorKind.AUTHENTICATION


class NotAllowed(FlakeGuardError):
    """Somebody we know asks for what they may not do."""

    kind = ErrorKind.PERMISSION


class Missing(FlakeGuardError):
    """What is asked for is not here, or not for them."""

    kind = ErrorKind.NOT_FOUND


class Conflict(FlakeGuardError):
    """The state changed since the asker looked at it."""

    kind = ErrorKind.CONFLICT


class IllegalTransition(Conflict):
    """A state machine has no such step."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} is not possible while {state}.")
        self.state = state
        self.event = event


class Unavailable(FlakeGuardError):
    """Something outside failed; the adapter says whether trying again can help."""

    def __init__(
        self, message: str, *, kind: ErrorKind, permanent: bool = False, said: str = ""
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.permanent = permanent
        self.said = said  # its own words, where it had any


class NotGranted(Unavailable):
    """An account lets us do too little, or suspended us; only it can change that."""

    def __init__(self, message: str) -> None:
        super().__init__(message, kind=ErrorKind.PERMISSION, permanent=True)
        self.installation_id: int | None = None  # of the account, where it is known


class RateLimited(Unavailable):
    """Something outside asks us to come back later."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, kind=ErrorKind.RATE_LIMIT)
        self.until = until
