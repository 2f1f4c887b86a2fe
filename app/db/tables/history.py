"""How far a repository's history has been read back."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, moment, moment_or_none


class BackfillRow(SQLModel, table=True):
    """The runs from before we came, read back newest first; a cursor that outlives workers."""

    __tablename__ = "backfill"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    since: datetime = moment()  # the oldest that was ever to be read
    floor: datetime = moment()  # the oldest that this pass reads
    upto: datetime = moment()  # all that is newer has been read
    asked_at: datetime = moment()  # what ended later is told by deliveries
    runs: int = Field(sa_column_kwargs={"autoincrement": False})
    reports: int
    is_stale: bool = False  # whether this pass read what the scorer has not seen
    done_at: datetime | None = moment_or_none()
    told_at: datetime | None = moment_or_none()  # when the channels were told what was found
