"""Project tokens: how their text is made up, and when one opens its project."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "fgt"  # by which a secret scanner, and our own masking, knows one
OVERLAP = timedelta(hours=24)  # how long a rotated token goes on working, unless told otherwise
_SHAPE = re.compile(r"fgt_(n?)([0-9a-f]{1,16})_[A-Za-z0-9_-]{43}")  # 43 characters: 256 bits


class Scope(StrEnum):
    """What a token lets its holder do."""

    UPLOAD = "upload"  # hand in reports, and read what became of them
    ACT = "act"  # decide about cases: quarantine, dismiss, own, undo


class TokenState(StrEnum):
    """Whether a token opens its project."""

    ACTIVE = "active"
    ROTATED = "rotated"  # replaced, and still good until its end
    EXPIRED = "expired"  # replaced, and its time is over
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ProjectToken:
    """What is known of a token; never its text."""

    id: int
    repo_id: int
    project: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    ends_at: datetime | None  # set when it was rotated
    revoked_at: datetime | None
    replaces: int | None  # the token whose place it took
    scopes: frozenset[Scope] = frozenset({Scope.UPLOAD})

    def state(self, now: datetime) -> TokenState:
        """Whether it opens its project at this moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if self.ends_at is None:
            return TokenState.ACTIVE
        return TokenState.ROTATED if now < self.ends_at else TokenState.EXPIRED


def token_text(repo_id: int, secret: str) -> str:
    """The text of a token. It names its repository, so that one look-up by key finds it."""
    sign = "n" if repo_id < 0 else ""
    return f"{PREFIX}_{sign}{abs(repo_id):x}_{secret}"


def repo_of(text: str) -> int | None:
    """The repository that a token's text names; None when it is no token of ours."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    number = int(found[2], 16)
    return -number if found[1] else number
