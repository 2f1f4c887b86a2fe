"""The outside: installations, repositories, pull requests, and who people are there."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_list,
    json_object,
    json_or_none,
    moment,
    moment_or_none,
    words,
)


class InstallationRow(SQLModel, table=True):
    """One account that installed the App."""

    __tablename__ = "installation"

    id: int = big(primary_key=True)  # GitHub's
    account: str
    suspended_at: datetime | None = moment_or_none()
    deleted_at: datetime | None = moment_or_none()
    updated_at: datetime = moment()
    permissions: dict[str, Any] | None = json_or_none()  # granted; empty until they are told


class RepositoryRow(SQLModel, table=True):
    """A repository we watch."""

    __tablename__ = "repository"
    __table_args__ = (Index("repository_full_name", "provider", "full_name", unique=True),)

    repo_id: int = big(primary_key=True)  # GitHub's; negative for hosts that have none
    provider: str = "github"
    full_name: str
    default_branch: str
    installation_id: int | None = big_or_none()
    is_private: bool = True
    settings: dict[str, Any] = json_object()
    first_report_at: datetime | None = moment_or_none()  # nothing is published before it
    removed_at: datetime | None = moment_or_none()
    updated_at: datetime = moment()
    polled_at: datetime | None = moment_or_none()  # when it was last asked what is new
    is_archived: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class PullRequestRow(SQLModel, table=True):
    """A pull request, as last seen."""

    __tablename__ = "pull_request"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("pull_request_head", "repo_id", "head_sha"),
    )

    repo_id: int = big(primary_key=True)
    number: int = big(primary_key=True)
    title: str
    author: str
    state: str
    head_sha: str
    head_branch: str
    head_repo: str | None = None
    base_branch: str
    base_sha: str
    is_fork: bool
    updated_at: datetime = moment()
    labels: list[str] = words()
    named_issues: list[str] = words()


class CommitRow(SQLModel, table=True):
    """A commit of the default branch, fetched because a case failed in one after it."""

    __tablename__ = "commit"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    sha: str = Field(primary_key=True)
    parents: list[str] = words()
    author: str
    at: datetime | None = moment_or_none()
    title: str
    fetched_at: datetime = moment()


class ChangedFilesRow(SQLModel, table=True):
    """The files that a pull request's head, or a tested commit of the default branch, changes."""

    __tablename__ = "changed_files"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    head_sha: str = Field(primary_key=True)
    pr_number: int = big(primary_key=True)  # 0 on the default branch
    since: str | None = None  # the default branch's commit tested before; None on a pull request
    files: list[str] | None = json_or_none()  # None: the host would not tell
    fetched_at: datetime = moment()


class FileCommitRow(SQLModel, table=True):
    """The commit of the default branch that changed a case's file last, when it was asked for."""

    __tablename__ = "file_commit"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    file: str = Field(primary_key=True)
    sha: str | None = None  # None: no commit is known to change it
    asked_at: datetime = moment()


class PolicySnapshotRow(SQLModel, table=True):
    """A file of the default branch that says how we work, as read; the newest of a kind counts."""

    __tablename__ = "policy_snapshot"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("policy_snapshot_newest", "repo_id", "kind", "read_at"),
    )

    repo_id: int = big(primary_key=True)
    kind: str = Field(primary_key=True)  # policy or owners
    sha: str = Field(primary_key=True)  # of the file's blob; "" where there is no file
    path: str | None = None
    text: str
    errors: list[dict[str, Any]] = json_list()  # line, column and sentence; none: in force
    read_at: datetime = moment()


class PolicyProposalRow(SQLModel, table=True):
    """The policy file of another branch, where a push touched it; a pull request may ask for it."""

    __tablename__ = "policy_proposal"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )

    repo_id: int = big(primary_key=True)
    branch: str = Field(primary_key=True)
    sha: str  # of the file's blob; "" where there is no file
    text: str
    errors: list[dict[str, Any]] = json_list()
    read_at: datetime = moment()
    trial: str | None = Field(default=None, sa_type=Text, nullable=True)  # JSON: how far it ran
    tried: dict[str, Any] | None = json_or_none()  # what that came to, and of which files


class IdentityLinkRow(SQLModel, table=True):
    """A Slack user who is a GitHub user."""

    __tablename__ = "identity_link"

    team_id: str = Field(primary_key=True)
    chat_user: str = Field(primary_key=True)
    login: str
    linked_at: datetime = moment()
    user_id: int | None = big_or_none()  # GitHub's; None where an administrator linked by login
