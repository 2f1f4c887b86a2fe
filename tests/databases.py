"""A fresh, migrated database for each test: copied from a template, which takes milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import make_url, text

from app.db.migrate import upgrade
from app.db.partitions import make_ahead
from app.db.session import Engine, engine_for, unit_of_work


@contextmanager
def template_of(server_url: str, *, now: datetime) -> Iterator[str]:
    """The name of a migrated database to copy others from; its partitions begin at `now`."""
    name = f"template_{uuid4().hex}"
    _administer(server_url, f"CREATE DATABASE {name}")
    engine = engine_for(_url(server_url, name))
    upgrade(engine)
    with unit_of_work(engine) as session:
        make_ahead(session, now=now)
    engine.dispose()  # a template with a connection cannot be copied
    yield name
    _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copy_of(server_url: str, template: str) -> Iterator[Engine]:
    """An engine on a copy of the template, dropped in the end."""
    name = f"copy_{uuid4().hex}"
    _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    engine = engine_for(_url(server_url, name))
    try:
        yield engine
    finally:
        engine.dispose()
        _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def bare_database(server_url: str) -> Iterator[str]:
    """The URL of a database with nothing in it, dropped in the end."""
    name = f"bare_{uuid4().hex}"
    _administer(server_url, f"CREATE DATABASE {name}")
    try:
        yield _url(server_url, name)
    finally:
        _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _url(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _administer(server_url: str, statement: str) -> None:
    engine = engine_for(server_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
