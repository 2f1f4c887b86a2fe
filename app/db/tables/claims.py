"""What is done once, however often it is asked for: taken up, with what was meant by it then."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, moment


class ClaimRow(SQLModel, table=True):
    """A click, a comment or a run's failed jobs, taken up by whoever came first."""

    __tablename__ = "claim"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    once: str = Field(primary_key=True)
    at: datetime = moment()


class WishedRunRow(SQLModel, table=True):
    """A red run that a click or a comment wants to run again, as it was when it was taken up."""

    __tablename__ = "wished_run"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    once: str = Field(primary_key=True)  # the click's or the comment's
    run_id: int = big(primary_key=True)
    attempt: int
    at: datetime = moment()
