"""Work that has to do with chat: what is to be said there, and what people there ask for."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.asking import FromDelivery, Request


@dataclass(frozen=True, slots=True)
class ActFromChat(FromDelivery):
    """Do what a person clicked below a chat message; `handle` is what the button carried."""

    kind: ClassVar[str] = "act_from_chat"
    team_id: str
    chat_user: str
    action: str
    handle: str
    response_url: str
    trigger_id: str = ""  # opens one window, soon


@dataclass(frozen=True, slots=True)
class AnswerCommand(FromDelivery):
    """Do, or answer, what a person typed in chat."""

    kind: ClassVar[str] = "answer_command"
    team_id: str
    channel: str
    chat_user: str
    text: str
    response_url: str


@dataclass(frozen=True, slots=True)
class SubmitFromChat(FromDelivery):
    """Do what a person filled in; `handle` is what the window carried."""

    kind: ClassVar[str] = "submit_from_chat"
    team_id: str
    chat_user: str
    action: str
    handle: str
    reason: str
    days: str  # "" for none
    owner: str  # "" for none


@dataclass(frozen=True, slots=True)
class ShowHome(FromDelivery):
    """Show somebody their own page in chat."""

    kind: ClassVar[str] = "show_home"
    team_id: str
    chat_user: str


@dataclass(frozen=True, slots=True)
class UnfoldLinks(FromDelivery):
    """Show what links in a message lead to; `links` are apart by white space."""

    kind: ClassVar[str] = "unfold_links"
    team_id: str
    channel: str
    chat_user: str
    ts: str
    links: str


@dataclass(frozen=True, slots=True)
class TellChat(Request):
    """Bring one case's chat threads up to date; `case_id` is the hex form."""

    kind: ClassVar[str] = "tell_chat"
    repo_id: int
    case_id: str


@dataclass(frozen=True, slots=True)
class TellOutage(Request):
    """Say in chat what is to be said of an outage."""

    kind: ClassVar[str] = "tell_outage"
    repo_id: int
    outage_id: int


@dataclass(frozen=True, slots=True)
class TellStorm(Request):
    """Bring a channel's message of many flaky cases up to date."""

    kind: ClassVar[str] = "tell_storm"
    repo_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class TellProposals(Request):
    """Let the channels that hear of a repository know what waits for a decision there."""

    kind: ClassVar[str] = "tell_proposals"
    repo_id: int


@dataclass(frozen=True, slots=True)
class TellBroken(Request):
    """Let the channels that hear of a repository know what its default branch fails."""

    kind: ClassVar[str] = "tell_broken"
    repo_id: int


@dataclass(frozen=True, slots=True)
class TellNotice(Request):
    """Bring a channel's message about many cases up to date."""

    kind: ClassVar[str] = "tell_notice"
    repo_id: int
    notice_id: int


@dataclass(frozen=True, slots=True)
class TellDigest(Request):
    """Tell a channel what became of a repository in the days before the one that it is of."""

    kind: ClassVar[str] = "tell_digest"
    repo_id: int
    channel: str
    day: str
    days: int = 7
    chart: str = ""  # the id of the picture that was uploaded for it

    @property
    def handle(self) -> str:
        """By which the message is found again."""
        return f"digest:{self.repo_id}:{self.channel}:{self.day}"


@dataclass(frozen=True, slots=True)
class TellQuarantineReport(Request):
    """Tell a channel what a repository's quarantine was worth; `day` is as for a digest."""

    kind: ClassVar[str] = "tell_quarantine_report"
    repo_id: int
    channel: str
    day: str


@dataclass(frozen=True, slots=True)
class TellHistory(Request):
    """Tell the channels that hear of a repository what was read back, once."""

    kind: ClassVar[str] = "tell_history"
    repo_id: int


@dataclass(frozen=True, slots=True)
class TellOwner(Request):
    """Tell somebody in person what became of the cases that they own; `login` in lower case."""

    kind: ClassVar[str] = "tell_owner"
    repo_id: int
    login: str


@dataclass(frozen=True, slots=True)
class TellOwnDigest(Request):
    """Tell somebody what became of their tests in the days before the one that it is of."""

    kind: ClassVar[str] = "tell_own_digest"
    team_id: str
    chat_user: str
    day: str
    days: int
