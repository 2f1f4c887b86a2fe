"""What one execution of a case came to, and what a report says of a case."""

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """One execution, in JUnit's four words."""

    PASSED = "passed"  # ran to its end and held
    FAILED = "failed"  # an assertion did not hold
    ERRORED = "errored"  # broke outside its assertions: set-up, exception, time-out
    SKIPPED = "skipped"  # was not run, or not to its end, on purpose

    @property
    def is_failing(self) -> bool:
        """Whether this outcome makes a job red."""
        return self is Outcome.FAILED or self is Outcome.ERRORED


class Failure(NamedTuple):
    """The text of one failing execution, as the runner wrote it."""

    type: str | None = None  # exception or assertion type
    message: str | None = None  # first lines, what a person reads
    trace: str | None = None  # stack trace or full text
    expected: str | None = None
    actual: str | None = None
    output: str | None = None  # the last 16 kB of stdout and stderr, where the report has them


class ReportedExecution(NamedTuple):
    """One execution of a case, as a report tells it."""

    outcome: Outcome
    duration_ms: int | None = None  # whole milliseconds; None when the report does not say
    failure: Failure | None = None  # only for failing outcomes
    word: str | None = None  # the runner's own word where it is not one of ours, e.g. "broken"
    setup_ms: int | None = None
    teardown_ms: int | None = None


class PlainPass(ReportedExecution):
    """A pass of which a report tells nothing but how long it took, as of nearly every case."""

    __slots__ = ()


class CaseDetail(NamedTuple):
    """What some reports say of a case besides its executions; most cases have none."""

    tags: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    timeout_ms: int | None = None  # as configured
    retries: int | None = None  # as configured
    artifacts: tuple[tuple[str, str], ...] = ()  # (name, path or http(s) link)


class ReportedCase(NamedTuple):
    """One case of one report with all its executions, oldest first.

    The last execution stands in the fields themselves, earlier ones (in-run retries) in
    `earlier`: nearly every case has one execution, and this is one object then.
    """

    suite: str
    classname: str
    name: str
    parameters: str  # "" where the name has none; random parts already folded
    file: str | None  # relative to the repository where that can be told
    line: int | None  # from 1
    last: ReportedExecution
    earlier: tuple[ReportedExecution, ...] = ()
    variant: str = ""  # what the report itself tells apart: Playwright's project, a browser
    names_need_file: bool = False  # names of this format are unique only within one file
    detail: CaseDetail | None = None

    @property
    def executions(self) -> tuple[ReportedExecution, ...]:
        """Every execution, oldest first."""
        return (*self.earlier, self.last)


class PassedCases(NamedTuple):
    """Cases of one class that passed, each executed once, of which no more is to be said.

    Most of a large report is such cases; together they cost no object each.
    """

    suite: str
    classname: str
    file: str | None
    variant: str
    names_need_file: bool
    names: list[str]  # without parameters
    durations: list[int | None]  # in milliseconds, in the order of the names
