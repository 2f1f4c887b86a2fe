"""What other CI hands in: the tokens that open a project, and the uploads that came with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_list,
    json_object,
    millis,
    moment,
    moment_or_none,
    numbered,
    octets,
    of_repository,
)


class ProjectTokenRow(SQLModel, table=True):
    """A secret that lets a project's CI hand in reports; only its digest is kept."""

    __tablename__ = "project_token"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        UniqueConstraint("repo_id", "digest", name="project_token_digest"),
    )

    repo_id: int = big(primary_key=True)
    token_id: int = numbered()
    digest: bytes = octets()  # SHA-256 of its text
    name: str
    created_at: datetime = moment()
    last_used_at: datetime | None = moment_or_none()
    ends_at: datetime | None = moment_or_none()  # of its overlap with the one that replaced it
    revoked_at: datetime | None = moment_or_none()
    replaces: int | None = big_or_none()
    scopes: list[str] = Field(  # app.core.tokens.Scope
        default_factory=lambda: ["upload"],
        sa_type=ARRAY(Text),
        nullable=False,
        sa_column_kwargs={"server_default": "{upload}"},
    )


class UploadRow(SQLModel, table=True):
    """One request that handed in reports, or was refused at the door; unique by its content."""

    __tablename__ = "upload"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        of_repository("run_id", "attempt", to="run"),
        UniqueConstraint("repo_id", "run_id", "attempt", "variant", "digest", name="upload_once"),
        Index(
            "upload_refused",
            "repo_id",
            "received_at",
            postgresql_where="refusal is not null",
        ),
    )

    repo_id: int = big(primary_key=True)
    upload_id: int = numbered()
    token_id: int = big()
    source: str  # api, or junit, the old clients' address
    received_at: datetime = moment()
    request_id: str
    size_bytes: int = big()
    took_ms: int | None = millis()
    run_id: int | None = big_or_none()  # None where it was refused at the door
    attempt: int | None = None
    variant: str = ""
    digest: bytes | None = Field(default=None, nullable=True)  # SHA-256 over its files
    reports: list[int] = json_list()  # ids, in the order of its files
    told: dict[str, Any] = json_object()  # the fields that came along
    warnings: list[str] = json_list()
    refusal: str | None = None
    task_id: int | None = big_or_none()  # the evaluation that was asked for
    task_turn: int | None = big_or_none()  # done once the task has done so many
