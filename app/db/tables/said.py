"""What we say: written before it is sent, so that we edit and never repeat."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_object,
    moment,
    moment_or_none,
    numbered,
    octets,
    of_repository,
    words,
)


class PublicationRow(SQLModel, table=True):
    """One thing published on the code host: a check run or a comment, found again by its key."""

    __tablename__ = "publication"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("publication_outside", "repo_id", "surface", "outside_id"),
        Index(
            "publication_waiting",
            "waiting_since",
            postgresql_where="waiting_since is not null",
        ),
    )

    repo_id: int = big(primary_key=True)
    surface: str = Field(primary_key=True)  # check or comment
    key: str = Field(primary_key=True)  # head sha of a check run, number of a pull request
    outside_id: int | None = big_or_none()  # the host's id, once we know it
    digest: bytes | None = Field(default=None, nullable=True)  # of what was last said there
    view: dict[str, Any] = json_object()  # what its buttons act on
    written_at: datetime = moment()  # before sending
    sent_at: datetime | None = moment_or_none()
    error: str | None = None
    waiting_since: datetime | None = moment_or_none()  # a check run that is not completed


class AnswerRow(SQLModel, table=True):
    """What somebody who clicked or commanded was told: who did what, or why nothing was done."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        UniqueConstraint("repo_id", "once", name="answer_once"),
        Index("answer_of_commit", "repo_id", "head_sha"),
        Index(
            "answer_of_pull_request",
            "repo_id",
            "pr_number",
            postgresql_where="pr_number is not null",
        ),
    )

    repo_id: int = big(primary_key=True)
    answer_id: int = numbered()
    once: str  # what it answers
    head_sha: str  # whose check run says it
    pr_number: int | None = big_or_none()  # whose comment says it, whatever its head is by then
    text: str
    url: str | None = None  # where to go on
    at: datetime = moment()


class SubscriptionRow(SQLModel, table=True):
    """A channel that hears of a repository."""

    __tablename__ = "subscription"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("subscription_channel", "team_id", "channel"),
    )

    repo_id: int = big(primary_key=True)
    team_id: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    since: datetime = moment()
    kinds: list[str] = words()  # of what it hears; empty: of everything
    owner: str | None = None  # whose cases alone
    path: str | None = None  # a glob of the files whose cases alone
    bound_by: str | None = None  # the login of who asked for it; None: an administrator
    digest_day: date | None = None  # for which the newest digest was asked
    report_day: date | None = None  # for which the newest report of quarantine was asked


class ThreadRow(SQLModel, table=True):
    """The thread of one case in one channel."""

    __tablename__ = "thread"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        UniqueConstraint("repo_id", "handle", name="thread_handle"),
        Index("thread_written", "repo_id", "channel", "written_at"),
    )

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    handle: str  # what its buttons carry: short, opaque, never a name
    ts: str | None = None  # Slack's id of the root message, once posted
    digest: bytes | None = Field(default=None, nullable=True)  # of the root as last said
    written_at: datetime = moment()


class SayingRow(SQLModel, table=True):
    """A message that was about to be said: where and by which handle, as a digest."""

    __tablename__ = "saying"
    __table_args__ = (Index("saying_at", "at"),)  # retention takes them by it

    digest: bytes = octets(primary_key=True)
    at: datetime = moment()


class OutboxRow(SQLModel, table=True):
    """One message to a channel that is said once."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("repo_id", "channel", "once", name="outbox_once"),
        of_repository("case_id", to="case_"),
        of_repository("outage_id", to="outage"),
        of_repository("notice_id", to="chat_notice"),
        Index("outbox_unsent", "repo_id", "case_id", postgresql_where="sent_at is null"),
        Index(
            "outbox_of_outage",
            "repo_id",
            "outage_id",
            postgresql_where="outage_id is not null",
        ),
        Index(
            "outbox_of_notice",
            "repo_id",
            "notice_id",
            postgresql_where="notice_id is not null",
        ),
    )

    repo_id: int = big(primary_key=True)
    message_id: int = numbered()
    case_id: UUID | None = None  # a reply in this case's thread
    outage_id: int | None = big_or_none()  # or a message about this outage
    notice_id: int | None = big_or_none()  # or a reply below this notice
    channel: str
    once: str  # what makes two of these the same message
    text: str
    at: datetime = moment()
    is_loud: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    sent_at: datetime | None = moment_or_none()
    ts: str | None = None
