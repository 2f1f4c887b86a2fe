"""What failed alike: clusters of failures across cases, and outages. Derived; grows by folding."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    moment,
    moment_or_none,
    numbered,
    octets,
    of_repository,
    small,
)
from app.db.tables.columns import words as listed_words


class ClusterRow(SQLModel, table=True):
    """Failures that say the same, of any case; its id never changes.

    Where two turn out to be one, the younger points to the older, for good.
    """

    __tablename__ = "cluster"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("cluster_recent", "repo_id", "last_seen_at", postgresql_where="merged_into is null"),
    )

    repo_id: int = big(primary_key=True)
    cluster_id: int = numbered()
    said: str  # type and masked message of its first signature
    words: str  # of them, by which likeness is measured
    frames: list[str] = listed_words()
    category: str | None = None  # app.core.categories.Category
    category_words: str | None = None  # the failure's words that name it
    category_place: str | None = None  # type or message
    example_type: str | None = None
    example_message: str | None = None
    example_trace: str | None = None
    example_case: UUID | None = None
    name: str | None = None  # given by a person
    issue_url: str | None = None  # linked by a person
    merged_into: int | None = big_or_none()
    failures: int = big()
    first_seen_at: datetime = moment()
    last_seen_at: datetime = moment()
    created_at: datetime = moment()


class ClusterSignatureRow(SQLModel, table=True):
    """A signature that was folded, and the cluster it belongs to."""

    __tablename__ = "cluster_signature"
    __table_args__ = (
        of_repository("cluster_id", to="cluster"),
        Index("cluster_signature_cluster", "repo_id", "cluster_id"),
    )

    repo_id: int = big(primary_key=True)
    signature: bytes = octets(primary_key=True)
    cluster_id: int | None = big_or_none()  # None: its text is too common to say the same
    version: int = small()  # SIGNATURE_VERSION whose masks read the words
    words: str
    first_seen_at: datetime = moment()


class ClusterBandRow(SQLModel, table=True):
    """Where signatures with like words are found: few in each place, so a look-up is bounded."""

    __tablename__ = "cluster_band"
    __table_args__ = (
        of_repository("signature", to="cluster_signature"),
        Index("cluster_band_signature", "repo_id", "signature"),
    )

    repo_id: int = big(primary_key=True)
    band: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: int = big(primary_key=True)
    nth: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signature: bytes = octets()


class ClusterCaseRow(SQLModel, table=True):
    """The failures of a cluster in one case and job."""

    __tablename__ = "cluster_case"
    __table_args__ = (
        of_repository("cluster_id", to="cluster"),
        of_repository("case_id", to="case_"),
        Index("cluster_case_case", "repo_id", "case_id"),
    )

    repo_id: int = big(primary_key=True)
    cluster_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    failures: int = big()
    first_seen_at: datetime = moment()
    last_seen_at: datetime = moment()


class ClusterDayRow(SQLModel, table=True):
    """The failures of a cluster on one day, UTC."""

    __tablename__ = "cluster_day"
    __table_args__ = (of_repository("cluster_id", to="cluster"),)

    repo_id: int = big(primary_key=True)
    cluster_id: int = big(primary_key=True)
    day: date = Field(sa_type=Date, primary_key=True)
    failures: int = big()


class OutageRow(SQLModel, table=True):
    """Many cases failing together: one event, from its first failure to its last."""

    __tablename__ = "outage"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("outage_recent", "repo_id", "last_at"),
        Index("outage_running", "repo_id", "kind", postgresql_where="over_at is null"),
    )

    repo_id: int = big(primary_key=True)
    outage_id: int = numbered()
    kind: str  # app.core.outages.Kind
    crowd: str | None = None  # the one group that all its cases are of
    began_at: datetime = moment()
    last_at: datetime = moment()  # of its newest failure, by the runs' own times
    over_at: datetime | None = moment_or_none()  # None while it may go on


class OutageCaseRow(SQLModel, table=True):
    """A case that failed in an outage, in one job."""

    __tablename__ = "outage_case"
    __table_args__ = (
        of_repository("outage_id", to="outage"),
        of_repository("case_id", to="case_"),
        Index("outage_case_case", "repo_id", "case_id"),
    )

    repo_id: int = big(primary_key=True)
    outage_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    crowd: str  # its group: file or folder


class OutageRunRow(SQLModel, table=True):
    """A run attempt that an outage hit."""

    __tablename__ = "outage_run"
    __table_args__ = (of_repository("outage_id", to="outage"),)

    repo_id: int = big(primary_key=True)
    outage_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    pr_number: int | None = big_or_none()
    at: datetime = moment()
