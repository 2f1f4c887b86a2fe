"""What came with the reports: artifacts and measurements; and which case became which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    moment,
    moment_or_none,
    numbered,
    octets,
    of_repository,
)


class ArtifactRow(SQLModel, table=True):
    """A screenshot, video, trace or log; where it is, never what is in it."""

    __tablename__ = "artifact"
    __table_args__ = (
        of_repository("run_id", "attempt", to="run"),
        Index("artifact_case", "repo_id", "case_id", "at"),
        Index("artifact_expiry", "keep_until"),
    )

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: bytes = octets(primary_key=True)  # of case, archive and place: each is here once
    report_id: int | None = big_or_none()  # that names it; None when only the archive holds it
    case_id: UUID | None = None
    kind: str  # app.core.attachments.Kind
    name: str
    link: str | None = None  # http(s), where the report names one
    archive: str | None = None  # the run's artifact that holds it
    path: str | None = None  # inside that archive; never used as a path
    size_bytes: int | None = big_or_none()
    at: datetime = moment()
    keep_until: datetime = moment()


class MeasurementRow(SQLModel, table=True):
    """One number measured in a run, or in a case of it."""

    __tablename__ = "measurement"
    __table_args__ = (
        of_repository("run_id", "attempt", to="run"),
        UniqueConstraint(
            *("repo_id", "run_id", "attempt", "variant", "source", "case_id", "name"),
            name="measurement_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index("measurement_name", "repo_id", "name", "at"),
    )

    repo_id: int = big(primary_key=True)
    measurement_id: int = numbered()
    run_id: int = big()
    attempt: int
    variant: str  # the job it ran in, or the artifact's name
    source: str  # the file that says it, inside its archive
    case_id: UUID | None = None  # None: of the whole run
    name: str  # coverage.lines.covered, ...
    value: float
    unit: str
    at: datetime = moment()


class AliasRow(SQLModel, table=True):
    """A case that was renamed or moved: proposed, then confirmed or declined by somebody."""

    __tablename__ = "case_alias"
    __table_args__ = (
        ForeignKeyConstraint(
            ["repo_id", "old_case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("repo_id", "old_case_id", "new_case_id", name="case_alias_pair"),
        Index("case_alias_new", "repo_id", "new_case_id", postgresql_where="state = 'confirmed'"),
        Index(
            "case_alias_once",
            "repo_id",
            "old_case_id",
            unique=True,
            postgresql_where="state = 'confirmed'",
        ),
        Index("case_alias_open", "repo_id", "state", "proposed_at"),
    )

    repo_id: int = big(primary_key=True)
    alias_id: int = numbered()
    old_case_id: UUID
    new_case_id: UUID
    state: str  # proposed, confirmed, declined
    likeness: float  # 0 to 1
    head_sha: str  # the commit in which one went and the other came
    proposed_at: datetime = moment()
    decided_by: str | None = None
    decided_at: datetime | None = moment_or_none()
