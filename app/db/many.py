"""Many rows in one statement whose text is always the same, so that it is made up once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import Session, SQLModel


def insert_many(
    session: Session,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: tuple[str, ...],
    update: bool,
) -> None:
    """Insert rows that all have the same columns; one whose `key` is taken changes, or stays.

    They travel as one JSON text: with a VALUES list, making up the statement takes longer than
    PostgreSQL takes to carry it out.
    """
    if not rows:
        return
    statement = _statement(str(table.__tablename__), tuple(rows[0]), key, update=update)
    session.execute(statement, {"rows": json.dumps(rows, default=_plain)})


@cache
def _statement(
    table: str, columns: tuple[str, ...], key: tuple[str, ...], *, update: bool
) -> TextClause:
    names = ", ".join(columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    then = f"UPDATE SET {changed}" if update else "NOTHING"
    return text(
        f"INSERT INTO {table} ({names}) SELECT {names}"
        f" FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb))"
        f" ON CONFLICT ({', '.join(key)}) DO {then}"
    )


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row of many")
