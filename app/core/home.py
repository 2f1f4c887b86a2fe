"""Somebody's own page in chat, as plain records."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.chat_buttons import ChatButton, Seen
from app.core.pages import CaseLine, RepositoryLine


@dataclass(frozen=True, slots=True)
class HomeCase:
    """A case of somebody's."""

    line: CaseLine
    buttons: tuple[ChatButton, ...]
    is_owned: bool  # False: they changed its file last, and nobody else is known
    seen: Seen  # what the buttons speak of


@dataclass(frozen=True, slots=True)
class RunningQuarantine:
    """A quarantine that runs, and whose it is."""

    repo_id: int
    case_id: UUID
    name: str  # raw
    until: datetime | None
    owners: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class TeamQuarantine:
    """A quarantine of a team that somebody belongs to."""

    repository: str
    team: str
    held: RunningQuarantine


@dataclass(frozen=True, slots=True)
class HomeRepository:
    """A repository that somebody may read, and the share of its executions that failed each day."""

    line: RepositoryLine
    failing: tuple[float, ...]  # oldest first, days with executions only


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """A case of somebody's that came to another state."""

    repository: str
    case_id: UUID
    name: str  # raw
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """All of it."""

    login: str
    cases: tuple[HomeCase, ...]
    more_cases: int  # that are not shown
    held: tuple[TeamQuarantine, ...]  # the next end first
    more_held: int
    repositories: tuple[HomeRepository, ...]


@dataclass(frozen=True, slots=True)
class OwnDigest:
    """What became of somebody's cases in so many days."""

    home: Home
    turned: tuple[OwnTurn, ...]  # the newest first, repository by repository
    days: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing of theirs turned, asks for attention or is held."""
        return not (self.turned or self.home.cases or self.home.held)
