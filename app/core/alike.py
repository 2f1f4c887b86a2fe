"""What the pages show of clusters, as plain records."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.core.categories import Categorized
from app.core.pages import CaseName


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One cluster in a list."""

    cluster_id: int
    name: str | None  # given by a person
    issue_url: str | None  # linked by a person
    said: str  # type and masked message of its first failure
    category: Categorized | None
    failures: int
    cases: int
    jobs: int
    first_seen_at: datetime
    last_seen_at: datetime
    trend: tuple[int, ...] = ()  # failures a day, oldest first, today last
    owners: tuple[str, ...] = ()  # of its cases

    @property
    def title(self) -> str:
        """What it is called: by people, else by what its failures say."""
        return self.name or self.said or "(no text)"


@dataclass(frozen=True, slots=True)
class ClusterCase:
    """A case that fails so, in one job."""

    case_id: UUID
    name: CaseName
    variant: str
    failures: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """The text of one of a cluster's failures."""

    type: str
    message: str
    trace: str


@dataclass(frozen=True, slots=True)
class ClusterPage:
    """Everything that a cluster's page shows."""

    repository: str
    line: ClusterLine
    example: Example
    frames: tuple[str, ...]
    cases: tuple[ClusterCase, ...]
    has_more: bool  # cases than are shown
    was: tuple[int, ...]  # ids of clusters that turned out to be this one
    days: tuple[tuple[date, int], ...]  # of the trend, oldest first
