"""Channels outside Slack: what they are, and how they are written down."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.errors import BadInput

PREFIX = "outlet:"  # of a subscription's channel that is one of these
MAIL_PREFIX = "mail:"  # of one that is a list of addresses, as a policy names them
TEAM = "outlet"  # stands where a subscription names a workspace
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
MOST_ADDRESSES = 20
LEAST_SECRET = 16  # characters of what signs


class OutletKind(StrEnum):
    """What a channel outside Slack is."""

    MATTERMOST = "mattermost"  # an incoming webhook
    TEAMS = "teams"  # a workflow of Microsoft Teams that takes Adaptive Cards
    WEBHOOK = "webhook"  # anything that takes signed JSON
    EMAIL = "email"  # one or more addresses


@dataclass(frozen=True, slots=True)
class Target:
    """Where an outlet leads; as secret as a password."""

    url: str = field(default="", repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    secret: str = field(default="", repr=False)  # of a webhook: signs what is sent

    def to_json(self) -> str:
        """As it is sealed."""
        told = {"url": self.url, "addresses": list(self.addresses), "secret": self.secret}
        return json.dumps(told)

    @classmethod
    def from_json(cls, text: str) -> "Target":
        """What `to_json` wrote."""
        told = json.loads(text)
        return cls(told["url"], tuple(told["addresses"]), told["secret"])


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel outside Slack, without where it leads."""

    name: str
    kind: OutletKind
    accounts: tuple[str, ...]  # whose policies may name it
    added_at: datetime
    error: str | None = None  # of the last message, where it failed
    failed_at: datetime | None = None

    def is_for(self, repository: str) -> bool:
        """Whether the policy of owner/name may name it."""
        return repository.partition("/")[0].lower() in {one.lower() for one in self.accounts}


def place_of(name: str) -> str:
    """How an outlet stands in a subscription."""
    return f"{PREFIX}{name}"


def mail_place(addresses: tuple[str, ...]) -> str:
    """How addresses stand where a channel is named."""
    return MAIL_PREFIX + ",".join(addresses[:MOST_ADDRESSES])


def must_be_name(name: str) -> str:
    """The name; BadInput unless it is one."""
    if not NAME.fullmatch(name):
        raise BadInput(
            f"{name[:60]!r} is no name for a channel: lower-case letters, digits and hyphens, "
            "at most 40."
        )
    return name


def addresses_in(text: str) -> tuple[str, ...]:
    """E-mail addresses, separated by commas; BadInput naming the first that is none."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in found:
        if not ADDRESS.fullmatch(one):
            raise BadInput(f"{one[:80]!r} is no e-mail address.")
    if not 0 < len(found) <= MOST_ADDRESSES:
        raise BadInput(f"Name 1 to {MOST_ADDRESSES} e-mail addresses.")
    return found
