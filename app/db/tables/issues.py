"""Issues of ours on the code host: each from the wish to open it on, and what is said below it."""

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
    of_repository,
)


class IssueRow(SQLModel, table=True):
    """An issue about a case, or about several of one file or cluster; one for each of these."""

    __tablename__ = "issue"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        UniqueConstraint("repo_id", "about", "topic", name="issue_topic"),
        Index("issue_number", "repo_id", "number"),
    )

    repo_id: int = big(primary_key=True)
    issue_id: int = numbered()
    about: str  # app.core.issues.About
    topic: str  # app.core.issues.Topic.key
    opened_by: str
    opened_at: datetime = moment()  # when somebody wanted it, before it was asked for
    number: int | None = big_or_none()  # the host's, once we know it
    url: str | None = None
    is_open: bool = True  # as it stands there, last we knew
    hand: str | None = None  # what somebody else did last: app.core.issues.Hand
    hand_by: str | None = None
    hand_at: datetime | None = moment_or_none()
    gist: bytes | None = Field(default=None, nullable=True)  # of what matters of what stands there
    digest: bytes | None = Field(default=None, nullable=True)  # of all of it
    sent_at: datetime | None = moment_or_none()
    error: str | None = None


class IssueCaseRow(SQLModel, table=True):
    """A case that an issue is about; each case has one issue at most."""

    __tablename__ = "issue_case"
    __table_args__ = (
        of_repository("issue_id", to="issue"),
        of_repository("case_id", to="case_"),
        Index("issue_case_issue", "repo_id", "issue_id"),
    )

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    issue_id: int = big()
    since: datetime = moment()


class IssueRemarkRow(SQLModel, table=True):
    """A comment below an issue that is said once."""

    __tablename__ = "issue_remark"
    __table_args__ = (
        of_repository("issue_id", to="issue"),
        UniqueConstraint("repo_id", "issue_id", "once", name="issue_remark_once"),
        Index("issue_remark_unsent", "repo_id", "issue_id", postgresql_where="sent_at is null"),
    )

    repo_id: int = big(primary_key=True)
    remark_id: int = numbered()
    issue_id: int = big()
    once: str  # what makes two of these the same
    text: str
    mention: str | None = None  # @login or @organisation/team that is to hear of it
    at: datetime = moment()
    sent_at: datetime | None = moment_or_none()
    outside_id: int | None = big_or_none()
