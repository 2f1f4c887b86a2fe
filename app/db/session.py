"""The engine, and the one place where a transaction begins and ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)
from sqlmodel import Session

from app.core.errors import ErrorKind, Unavailable

CONNECT_TIMEOUT = 5  # seconds; a web request must be able to say "try again" within GitHub's ten
POOL_TIMEOUT = 5  # seconds to wait for a free connection
POOL_RECYCLE = 1800  # seconds; poolers and firewalls drop idle connections after about an hour

__all__ = ["Engine", "Session", "engine_for", "unit_of_work"]


def engine_for(url: str, *, pool_size: int = 5) -> Engine:
    """An engine that works behind PgBouncer in transaction mode.

    No server-side prepared statement is left behind (`prepare_threshold` None), and nothing
    here sets session state: the next transaction may run on another server connection.
    Errors do not quote the values that a statement carried.
    """
    return create_engine(
        url,
        hide_parameters=True,  # they end in logs, and on the page of what is parked
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_TIMEOUT,
        pool_recycle=POOL_RECYCLE,
        pool_pre_ping=True,
        connect_args={"prepare_threshold": None, "connect_timeout": CONNECT_TIMEOUT},
    )


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Raises Unavailable (kind database, worth trying again) when PostgreSQL is away, shutting
    down, or gave up on a deadlock or a lock.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
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


def _unavailable(error: BaseException | None) -> Unavailable:
    first_line = str(error).strip().partition("\n")[0]
    return Unavailable(f"PostgreSQL did not answer: {first_line}", kind=ErrorKind.DATABASE)
