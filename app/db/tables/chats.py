"""Chat: people on the way to being linked, storms, notices, and channels that policies name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
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


class ChatLinkRow(SQLModel, table=True):
    """A chat user on the way to being linked; by the digest of the secret in their link."""

    __tablename__ = "chat_link"

    digest: bytes = octets(primary_key=True)
    team_id: str
    chat_user: str
    user_name: str  # as the page that asks shows them
    team_name: str
    expires_at: datetime = moment()
    login: str | None = None  # whom the code host named; None until then
    user_id: int | None = big_or_none()
    binding: bytes | None = Field(default=None, nullable=True)  # digest; the browser has the rest


class StormRow(SQLModel, table=True):
    """One message of a channel that speaks of many cases which turned flaky at once."""

    __tablename__ = "storm"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    channel: str = Field(primary_key=True)
    began_at: datetime = moment(primary_key=True)
    handle: str  # by which the message is found again
    ts: str | None = None  # once posted
    digest: bytes | None = Field(default=None, nullable=True)  # of the message as last said


class StormCaseRow(SQLModel, table=True):
    """A case that a storm speaks of."""

    __tablename__ = "storm_case"
    __table_args__ = (
        of_repository("case_id", to="case_"),
        of_repository("channel", "began_at", to="storm"),
        Index("storm_case_storm", "repo_id", "channel", "began_at"),
    )

    repo_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    began_at: datetime = moment()


class ChatNoticeRow(SQLModel, table=True):
    """One message of a channel about many cases of a repository, and what is said below it."""

    __tablename__ = "chat_notice"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        UniqueConstraint("repo_id", "handle", name="chat_notice_handle"),
        Index("chat_notice_newest", "repo_id", "kind", "channel", "began_at"),
    )

    repo_id: int = big(primary_key=True)
    notice_id: int = numbered()
    kind: str  # app.core.notices.NoticeKind
    channel: str
    handle: str  # what its buttons carry, and by which it is found again
    ts: str | None = None  # once posted
    digest: bytes | None = Field(default=None, nullable=True)  # of the message as last said
    began_at: datetime = moment()
    over_at: datetime | None = moment_or_none()  # None while it may go on
    facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONB,
        nullable=False,
        sa_column_kwargs={"server_default": text("'{}'")},
    )


class ChatNoticeCaseRow(SQLModel, table=True):
    """A case that a notice speaks of."""

    __tablename__ = "chat_notice_case"
    __table_args__ = (
        of_repository("notice_id", to="chat_notice"),
        of_repository("case_id", to="case_"),
        Index("chat_notice_case_case", "repo_id", "case_id"),
    )

    repo_id: int = big(primary_key=True)
    notice_id: int = big(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    nth: int = big()  # in the order in which they came, from 1
    at: datetime = moment()  # since when it is what the notice says


class TeamChannelRow(SQLModel, table=True):
    """A channel that a policy names for a team, as its workspace knows it."""

    __tablename__ = "team_channel"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    name: str = Field(primary_key=True)  # as the policy has it
    team_id: str | None = None  # None: no workspace has such a channel that we are in
    channel: str | None = None
    looked_at: datetime = moment()
