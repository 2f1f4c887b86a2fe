"""Where a report comes from."""

from dataclasses import dataclass
from datetime import datetime

from app.core.retention import DEFAULTS, Retention
from app.core.runs import Job, Run


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from."""

    run: Run
    variant: str
    job: Job | None
    retention: Retention = DEFAULTS  # the repository's own
    source: str = "artifact"  # app.db.reports.NewReport.source
    dates_itself: bool = False  # whether the report's own time counts, where it is plausible
    is_placed: bool = True  # False: `variant` is what its job is called, and may be another's, too

    @property
    def at(self) -> datetime:
        """When its executions ended, by the run's own clock."""
        if self.job and self.job.completed_at:
            return self.job.completed_at
        return self.run.ended_at or self.run.started_at
