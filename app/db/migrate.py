"""Bring a database's schema to the newest version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.core.errors import ErrorKind, Unavailable
from app.db.session import unit_of_work

MIGRATIONS = Path(__file__).parents[2] / "migrations"
MIGRATING = 0x464C4147  # key of the transaction-level lock: one migration at a time


def upgrade(engine: Engine, *, revision: str = "head") -> list[str]:
    """Run what is missing, all in one transaction; the revisions applied, oldest first.

    Several processes may ask at once: one works, the others find nothing left to do.
    Raises Unavailable when a lock could not be had in time; nothing is changed then.
    """
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            before = MigrationContext.configure(connection).get_current_heads()
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            after = MigrationContext.configure(connection).get_current_heads()
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        message = f"The database could not be migrated, and was left as it was: {reason}"
        raise Unavailable(message, kind=ErrorKind.DATABASE) from error
    return _between(before, after)


def head() -> str:
    """The newest revision that this code knows."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def current(engine: Engine) -> str | None:
    """The revision that the database is at; None when it was never migrated."""
    with unit_of_work(engine) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _between(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    if before == after:
        return []
    script = ScriptDirectory.from_config(_config())
    walked = script.iterate_revisions(after, before or "base")
    return [revision.revision for revision in reversed(list(walked))]
