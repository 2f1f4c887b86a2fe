"""What a scorer remembers: its part for the repository, its part for each case; and sets of cases.

A recompute builds the next generation beside the current one, which is read until it is done.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_list,
    json_object,
    moment,
    moment_or_none,
    octets,
    of_repository,
    words,
)


class ScorerRow(SQLModel, table=True):
    """One generation of a repository's scorer."""

    __tablename__ = "scorer"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    generation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str  # app.core.policy's ScorerName
    version: str  # of its algorithm, and of what of the policy it was told
    part: str | None = Field(default=None, sa_type=Text, nullable=True)  # JSON; None: saw nothing
    told: dict[str, Any] = json_object()  # the policy that it was begun under
    newest_at: datetime | None = moment_or_none()  # of what it has seen
    is_current: bool
    upto_at: datetime | None = moment_or_none()  # how far it has been recomputed ...
    upto_report: int | None = big_or_none()  # ... and within that moment
    made_at: datetime = moment()


class ScorerCaseRow(SQLModel, table=True):
    """What one generation remembers of a case that failed."""

    __tablename__ = "scorer_case"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        of_repository("generation", to="scorer"),
        Index(
            "scorer_case_waiting",
            "repo_id",
            "generation",
            postgresql_where="cardinality(jobs) > 0",
        ),
        Index("scorer_case_held", "repo_id", "generation", postgresql_where="is_held"),
    )

    repo_id: int = big(primary_key=True)
    generation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: UUID = Field(primary_key=True)
    memory: dict[str, Any] = json_object()
    told: dict[str, Any] = json_object()  # what sentences about it are made of
    jobs: list[str] = words()  # whose next report it waits for
    is_held: bool


class ObservedSetRow(SQLModel, table=True):
    """The cases that one job ran, with their files; written once for each set not seen before."""

    __tablename__ = "observed_set"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    digest: bytes = octets(primary_key=True)  # of its reports' sets and of what tells them apart
    cases: int
    is_crowded: bool  # several of its reports have the same case: each is a job of its own
    files: list[str] = json_list()
    members: bytes = octets()  # app.db.case_sets packs them
    made_at: datetime = moment()
    used_at: datetime = Field(
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )  # last, to a day
