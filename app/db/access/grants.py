"""What each account lets us do, as it was told last."""

from sqlalchemy import text
from sqlmodel import Session

from app.core.grants import lacking


def lacking_in(session: Session, installation_id: int | None) -> tuple[str, ...]:
    """The permissions that an installation does not grant; none while nobody told."""
    query = text("SELECT permissions FROM installation WHERE id = :id")
    return lacking(session.execute(query, {"id": installation_id}).scalar_one_or_none())


def lacking_by_account(session: Session) -> list[tuple[str, tuple[str, ...]]]:
    """Every account that does not grant all, by name, with what it does not."""
    query = text("SELECT account, permissions FROM installation WHERE deleted_at IS NULL")
    found = [(account, lacking(granted)) for account, granted in session.execute(query)]
    return sorted(one for one in found if one[1])


def suspended(session: Session) -> list[str]:
    """The accounts that suspended us, by name."""
    query = text(
        "SELECT account FROM installation"
        " WHERE deleted_at IS NULL AND suspended_at IS NOT NULL ORDER BY account"
    )
    return list(session.execute(query).scalars())
