"""What we think: findings, case states, quarantines. Derived; can be recomputed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_list,
    json_object,
    moment,
    moment_or_none,
    numbered,
    of_repository,
    small,
)


class FindingRow(SQLModel, table=True):
    """What one failing case of one run attempt is held to be, and why."""

    __tablename__ = "finding"
    __table_args__ = (
        of_repository("run_id", "attempt", to="run"),
        Index("finding_case", "repo_id", "case_id", "found_at"),
    )

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: UUID = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    cause: str
    p_flaky: float
    first_cause: str | None = None  # as it was said at once; a later pass may say otherwise
    first_p_flaky: float | None = None
    evidence: list[dict[str, Any]] = json_list()
    algorithm_version: int = small()
    found_at: datetime = moment()


class CaseStateRow(SQLModel, table=True):
    """What is held of a case now; no row for a case that never failed."""

    __tablename__ = "case_state"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index("case_state_worst", "repo_id", "state", "score"),
    )

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    state: str
    score: float
    rate: float
    rate_low: float
    rate_high: float
    runs: int
    failures: int
    flakes: int
    first_detected_at: datetime | None = moment_or_none()
    last_flake_at: datetime | None = moment_or_none()
    last_failure_at: datetime | None = moment_or_none()
    last_seen_at: datetime = moment()
    broken_since: str | None = None  # the first commit of the default branch that fails
    evidence: list[dict[str, Any]] = json_list()
    algorithm_version: int = small()
    updated_at: datetime = moment()


class StateChangeRow(SQLModel, table=True):
    """One change of a case's state: from, to, when by the runs' own times, and why."""

    __tablename__ = "state_change"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index("state_change_case", "repo_id", "case_id", "at"),
        Index("state_change_run", "repo_id", "run_id", "attempt"),
    )

    repo_id: int = big(primary_key=True)
    change_id: int = numbered()
    case_id: UUID
    was: str
    now: str
    at: datetime = moment()
    why: str
    run_id: int | None = big_or_none()  # the run attempt whose evaluation brought it
    attempt: int | None = None


class QuarantineRow(SQLModel, table=True):
    """One decision about a case, from proposal to its end; the newest of a case counts."""

    __tablename__ = "quarantine"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index(
            "quarantine_open",
            "repo_id",
            "case_id",
            unique=True,
            postgresql_where="state in ('proposed', 'active', 'fix_pending')",
        ),
        Index("quarantine_case", "repo_id", "case_id", "since"),
        Index("quarantine_ending", "until", postgresql_where="state in ('active', 'fix_pending')"),
    )

    repo_id: int = big(primary_key=True)
    quarantine_id: int = numbered()
    case_id: UUID
    state: str
    reason: str
    decided_by: str
    since: datetime = moment()  # when this state began
    evidence_at: datetime = moment()  # the newest evidence when it was decided
    until: datetime | None = moment_or_none()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # one up a step
    event: str = Field(
        default="released", sa_column_kwargs={"server_default": "released"}
    )  # what led to this state
    owner: str | None = None
    owner_is_guess: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    p_flaky: float | None = None  # as shown when it was decided
    clean_needed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    clean_runs: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    clean_since: datetime | None = moment_or_none()  # runs that started later count
    fix: str | None = None  # the commit or issue that claims one
    opened_at: datetime | None = moment_or_none()  # when its first state began


class AuditEventRow(SQLModel, table=True):
    """Who did what, on what, when; never updated."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("audit_event_case", "repo_id", "case_id", "at"),
        Index("audit_event_recent", "repo_id", "at"),
    )

    repo_id: int = big(primary_key=True)
    event_id: int = numbered()
    at: datetime = moment()
    actor: str
    surface: str  # check, slack, page, cli
    act: str
    case_id: UUID | None = None
    before: dict[str, Any] = json_object()
    after: dict[str, Any] = json_object()
    request_id: str
