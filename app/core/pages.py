"""What the pages show, as plain records: one for each table or list on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.core.categories import Categorized
from app.core.costs import Cost
from app.core.issues import Issue
from app.core.outages import Reach
from app.core.outcomes import Outcome
from app.core.quarantine import Quarantine
from app.core.reruns import Rerun

T = TypeVar("T")

Evidence = tuple[Mapping[str, Any], ...]
"""Pieces of evidence as they are stored, weightiest first."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of a longer list; `number` counts from 1."""

    items: tuple[T, ...]
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases are held to be what; quarantined ones are counted in their state too."""

    flaky: int
    broken: int
    suspect: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class RepositoryLine:
    """One repository on the overview."""

    repo_id: int
    full_name: str
    default_branch: str
    is_private: bool
    first_report_at: datetime | None  # None until a report could be read
    last_run_at: datetime | None
    counts: Counts

    @property
    def is_on_github(self) -> bool:
        """Whether its reports come as artifacts; other hosts' ids are ours, below zero."""
        return self.repo_id > 0


@dataclass(frozen=True, slots=True)
class CaseName:
    """How a case is called, in its parts; any of them may be hostile."""

    suite: str
    classname: str
    name: str
    parameters: str
    file: str | None
    line: int | None
    owners: tuple[str, ...] = ()  # people and teams, as the policy or CODEOWNERS names them


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    """The newest decision about a case."""

    state: str  # proposed, active, fix_pending, expired, dismissed, resolved
    decided_by: str
    reason: str
    since: datetime
    until: datetime | None
    event: str = ""  # what led to its state


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What is held of one case, with the figures and the evidence behind it."""

    repo_id: int
    repository: str  # owner/name
    case_id: UUID
    name: CaseName
    state: str
    score: float
    rate: float
    rate_low: float
    rate_high: float
    runs: int
    failures: int
    flakes: int
    first_detected_at: datetime | None
    last_flake_at: datetime | None
    last_failure_at: datetime | None
    last_seen_at: datetime
    broken_since: str | None
    evidence: Evidence
    quarantine: QuarantineLine | None


@dataclass(frozen=True, slots=True)
class UploadRemark:
    """What one report of a run gave cause to say."""

    variant: str
    path: str
    refusal: str | None  # why nothing of it could be read
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One attempt of a run, with the health of what it uploaded."""

    run_id: int
    attempt: int
    workflow: str
    conclusion: str | None
    branch: str
    pr_number: int | None
    head_sha: str
    is_trusted: bool
    started_at: datetime
    url: str
    is_ingested: bool
    reports: int
    refusals: int
    warnings: int
    cases: int
    failing: int
    remarks: tuple[UploadRemark, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a case's timeline: the page after it starts with the next older execution."""

    at: datetime
    report_id: int
    nth: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """One execution of a case, with the run it belongs to."""

    cursor: Cursor
    outcome: Outcome
    duration_ms: int | None
    run_id: int
    attempt: int
    workflow: str
    variant: str
    branch: str
    pr_number: int | None
    head_sha: str
    is_trusted: bool
    url: str  # of the job where it is known, else of the run


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a case's executions, newest first."""

    sightings: tuple[Sighting, ...]
    older: Cursor | None  # where the next page starts; None on the last one


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a case's state."""

    was: str
    now: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of a person, from the audit trail."""

    at: datetime
    actor: str
    surface: str
    act: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class FailureText:
    """What the newest kept failure said, cut to a bounded length."""

    at: datetime
    type: str
    message: str
    trace: str
    is_cut: bool
    is_shared: bool = False  # the trace is that of another case that failed alike in this report


@dataclass(frozen=True, slots=True)
class Alike:
    """The cluster of a case's failure."""

    cluster_id: int
    title: str
    issue_url: str | None
    others: int  # cases that fail so too
    category: Categorized | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A commit that may have broken a case."""

    sha: str
    p: float
    author: str | None  # None where it is not known
    title: str  # the first line of its message; "" where it is not known


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything that a case's page shows. `held` is None for a case that never failed."""

    repository: str
    case_id: UUID
    name: CaseName
    first_seen_at: datetime
    held: CaseLine | None
    timeline: Timeline
    changes: tuple[Change, ...]
    decisions: tuple[Decision, ...]
    last_failure: FailureText | None
    alike: tuple[Alike, ...] = ()  # the clusters of its failures, the newest first
    category: Categorized | None = None  # of the newest failure
    quarantine: Quarantine | None = None  # with its owner and its proof
    cost: Cost | None = None  # of the last 30 days; None where it was not asked for
    issue: Issue | None = None  # ours about it
    reruns: tuple[Rerun, ...] = ()  # of its job for its sake, the newest first
    can_rerun: bool = False  # whether the policy names jobs for it
    suspects: tuple[Suspect, ...] = ()  # the likeliest, oldest first, where it is broken
    suspects_left: int = 0  # commits that are less likely, and are not among these
    outages: tuple[Reach, ...] = ()  # that it failed in, the newest first
    is_on_github: bool = True  # so that its commits have pages there


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """Work that was set aside because trying again did not help."""

    task_id: int
    kind: str
    key: str
    queue: str
    repository: str | None  # where it concerns one that we know
    tries: int
    error: str
    error_kind: str
    parked_at: datetime
    delivery_id: int | None
