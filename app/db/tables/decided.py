"""What people and time decided: a quarantine's steps and proof, a case's care, corrections."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_object,
    moment,
    moment_or_none,
    numbered,
    of_repository,
)


class QuarantineEventRow(SQLModel, table=True):
    """One step of a quarantine: who, when, why, and the evidence then; never updated."""

    __tablename__ = "quarantine_event"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index("quarantine_event_case", "repo_id", "case_id", "at"),
    )

    repo_id: int = big(primary_key=True)
    event_id: int = numbered()
    quarantine_id: int = big()
    case_id: UUID
    event: str  # app.core.quarantine.QuarantineEvent, or undone
    was: str | None = None  # None: nothing was decided before
    now: str | None = None  # None: taken back, as if it had never been
    at: datetime = moment()
    actor: str
    why: str
    until: datetime | None = moment_or_none()
    evidence: dict[str, Any] = json_object()  # of the case, as it stood then
    request_id: str


class ProofRunRow(SQLModel, table=True):
    """What a run showed of a case under quarantine; it counts once, however often judged."""

    __tablename__ = "proof_run"
    __table_args__ = (of_repository("case_id", to="case_"),)

    repo_id: int = big(primary_key=True)
    quarantine_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(
        default=0,
        primary_key=True,
        sa_column_kwargs={"autoincrement": False, "server_default": "0"},
    )  # one that we asked for; 0: the run as a whole
    case_id: UUID
    is_clean: bool
    at: datetime = moment()


class CaseCareRow(SQLModel, table=True):
    """What people said of a case that is no quarantine: whose it is, silence, since when stable."""

    __tablename__ = "case_care"
    __table_args__ = (of_repository("case_id", to="case_"),)

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    owner: str | None = None  # @login or @organisation/team, by a person's word
    muted_until: datetime | None = moment_or_none()
    stable_since: datetime | None = moment_or_none()  # flakes up to then are forgiven
    stable_sha: str | None = None
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class FeedbackRow(SQLModel, table=True):
    """A correction by a person or by time, with the probability that was shown then."""

    __tablename__ = "feedback"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        Index("feedback_recent", "repo_id", "at"),
    )

    repo_id: int = big(primary_key=True)
    feedback_id: int = numbered()
    case_id: UUID
    at: datetime = moment()
    kind: str  # app.core.accuracy.Correction
    actor: str
    p_flaky: float
    algorithm_version: int
    audit_event_id: int | None = big_or_none()  # what brought it; taken back with it
    undone_at: datetime | None = moment_or_none()


class NoticeRow(SQLModel, table=True):
    """Something an owner is to be told about a case, once."""

    __tablename__ = "notice"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        UniqueConstraint("repo_id", "once", name="notice_once"),
        Index("notice_case", "repo_id", "case_id", "at"),
    )

    repo_id: int = big(primary_key=True)
    notice_id: int = numbered()
    case_id: UUID
    once: str  # what makes two of these the same notice
    kind: str
    owner: str | None = None
    text: str
    at: datetime = moment()
