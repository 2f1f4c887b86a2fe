"""What is said about a report as a whole, beside its cases."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MEASURED_MOST = 1_000  # numbers kept of one report
STATEMENTS = "coverage.statements"
PERCENT = "percent"


class Measured(NamedTuple):
    """A number of the run as a whole that the report names, such as a package's coverage."""

    scope: str
    name: str
    value: float
    unit: str


@dataclass(slots=True)
class Notes:
    """What is said about a report as a whole."""

    limit: int
    dialect: str = ""
    started_at: datetime | None = None
    stated_ms: int | None = None  # the report's own total duration
    warnings: list[str] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    is_partial: bool = False  # something that it should tell is not in it

    def lacks(self, sentence: str) -> None:
        """Keep a sentence that says what the report does not tell, though it should."""
        self.is_partial = True
        self.warn(sentence)

    def warn(self, sentence: str) -> None:
        """Keep a finished sentence once, as long as there is room."""
        if sentence not in self.warnings and len(self.warnings) < self.limit:
            self.warnings.append(sentence)

    def covers(self, scope: str, percent: str | None) -> None:
        """Keep how many of a package's statements were reached, where that is a percentage."""
        try:
            value = float(percent or "")
        except ValueError:
            return
        if 0 <= value <= 100 and len(self.measured) < MEASURED_MOST:
            self.measured.append(Measured(scope, STATEMENTS, value, PERCENT))

    def began(self, at: datetime | None) -> None:
        """Take a time the report names; the earliest one counts."""
        if at is not None and (self.started_at is None or at < self.started_at):
            self.started_at = at
