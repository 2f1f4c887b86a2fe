"""Encrypted credentials, as sealed bytes: nothing here can read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential as it is stored; `version` counts up with every change."""

    content: bytes
    version: int


def sealed(session: Session, name: str) -> Sealed | None:
    """A credential; None when none of that name is stored."""
    query = text("SELECT sealed, version FROM app_credential WHERE name = :name")
    row = session.execute(query, {"name": name}).one_or_none()
    return None if row is None else Sealed(bytes(row.sealed), row.version)


def add(session: Session, name: str, content: bytes, *, now: datetime) -> bool:
    """Store the first credential of that name; False when there is one already."""
    added = session.connection().execute(
        text(
            "INSERT INTO app_credential (name, sealed, version, updated_at)"
            " VALUES (:name, :sealed, 1, :now) ON CONFLICT DO NOTHING"
        ),
        {"name": name, "sealed": content, "now": now},
    )
    return added.rowcount == 1


def replace(session: Session, name: str, content: bytes, *, seen: int, now: datetime) -> bool:
    """Store another in its place; False when it is not the version that was `seen` any more."""
    changed = session.connection().execute(
        text(
            "UPDATE app_credential SET sealed = :sealed, version = version + 1, updated_at = :now"
            " WHERE name = :name AND version = :seen"
        ),
        {"name": name, "sealed": content, "seen": seen, "now": now},
    )
    return changed.rowcount == 1
