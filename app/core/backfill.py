"""Reading back what ran before we came."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far a repository's history has been read back, newest first."""

    repo_id: int
    since: datetime  # the oldest that was ever to be read
    floor: datetime  # the oldest that this pass reads
    upto: datetime  # all that is newer has been read
    asked_at: datetime  # what ended later is told by deliveries
    runs: int
    reports: int
    is_stale: bool  # whether this pass read what the scorer has not seen
    done_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def share(self) -> float:
        """How much of the time that is to be read has been read, from 0 to 1."""
        whole = self.asked_at - self.since
        if self.done_at is not None or whole <= timedelta():
            return 1.0
        return min(1.0, max(0.0, (self.asked_at - self.upto) / whole))
