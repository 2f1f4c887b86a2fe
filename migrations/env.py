"""Alembic's environment: on the connection it is given, else on DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import SQLModel

import app.db.tables  # noqa: F401 -- fills the metadata
from app.db.session import engine_for


def include_object(
    item: SchemaItem,
    name: str | None,
    kind: str,
    reflected: bool,
    _: SchemaItem | None,
) -> bool:
    """Leave partitions alone: they are data that comes and goes, not schema."""
    if kind == "table" and reflected:
        return name in SQLModel.metadata.tables
    return True


def run(connection: Connection) -> None:
    """Migrate on this connection, within its transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_object=include_object,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Take the caller's connection, or open one for Alembic's own command line."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    from app.settings import load  # only Alembic's own command line needs settings

    url = load().database_url
    if url is None:
        message = "Set DATABASE_URL to the database that Alembic is to work on."
        raise SystemExit(message)
    with engine_for(url.get_secret_value()).begin() as connection:
        run(connection)


main()
