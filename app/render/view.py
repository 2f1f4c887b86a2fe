"""One view of what we think of a head commit: finished sentences that every surface lays out."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.acts import ButtonName
from app.core.answers import Answer
from app.core.commands import MENTION, CommandName
from app.core.decide import Cause
from app.core.naming import KnownCase
from app.core.publishing import CheckStatus
from app.core.runs import RedRun


class Conclusion(StrEnum):
    """What the check run concludes, in GitHub's words."""

    SUCCESS = "success"  # nothing failed, or every failure is excused and the policy says so
    NEUTRAL = "neutral"  # something failed; people decide
    FAILURE = "failure"  # something needs you, and the policy wants that to block


@dataclass(frozen=True, slots=True)
class Offer:
    """A button, and what a click on it acts on."""

    button: ButtonName
    cases: tuple[UUID, ...] = ()
    runs: tuple[RedRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something beside the reasons: a sentence, and where more of it stands."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One failing case as people see it."""

    case_id: UUID
    name: str  # as the report names it: raw, to be escaped by each surface
    cause: Cause
    p_flaky: float
    sentences: tuple[str, ...]  # why we think so; names in them are plain
    message: str | None  # the failure's first line, raw
    job: str  # raw
    job_url: str
    file: str | None
    line: int | None
    file_url: str | None  # at the head commit
    page_url: str | None
    decision: str | None = None  # who quarantined or dismissed it
    is_quarantined: bool = False  # the decision is a quarantine in force
    is_exempt: bool = False  # the policy calls its failures real where this ran
    is_unshared: bool = False  # it looks like an outage, and no other change shows it
    notes: tuple[Note, ...] = ()
    called: str | None = None  # what a command calls it
    is_held_flaky: bool = False  # the case itself, whatever this failure is
    has_issue: bool = False
    alone: str | None = None  # the shell command that runs it alone
    commits: tuple[tuple[str, str], ...] = ()  # as the sentences name them, with their addresses

    @property
    def command(self) -> str | None:
        """What a comment acts on it with: what is likeliest now, else what is known of it."""
        if self.called is None:
            return None
        name = CommandName.EXPLAIN
        if self.is_quarantined:
            name = CommandName.RELEASE
        elif self.cause is Cause.FLAKY and self.decision is None:
            name = CommandName.QUARANTINE
        return f"{MENTION} {name} {self.called}"

    @property
    def needs_you(self) -> bool:
        """Whether it asks for the reader's attention: one that is excused does not.

        Quarantine excuses it, and being flaky does, unless the policy exempts it here; an outage
        does once another change shows it.
        """
        is_own = self.cause in {Cause.NEW, Cause.UNKNOWN} or self.is_unshared
        if self.is_exempt:
            return is_own or self.cause is Cause.FLAKY
        return is_own and not self.is_quarantined


@dataclass(frozen=True, slots=True)
class JobLine:
    """A red job that no excused failure explains."""

    name: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything said about one head commit."""

    repo: str
    head_sha: str
    branch: str  # the default branch's name
    title: str
    conclusion: Conclusion
    needs_you: tuple[CaseLine, ...]
    jobs: tuple[JobLine, ...]
    flaky: tuple[CaseLine, ...]
    broken: tuple[CaseLine, ...]
    rescued: tuple[CaseLine, ...]  # failed for a moment and passed on the same code
    passed: int  # cases
    warnings: tuple[str, ...]
    page_url: str | None
    offers: tuple[Offer, ...] = ()  # its buttons
    has_buttons: bool = True  # one that is pressed comes to us
    has_commands: bool = False  # the check run says what a comment can, instead of buttons
    mended: tuple[KnownCase, ...] = ()  # that passed with a change that may be their fix
    answers: tuple[Answer, ...] = ()  # to clicks and commands, oldest first
    status: CheckStatus = CheckStatus.COMPLETED
    ending: str | None = None  # what stands instead of results where nothing was tested

    @property
    def is_green(self) -> bool:
        """Whether nothing failed in the end."""
        return not (self.needs_you or self.jobs or self.flaky or self.broken)

    @property
    def is_waiting(self) -> bool:
        """Whether more is to come."""
        return self.status is not CheckStatus.COMPLETED
