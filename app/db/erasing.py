"""Erasing a repository: every row that is led by its id, and the deliveries that name it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, SQLModel

import app.db.tables  # noqa: F401 -- fills the metadata

AT_ONCE = 20_000  # rows in one transaction

SOME = """
DELETE FROM {table} WHERE repo_id = :repo AND ({keys}) IN (
  SELECT {keys} FROM {table} WHERE repo_id = :repo LIMIT {most})
"""


def tables() -> Iterator[str]:
    """The tables of a repository's data, those that rest on others first, itself last."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        if "repo_id" in table.columns and table.name != "repository":
            yield table.name
    yield "repository"


def erase_some(session: Session, table: str, repo_id: int) -> bool:
    """Erase one batch of a table's rows; whether there may be more."""
    keys = "tableoid, ctid"  # a partitioned table's rows share the numbers of their places
    query = text(SOME.format(table=table, keys=keys, most=AT_ONCE))
    return session.connection().execute(query, {"repo": repo_id}).rowcount == AT_ONCE


def erase_beside(session: Session, repo_id: int, full_name: str) -> None:
    """Erase what names a repository without being led by its id: its work and its deliveries."""
    session.execute(
        text("DELETE FROM task WHERE arguments ->> 'repo_id' = :repo"), {"repo": str(repo_id)}
    )
    session.execute(
        text(
            "DELETE FROM delivery WHERE source = 'github'"
            " AND position(convert_to(:name, 'UTF8') IN body) > 0"
        ),
        {"name": f'"full_name":"{full_name}"'},
    )


def gone_since(session: Session, *, before: datetime) -> list[tuple[int, str]]:
    """Repositories that we were taken off before this moment: id and name."""
    query = text(
        "SELECT repo_id, full_name FROM repository WHERE provider = 'github'"
        " AND removed_at IS NOT NULL AND removed_at < :before ORDER BY repo_id"
    )
    return [(row[0], row[1]) for row in session.execute(query, {"before": before})]


def of_installation(session: Session, installation_id: int) -> list[tuple[int, str]]:
    """The repositories of an installation, also those that we were taken off."""
    query = text(
        "SELECT repo_id, full_name FROM repository WHERE installation_id = :id ORDER BY repo_id"
    )
    return [(row[0], row[1]) for row in session.execute(query, {"id": installation_id})]


def forget_installation(session: Session, installation_id: int) -> None:
    """Erase an installation itself."""
    session.execute(text("DELETE FROM installation WHERE id = :id"), {"id": installation_id})
