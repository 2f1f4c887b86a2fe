"""Chat workspaces that installed our app, and the tokens that speak in them."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

RENEW_BEFORE = timedelta(hours=1)  # its end: others go on using it while one renews it


@dataclass(frozen=True, slots=True)
class ChatToken:
    """With what we speak in a workspace; the texts never show."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)  # "" where the token does not rotate
    ends_at: datetime | None = None  # None when it does not end by itself

    def must_be_renewed(self, now: datetime) -> bool:
        """Whether it is about to end and can be renewed."""
        return bool(self.refresh) and self.ends_at is not None and now > self.ends_at - RENEW_BEFORE

    def to_json(self) -> str:
        """As it is sealed."""
        ends_at = None if self.ends_at is None else self.ends_at.isoformat()
        return json.dumps({"access": self.access, "refresh": self.refresh, "ends_at": ends_at})

    @classmethod
    def from_json(cls, text: str) -> "ChatToken":
        """What `to_json` wrote."""
        told = json.loads(text)
        ends_at = told["ends_at"]
        return cls(
            told["access"],
            told["refresh"],
            None if ends_at is None else datetime.fromisoformat(ends_at),
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """What a workspace gave us when somebody installed our app in it."""

    team_id: str
    name: str
    token: ChatToken
    scopes: tuple[str, ...]
    bot_user: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that installed our app; `removed_at` None while it is installed."""

    team_id: str
    name: str
    scopes: tuple[str, ...]
    installed_at: datetime
    removed_at: datetime | None = None
