"""A week of a repository's quarantine: what it excused, whom it rescued, what it left behind."""

from dataclasses import dataclass

from app.core.digests import Turns


@dataclass(frozen=True, slots=True)
class QuarantineReport:
    """What quarantine was worth, and what asks for somebody."""

    repository: str
    days: int
    held: int  # cases whose failures are excused now
    excused: int  # failures of cases that were held then
    rescued: int  # pull requests that failed by nothing else
    proven: Turns  # fixes, with when each was proven
    overdue: Turns  # quarantines whose end came with no fix proven, with that end

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.held or self.excused or self.proven.number or self.overdue.number)
