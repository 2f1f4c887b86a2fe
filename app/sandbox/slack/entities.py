"""What the sandbox's Slack remembers."""

from dataclasses import dataclass, field
from datetime import datetime

Json = dict[str, object]


@dataclass(slots=True)
class Member:
    """A person in the workspace."""

    id: str
    name: str
    real_name: str
    deleted: bool = False
    is_bot: bool = False
    tz: str = "Etc/UTC"


@dataclass(slots=True)
class Channel:
    """A channel; the bot writes only where it is a member."""

    id: str
    name: str
    has_bot: bool = True
    is_archived: bool = False
    is_private: bool = False
    only_with: str | None = None  # the one member with whom the bot talks here


@dataclass(slots=True)
class Message:
    """One message; its `ts` is its id within the channel, and the time it was sent."""

    channel: str
    ts: str
    user: str
    text: str
    by_bot: bool
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited_ts: str | None = None
    only_for: str | None = None  # the one member who sees an ephemeral message
    is_broadcast: bool = False  # a reply that the channel shows, too

    @property
    def is_reply(self) -> bool:
        """Whether it stands inside a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class SlackFile:
    """A file that the bot uploads."""

    id: str
    name: str
    alt: str
    length: int  # bytes, as announced
    key: str  # of the address to upload to
    content: bytes | None = None  # None until it is uploaded
    title: str = ""
    done_at: datetime | None = None


@dataclass(slots=True)
class ResponseUrl:
    """A way back to where somebody clicked or typed, five times within half an hour."""

    key: str
    channel: str
    user: str
    message_ts: str | None
    made_at: datetime
    used: int = 0


@dataclass(slots=True)
class View:
    """A modal that is open."""

    id: str
    user: str
    view: Json
    trigger_id: str


@dataclass(slots=True)
class Sent:
    """One interaction or command that was posted to the app, and the answer to it."""

    kind: str  # block_actions, view_submission or command
    status: int  # 0 when nobody answered
    body: str
    form: dict[str, str] = field(default_factory=dict)
