"""Jobs that are re-run for a case's sake: each wish, and each attempt that was asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    moment,
    moment_or_none,
    numbered,
    of_repository,
)


class RerunRow(SQLModel, table=True):
    """A wish to run one case again on the same code; one that is open a case."""

    __tablename__ = "rerun"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index(
            "rerun_open",
            "repo_id",
            "case_id",
            unique=True,
            postgresql_where="state in ('queued', 'running')",
        ),
        Index("rerun_case", "repo_id", "case_id", "asked_at"),
    )

    repo_id: int = big(primary_key=True)
    rerun_id: int = numbered()
    case_id: UUID
    why: str  # app.core.reruns.RerunWhy
    state: str  # app.core.reruns.RerunState
    wanted: int
    asked_by: str
    asked_at: datetime = moment()
    run_id: int | None = big_or_none()
    job: str | None = None
    since: datetime | None = moment_or_none()
    note: str = ""
    ended_at: datetime | None = moment_or_none()


class RerunAttemptRow(SQLModel, table=True):
    """An attempt that was asked for, written down before it was."""

    __tablename__ = "rerun_attempt"
    __table_args__ = (
        of_repository("rerun_id", to="rerun"),
        Index("rerun_attempt_recent", "repo_id", "asked_at"),
    )

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rerun_id: int = big()
    asked_at: datetime = moment()
    minutes: float  # of its job; a guess until it ended
    ended_at: datetime | None = moment_or_none()
    passed: bool | None = None  # None: not ended, or the case did not run in it
