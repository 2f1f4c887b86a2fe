"""Channels outside Slack, as sealed rows: nothing here can read where they lead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from app.core.outlets import TEAM, Outlet, OutletKind, place_of
from app.db.tables.outlets import OutletRow


def add(
    session: Session,
    name: str,
    kind: OutletKind,
    content: bytes,
    *,
    accounts: Sequence[str],
    now: datetime,
) -> None:
    """Store a channel, in place of one of that name."""
    values = {
        "kind": kind.value,
        "sealed": content,
        "accounts": list(accounts),
        "added_at": now,
        "error": None,
        "failed_at": None,
    }
    new = insert(OutletRow).values(name=name, **values)
    session.execute(new.on_conflict_do_update(index_elements=["name"], set_=values))


def every(session: Session) -> list[Outlet]:
    """Every channel, by name."""
    return [_outlet(row) for row in session.exec(select(OutletRow).order_by(OutletRow.name))]


def outlet(session: Session, name: str) -> Outlet | None:
    """A channel; None when there is none of that name."""
    row = session.get(OutletRow, name)
    return None if row is None else _outlet(row)


def sealed(session: Session, name: str) -> tuple[OutletKind, bytes] | None:
    """A channel's kind and where it leads, sealed; None when there is none of that name."""
    row = session.get(OutletRow, name)
    return None if row is None else (OutletKind(row.kind), bytes(row.sealed))


def note(session: Session, name: str, *, error: str | None, now: datetime) -> None:
    """What became of the last message to a channel."""
    session.execute(
        text(
            "UPDATE outlet SET error = CAST(:error AS text),"
            " failed_at = CASE WHEN CAST(:error AS text) IS NULL THEN NULL"
            " ELSE CAST(:now AS timestamptz) END"
            " WHERE name = :name AND (error IS NOT NULL OR CAST(:error AS text) IS NOT NULL)"
        ),
        {"name": name, "error": error, "now": now},
    )


def remove(session: Session, name: str) -> bool:
    """Take a channel away, and let it hear of nothing; False when there is none of that name."""
    session.execute(
        text("DELETE FROM subscription WHERE team_id = :team AND channel = :channel"),
        {"team": TEAM, "channel": place_of(name)},
    )
    gone = session.connection().execute(
        text("DELETE FROM outlet WHERE name = :name"), {"name": name}
    )
    return gone.rowcount == 1


def _outlet(row: OutletRow) -> Outlet:
    return Outlet(
        row.name,
        OutletKind(row.kind),
        tuple(row.accounts),
        row.added_at,
        row.error,
        row.failed_at,
    )
