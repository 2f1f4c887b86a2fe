"""A fresh, migrated database for each test: copied from a template, which takes milliseconds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, make_url, text

from app.db.migrate import upgrade
from app.db.partitions import make_ahead
from app.db.session import Engine, engine_for, unit_of_work

MIGRATED = "migrated"  # the database that every template on a server is copied from
MAKING_IT = 0x544D504C  # key of the lock of whoever makes it

_administrators: dict[str, Connection] = {}  # by the server's URL, while it is administered
_done_with: dict[str, str] = {}  # by the server's URL: the last database that may be dropped


@contextmanager
def administered(server_url: str) -> Iterator[None]:
    """Keep one connection for making and dropping databases: a new one each time costs as much.

    Files are copied within the kernel.
    """
    with _connected(server_url) as connection:
        connection.execute(text("SET file_copy_method = clone"))
        _administrators[server_url] = connection
        try:
            yield
        finally:
            if (last := _done_with.pop(server_url, None)) is not None:
                _administer(server_url, f"DROP DATABASE {last} WITH (FORCE)")
            del _administrators[server_url]


@contextmanager
def template_of(server_url: str, *moments: datetime) -> Iterator[str]:
    """The name of a migrated database to copy others from, with the partitions of these moments."""
    name = f"template_{uuid4().hex}"
    _make_migrated(server_url)
    _administer(server_url, f"CREATE DATABASE {name} TEMPLATE {MIGRATED} STRATEGY FILE_COPY")
    engine = engine_for(_url(server_url, name))
    _make_partitions(engine, moments)
    engine.dispose()  # a template with a connection cannot be copied
    yield name
    _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def database_of(server_url: str, *moments: datetime) -> Iterator[Engine]:
    """An engine on a migrated database with the partitions of these moments, and no others."""
    _make_migrated(server_url)
    with copy_of(server_url, MIGRATED) as engine:
        _make_partitions(engine, moments)
        yield engine


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
        _drop_soon(server_url, name)


@contextmanager
def bare_database(server_url: str) -> Iterator[str]:
    """The URL of a database with nothing in it, dropped in the end."""
    name = f"bare_{uuid4().hex}"
    _administer(server_url, f"CREATE DATABASE {name}")
    try:
        yield _url(server_url, name)
    finally:
        _drop_soon(server_url, name)


def _make_partitions(engine: Engine, moments: Iterable[datetime]) -> None:
    with unit_of_work(engine) as session:
        for moment in moments:
            make_ahead(session, now=moment)


def _make_migrated(server_url: str) -> None:
    """Migrate the database that templates are copied from, unless another worker has."""
    with _connected(server_url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MAKING_IT})
        found = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(found, {"name": MIGRATED}) is not None:
            return
        draft = f"draft_{uuid4().hex}"
        connection.execute(text(f"CREATE DATABASE {draft}"))
        engine = engine_for(_url(server_url, draft))
        upgrade(engine)
        engine.dispose()  # a database with a connection cannot be renamed
        connection.execute(text(f"ALTER DATABASE {draft} RENAME TO {MIGRATED}"))


def _drop_soon(server_url: str, name: str) -> None:
    """Drop the database that was done with before this one.

    Whoever drops one whose last connection is just ending sleeps for a tenth of a second.
    """
    before = _done_with.get(server_url)
    _done_with[server_url] = name
    if before is not None:
        _administer(server_url, f"DROP DATABASE {before} WITH (FORCE)")


def _url(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _administer(server_url: str, statement: str) -> None:
    if server_url in _administrators:
        _administrators[server_url].execute(text(statement))
        return
    with _connected(server_url) as connection:
        connection.execute(text(statement))


@contextmanager
def _connected(server_url: str) -> Iterator[Connection]:
    """A connection on which each statement is its own transaction; its locks end with it."""
    engine = engine_for(server_url, pool_size=1)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    finally:
        engine.dispose()
