"""An empty, migrated database for each test: copied from a template, or swept after another."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.db.migrate import upgrade
from app.db.partitions import make_ahead
from app.db.session import Engine, engine_for, unit_of_work

MIGRATED = "migrated"  # the database that every template on a server is copied from
MAKING_IT = 0x544D504C  # key of the lock of whoever makes it

LENT_MOST = 250  # tests that one copy serves: what is deleted stays in its files
FILLED = text("""
SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
""")
SHAPE = text("""
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_db_role_setting)
""")
OTHERS = text("""
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
RESTART = text("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")

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


@dataclass(slots=True)
class Lender:
    """Lends one copy of a template to test after test, and sweeps it between them.

    So connections and compiled statements are at hand, which half of a test's time would go into.
    A test that changed tables, or left a connection behind, leaves the copy to be dropped.
    """

    server_url: str
    template: str
    _copy: ExitStack = field(default_factory=ExitStack)
    _engine: Engine | None = None
    _shape: tuple[int, ...] = ()
    _lent: int = 0

    @contextmanager
    def lent(self) -> Iterator[Engine]:
        """An engine on a database with nothing in it."""
        engine = self._engine or self._copied()
        try:
            yield engine.execution_options()  # whoever listens to it is heard in one test only
        finally:
            self._lent += 1
            if self._lent >= LENT_MOST or not self._is_swept(engine):
                self.close()

    def close(self) -> None:
        """Drop the copy; the next test gets a new one."""
        self._engine = None
        self._copy.close()

    def _copied(self) -> Engine:
        self._engine = self._copy.enter_context(copy_of(self.server_url, self.template))
        with self._engine.connect() as connection:
            self._shape = tuple(connection.execute(SHAPE).one())
        self._lent = 0
        return self._engine

    def _is_swept(self, engine: Engine) -> bool:
        """Delete every row; False where that is not enough for the next test."""
        try:
            with engine.connect() as connection, connection.begin():
                assert isinstance(engine.pool, QueuePool)
                is_ours = connection.scalar(OTHERS) == engine.pool.checkedin()
                if not is_ours or tuple(connection.execute(SHAPE).one()) != self._shape:
                    return False
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                for table in connection.scalars(FILLED).all():
                    connection.execute(text(f"DELETE FROM {table}"))
                connection.execute(RESTART)
        except SQLAlchemyError:
            return False
        return True


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
