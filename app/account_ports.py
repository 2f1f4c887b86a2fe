"""What a code host must offer of the people on it: who they are, and what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from app.core.credentials import AppCredential


class Permission(IntEnum):
    """What a person may do in a repository; greater includes lesser. Source: GitHub's roles."""

    NONE = 0
    READ = 1
    WRITE = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Client:
    """What proves to the code host that we are the App; the secret never shows."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserToken:
    """With what we ask the code host in a person's name; the texts never show."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)  # "" where the token cannot be renewed
    ends_at: datetime | None = None  # None when it does not end by itself


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the code host; the id stays when the login changes hands."""

    user_id: int
    login: str


class Accounts(Protocol):
    """The people of a code host: who they are, and what it lets them read."""

    def sign_in_address(self, client_id: str, *, state: str, challenge: str, back: str) -> str:
        """Where a browser goes to say who it is; `back` is where it is sent afterwards."""

    def token_for(self, client: Client, code: str, *, verifier: str, back: str) -> UserToken:
        """The token behind a code; NotSignedIn where the host takes the code no more."""

    def renewed(self, client: Client, token: UserToken) -> UserToken:
        """The token that follows; NotSignedIn where the host gives none any more."""

    def person(self, token: UserToken) -> Person:
        """Whose token this is; NotSignedIn where the host takes it no more."""

    def readable(
        self, token: UserToken, public: Sequence[tuple[int, str]]
    ) -> Mapping[int, Permission]:
        """What a person may do in each repository they may read, the `public` ones included."""

    def made_app(self, code: str) -> AppCredential:
        """The credentials of an App made from our manifest; each code works once."""
