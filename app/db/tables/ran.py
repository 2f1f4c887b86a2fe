"""What ran: runs, jobs, reports, cases, executions. Written once, never rewritten."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_list,
    json_object,
    json_or_none,
    millis,
    moment,
    moment_or_none,
    numbered,
    octets,
    of_repository,
    small,
    words,
)


class RunRow(SQLModel, table=True):
    """One attempt of a workflow run."""

    __tablename__ = "run"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("run_head", "repo_id", "head_sha"),
        Index("run_recent", "repo_id", "started_at"),
        Index("run_branch", "repo_id", "branch_class", "started_at"),
    )

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    workflow: str
    event: str
    status: str
    conclusion: str | None = None
    head_sha: str
    base_sha: str | None = None
    code: str  # head, or head+base: equal text, equal code
    branch: str
    branch_class: str
    pr_number: int | None = big_or_none()
    is_trusted: bool
    actor: str
    started_at: datetime = moment()
    ended_at: datetime | None = moment_or_none()
    url: str
    head_repo: str | None = None
    ingested_at: datetime | None = moment_or_none()
    evaluated_at: datetime | None = moment_or_none()
    is_history: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    told_at: datetime | None = moment_or_none()  # by a delivery, last; None: listed, or uploaded
    workflow_path: str | None = None  # of its file; None where nobody told it


class JobRow(SQLModel, table=True):
    """One job of a run attempt."""

    __tablename__ = "job"
    __table_args__ = (of_repository("run_id", "attempt", to="run"),)

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    job_id: int = big(primary_key=True)
    name: str
    status: str
    conclusion: str | None = None
    started_at: datetime | None = moment_or_none()
    completed_at: datetime | None = moment_or_none()
    url: str
    labels: list[str] = words()  # of the runner asked for: what its minutes cost hangs on them


class VariantRow(SQLModel, table=True):
    """Which workflow a variant belongs to in a line of code, while any report of it is stored."""

    __tablename__ = "variant"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        UniqueConstraint("repo_id", "variant", "line", name="variant_once"),
        Index("variant_told", "repo_id", "told"),
    )

    repo_id: int = big(primary_key=True)
    variant_id: int = numbered()  # the lower, the longer it is so
    variant: str
    line: str  # app.core.variants.Line
    told: str  # the job's name, or the artifact's
    workflow: str
    workflow_path: str | None = None
    since: datetime = Field(
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )


class ReportRow(SQLModel, table=True):
    """One file of test results, stored or refused; unique by its bytes."""

    __tablename__ = "report"
    __table_args__ = (
        of_repository("run_id", "attempt", to="run"),
        UniqueConstraint("repo_id", "run_id", "attempt", "variant", "digest", name="report_once"),
        Index("report_recent", "repo_id", "received_at"),
        Index(
            "report_unfolded",
            "repo_id",
            "report_id",
            postgresql_where="folded_at is null and refusal is null",
        ),
        Index(
            "report_unclustered",
            "repo_id",
            "report_id",
            postgresql_where="clustered_at is null and refusal is null",
        ),
        Index(
            "report_unobserved",
            "repo_id",
            "at",
            postgresql_where="observed_at is null and refusal is null",
        ),
        Index("report_in_time", "repo_id", "at", "report_id", postgresql_where="refusal is null"),
    )

    repo_id: int = big(primary_key=True)
    report_id: int = numbered()
    run_id: int = big()
    attempt: int
    variant: str  # the job it ran in, or the artifact's name where that is not plain; VariantRow
    job_id: int | None = big_or_none()
    digest: bytes = octets()  # SHA-256 of its bytes
    path: str  # inside the artifact, for people; never used as a path
    size_bytes: int = big()
    format: str | None = None
    at: datetime = moment()  # when its executions ended, by the run's own clock
    cases: int = 0
    executions: int = 0
    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    flaky: int = 0
    duration_ms: int | None = big_or_none()
    case_set: bytes | None = Field(default=None, nullable=True)
    warnings: list[str] = json_list()
    is_partial: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    refusal: str | None = None  # why nothing of it could be read
    refusal_line: int | None = None  # where in it, from 1
    source: str = Field(default="artifact", sa_column_kwargs={"server_default": "artifact"})
    took_ms: int | None = millis()  # from its first byte read to its last row stored
    folded_at: datetime | None = moment_or_none()  # when its executions went into the rollups
    observed_at: datetime | None = moment_or_none()  # when the scorer saw it
    received_at: datetime = moment()
    clustered_at: datetime | None = moment_or_none()  # when its failures went into the clusters


class CaseRow(SQLModel, table=True):
    """A test as an identity across time; its id is computed from the rest."""

    __tablename__ = "case_"  # CASE is a word of SQL
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("case_tags", "tags", postgresql_using="gin"),
    )

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    identity_version: int = small()
    suite: str
    classname: str
    name: str
    parameters: str = ""
    file: str | None = None
    line: int | None = None
    tags: list[str] = words()
    properties: dict[str, Any] = json_object()
    timeout_ms: int | None = millis()  # as configured
    retries: int | None = None  # as configured
    first_seen_at: datetime = moment()


class CaseSetRow(SQLModel, table=True):
    """A set of cases seen before: a report with its digest holds no new case."""

    __tablename__ = "case_set"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    digest: bytes = octets(primary_key=True)
    cases: int
    variants: list[str | None] | None = json_or_none()  # what its report tells apart; None: unread
    first_seen_at: datetime = moment()


class ExecutionRow(SQLModel, table=True):
    """One case run once. Partitioned by the month in which it may go; no unique index."""

    __tablename__ = "execution"
    __table_args__ = (
        # By time before case: a report's rows have one time, so that its entries lie together and
        # storing them costs the same whatever is stored. By case first each would have a page of
        # its own once there is much history.
        Index("execution_time", "repo_id", "at", "case_id"),
        Index("execution_report", "report_id", postgresql_using="brin"),
        Index(
            "execution_skipped",
            "repo_id",
            "report_id",
            postgresql_where="outcome = 4",
        ),
        {"postgresql_partition_by": "RANGE (keep_until)"},
    )
    __mapper_args__: ClassVar = {"primary_key": ["repo_id", "report_id", "case_id", "nth"]}

    repo_id: int = big()
    case_id: UUID
    report_id: int = big()
    at: datetime = moment()
    keep_until: datetime = moment()
    nth: int = small()  # from 1, in the report's order
    outcome: int = small()  # app.db.executions.OUTCOME_CODES
    duration_ms: int | None = millis()
    setup_ms: int | None = millis()
    teardown_ms: int | None = millis()
    word: str | None = None  # the runner's own, where it is not one of ours
    variant: str | None = None  # what the report itself tells apart: a project, a browser


class OccurrenceRow(SQLModel, table=True):
    """The text of one failing execution. Partitioned as executions are."""

    __tablename__ = "occurrence"
    __table_args__ = (
        Index("occurrence_case", "repo_id", "case_id", "at"),
        Index("occurrence_report", "repo_id", "report_id"),
        {"postgresql_partition_by": "RANGE (keep_until)"},
    )
    __mapper_args__: ClassVar = {"primary_key": ["repo_id", "report_id", "case_id", "nth"]}

    repo_id: int = big()
    case_id: UUID
    report_id: int = big()
    at: datetime = moment()
    keep_until: datetime = moment()
    nth: int = small()
    variant: str | None = None
    type: str | None = None
    message: str | None = None
    trace: str | None = None
    expected: str | None = None
    actual: str | None = None
    output: str | None = None
    signature: bytes | None = Field(default=None, nullable=True)
