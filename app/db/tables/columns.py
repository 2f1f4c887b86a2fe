"""Column kinds that several tables share."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
from sqlmodel import Field


def moment(*, primary_key: bool = False) -> Any:
    """A required point in time."""
    return Field(sa_type=DateTime(timezone=True), nullable=False, primary_key=primary_key)


def moment_or_none() -> Any:
    """A point in time that may not have come."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def big(*, primary_key: bool = False) -> Any:
    """A required 64-bit number that we are given."""
    autoincrement = {"autoincrement": False}
    return Field(
        sa_type=BigInteger,
        nullable=False,
        primary_key=primary_key,
        sa_column_kwargs=autoincrement,
    )


def big_or_none() -> Any:
    """A 64-bit number that may be missing."""
    return Field(default=None, sa_type=BigInteger, nullable=True)


def numbered() -> Any:
    """A 64-bit number that the database hands out."""
    return Field(
        default=None,
        sa_type=BigInteger,
        primary_key=True,
        nullable=False,
        sa_column_args=[Identity()],
    )


def small() -> Any:
    """A required 16-bit number."""
    return Field(sa_type=SmallInteger, nullable=False)


def millis() -> Any:
    """Whole milliseconds; None when not told."""
    return Field(default=None, sa_type=Integer, nullable=True)


def json_list() -> Any:
    """A JSON array, empty unless given."""
    return Field(default_factory=list, sa_type=JSONB, nullable=False)


def json_object() -> Any:
    """A JSON object, empty unless given."""
    return Field(default_factory=dict, sa_type=JSONB, nullable=False)


def json_or_none() -> Any:
    """Any JSON value, where there is one."""
    return Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)


def words() -> Any:
    """A list of short texts, empty unless given."""
    return Field(
        default_factory=list,
        sa_type=ARRAY(Text),
        nullable=False,
        sa_column_kwargs={"server_default": text("'{}'")},
    )


def octets(*, primary_key: bool = False) -> Any:
    """Required bytes."""
    return Field(sa_type=BYTEA, nullable=False, primary_key=primary_key)


def of_repository(*columns: str, to: str) -> ForeignKeyConstraint:
    """A foreign key led by repo_id, so that the schema distributes by repository."""
    names = ["repo_id", *columns]
    return ForeignKeyConstraint(names, [f"{to}.{name}" for name in names], ondelete="CASCADE")
