"""Whose the files are in which cases live, as the policy and CODEOWNERS say."""

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, words


class FileOwnerRow(SQLModel, table=True):
    """The owners of one file; a file without any has a row too, once it was looked at."""

    __tablename__ = "file_owner"
    __table_args__ = (
        ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        Index("file_owner_of", "owners", postgresql_using="gin"),
    )

    repo_id: int = big(primary_key=True)
    file: str = Field(primary_key=True)
    owners: list[str] = words()  # @login, @organisation/team or an e-mail address
