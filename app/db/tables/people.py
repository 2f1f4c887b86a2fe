"""Secrets that we keep encrypted, and the people who sign in through GitHub."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, moment, moment_or_none, octets, of_repository, small, words


class AppCredentialRow(SQLModel, table=True):
    """The credentials of an App that was made through us, encrypted as a whole."""

    __tablename__ = "app_credential"

    name: str = Field(primary_key=True)  # github
    sealed: bytes = octets()
    version: int  # counts up with every change
    updated_at: datetime = moment()


class PersonRow(SQLModel, table=True):
    """Somebody who signed in through GitHub; their token is encrypted."""

    __tablename__ = "person"

    user_id: int = big(primary_key=True)  # GitHub's: a login can change hands
    login: str
    sealed: bytes = octets()
    checked_at: datetime | None = moment_or_none()  # when GitHub last told what they may see
    asking_until: datetime | None = moment_or_none()  # who asks GitHub now has so long


class VisibleRepositoryRow(SQLModel, table=True):
    """A repository that GitHub let a person read when it was last asked; known here or not."""

    __tablename__ = "visible_repository"
    __table_args__ = (Index("visible_repository_user", "user_id"),)

    repo_id: int = big(primary_key=True)
    user_id: int = big(primary_key=True)
    permission: int = small()  # app.ports.Permission


class SignInAttemptRow(SQLModel, table=True):
    """A browser that was sent to GitHub and may come back once; by the digest of its `state`."""

    __tablename__ = "sign_in_attempt"

    digest: bytes = octets(primary_key=True)
    purpose: str  # sign_in or set_up
    binding: bytes = octets()  # digest of what only this browser knows
    goal: str  # where it goes afterwards, a path of ours
    expires_at: datetime = moment()


class UnreadArtifactRow(SQLModel, table=True):
    """An artifact in which no report was found, with the files that were seen in it."""

    __tablename__ = "unread_artifact"
    __table_args__ = (of_repository("run_id", "attempt", to="run"),)

    repo_id: int = big(primary_key=True)
    run_id: int = big(primary_key=True)
    attempt: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(primary_key=True)
    files: list[str] = words()  # the first of them
    seen_at: datetime = moment()
