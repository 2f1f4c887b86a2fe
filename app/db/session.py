"""The engine, and the one place where a transaction begins and ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.core.errors import ErrorKind, Unavailable

CONNECT_TIMEOUT = 5  # seconds; a web request must be able to say "try again" within GitHub's ten
POOL_TIMEOUT = 5  # seconds to wait for a free connection
IDLE = 1.0  # seconds after which a connection is asked whether it still works
USED_AT = "used_at"  # by the monotonic clock, when a connection was given back
POOL_RECYCLE = 1800  # seconds; poolers and firewalls drop idle connections after about an hour

__all__ = [
    "Driver",
    "Engine",
    "Session",
    "Transaction",
    "driver_of",
    "engine_for",
    "transaction",
    "unit_of_work",
]


def engine_for(url: str, *, pool_size: int = 5) -> Engine:
    """An engine that works behind PgBouncer in transaction mode.

    No server-side prepared statement is left behind (`prepare_threshold` None), and nothing
    here sets session state: the next transaction may run on another server connection.
    Errors do not quote the values that a statement carried.
    """
    engine = create_engine(
        url,
        hide_parameters=True,  # they end in logs, and on the page of what is parked
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_TIMEOUT,
        pool_recycle=POOL_RECYCLE,
        connect_args={"prepare_threshold": None, "connect_timeout": CONNECT_TIMEOUT},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _check)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[USED_AT] = monotonic()


def _check(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that lay idle, or was cut, whether it still works; if not, take another.

    Asking before each transaction would be a tenth of all that is said to PostgreSQL under load.
    A server that went away leaves word in the socket, which costs nothing to look at.
    """
    used_at = record.info.get(USED_AT)
    is_fresh = used_at is None or monotonic() - used_at < IDLE
    if is_fresh and not _has_word(connection.fileno()):
        return
    try:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]  # psycopg's
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _has_word(socket: int) -> bool:
    waiting = poll()
    waiting.register(socket, POLLIN)
    return bool(waiting.poll(0))


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Raises Unavailable (kind database, worth trying again) when PostgreSQL is away, shutting
    down, or gave up on a deadlock or a lock.
    """
    with _told_plainly(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


Driver = psycopg.Connection[Any]


class Transaction:
    """A transaction of the busiest statements; what is said rarely goes through its session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session: Session | None = None
        self.driver = _driver(connection)

    @property
    def session(self) -> Session:
        """A session in the same transaction, made when it is first asked for: it costs time."""
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False)
        return self._session

    def end(self) -> None:
        """Write down what the session holds back; the block that began the transaction ends it."""
        if self._session is not None:
            self._session.flush()
            self._session.close()


@contextmanager
def transaction(engine: Engine) -> Iterator[Transaction]:
    """As `unit_of_work`, for what is done so often that a session counts."""
    with _told_plainly(), engine.connect() as connection, connection.begin():
        under_way = Transaction(connection)
        yield under_way
        under_way.end()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what the drivers raise into Unavailable where it is worth trying again."""
    try:
        yield
    except IntegrityError:
        raise  # a broken constraint is a fault of ours, not of the database
    except TimeoutError as error:
        message = "Every connection to PostgreSQL is in use; it is worth trying again."
        raise Unavailable(message, kind=ErrorKind.DATABASE) from error
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error.orig) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise _unavailable(error) from error  # of a COPY, which SQLAlchemy does not wrap
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unavailable(error.orig) from error
        raise


def driver_of(session: Session) -> Driver:
    """psycopg's own connection, in the session's transaction: for COPY and the busiest statements.

    What it raises is psycopg's, which `unit_of_work` knows as well.
    """
    return _driver(session.connection())


def _driver(connection: Connection) -> Driver:
    found: Driver = connection.connection.driver_connection  # type: ignore[assignment]  # the pool's any
    return found


def _unavailable(error: BaseException | None) -> Unavailable:
    first_line = str(error).strip().partition("\n")[0]
    return Unavailable(f"PostgreSQL did not answer: {first_line}", kind=ErrorKind.DATABASE)
