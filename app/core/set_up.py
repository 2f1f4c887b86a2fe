"""How far an installation has come: what was seen on the way to the first report."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnreadArtifact:
    """An artifact in which no report was found, with the first of its files."""

    repository: str
    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A report that could not be read, and why."""

    repository: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BareRun:
    """A finished run that uploaded nothing."""

    repository: str
    workflow: str
    url: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What was seen so far; None and empty where nothing was."""

    accounts: tuple[str, ...] = ()  # that installed the App
    first_delivery_at: datetime | None = None
    first_run_at: datetime | None = None  # the first that was finished and read
    first_artifact_at: datetime | None = None
    first_report_at: datetime | None = None
    bare: BareRun | None = None  # the newest, unless a later run uploaded something
    unread: UnreadArtifact | None = None  # the newest
    refused: RefusedReport | None = None  # the newest
    suspended: tuple[str, ...] = ()  # of the accounts, those that suspended it
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()  # by account, what it does not grant
