"""Who acts, and what was done."""

from dataclasses import dataclass
from uuid import UUID

from app.render.words import Saying

OURSELVES_NAME = "FlakeGuard"  # who acts when nobody asked


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where, and in which request."""

    login: str  # on the code host; or what a program is called
    surface: str  # check, issue, slack, page, cli, api, worker, cron
    request_id: str
    is_person: bool = True

    @property
    def shown(self) -> str:
        """As people read it."""
        return f"@{self.login}" if self.is_person else self.login


def ourselves(surface: str, request_id: str) -> Actor:
    """FlakeGuard itself, by what the policy says or time brings."""
    return Actor(OURSELVES_NAME, surface, request_id, is_person=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done."""

    case_id: UUID | None  # None: of no single case
    says: Saying
    event_id: int  # of the audit trail, by which it can be undone
    needs_recompute: bool = False  # evidence that had been taken back counts again
    takes_back: bool = False  # evidence counts no more

    @property
    def sentence(self) -> str:
        """What is said of it, its dates in the time zone of whoever is told now."""
        return self.says()
