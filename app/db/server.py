"""What a PostgreSQL says of itself."""

from sqlalchemy import text
from sqlmodel import Session


def version(session: Session) -> int:
    """Its version as one number: 180001 for PostgreSQL 18.1."""
    return int(session.execute(text("SHOW server_version_num")).scalar_one())
