"""What is said outside, as the ports carry it: lengths are already within the limits."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark at a file and line of the head commit."""

    path: str  # relative to the repository
    line: int  # from 1
    title: str  # at most 255 characters
    message: str  # at most 64 KB


@dataclass(frozen=True, slots=True)
class Button:
    """A check run's action; the host shows at most three."""

    identifier: str  # at most 20 characters
    label: str  # at most 20
    description: str  # at most 40


class CheckStatus(StrEnum):
    """How far a check run is, in the host's words."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run as we want it to stand; lengths are already within the limits."""

    head_sha: str
    external_id: str
    title: str
    summary: str  # markdown
    text: str  # markdown, "" for none
    conclusion: str | None  # success, neutral, failure; None until it is completed
    details_url: str | None
    annotations: tuple[Annotation, ...] = ()
    buttons: tuple[Button, ...] = ()
    status: CheckStatus = CheckStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that stands on a pull request."""

    id: int
    body: str


ISSUE_BODY_LIMIT = 65_000  # bytes of the 65 536 characters that GitHub takes


@dataclass(frozen=True, slots=True)
class PostedIssue:
    """An issue of ours that stands on the host."""

    number: int
    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message as blocks, with the plain text that notifications show."""

    text: str
    blocks: tuple[dict[str, object], ...]
    handle: str  # found again by it when an answer was lost
    about: str = ""  # mrkdwn: what a reply is about, where no thread shows it
    is_urgent: bool = False  # said at quiet hours, too
    is_loud: bool = False  # a reply that is shown in the channel, too


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PNG, with the words that stand for it."""

    name: str  # of the file
    title: str
    alt: str
    content: bytes


class Reaction(StrEnum):
    """What we put below somebody's comment, in GitHub's words."""

    DONE = "+1"
    REFUSED = "confused"
