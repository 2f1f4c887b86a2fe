"""Looking at every part, each with the time that it took."""

from collections.abc import Callable
from time import perf_counter

from app.core.errors import FlakeGuardError, Unavailable
from app.core.health import Check, Health, WorkState
from app.db import health, migrate
from app.db.session import Engine, unit_of_work

MILLISECONDS = 1000  # in a second

Look = Callable[[], str | None]
"""Looks at one part: None when all is well, else what is wrong; raises when it is away."""


def readiness(engine: Engine, ping_redis: Callable[[], None]) -> tuple[Check, ...]:
    """Database, migrations and Redis. Without Redis work goes on, so it only degrades."""
    database = look_at("database", lambda: _database(engine))
    checks = [database]
    if database.health is Health.OK:
        checks.append(look_at("migrations", lambda: _migrations(engine)))
    checks.append(look_at("redis", lambda: _redis(ping_redis), needed=False))
    return tuple(checks)


def work_state(engine: Engine) -> WorkState:
    """What is going on; Unavailable when the database is away."""
    with unit_of_work(engine) as session:
        return health.work_state(session)


def look_at(name: str, look: Look, *, needed: bool = True) -> Check:
    """Look at one part. What is not needed degrades the whole, and never fails it."""
    began = perf_counter()
    try:
        message = look()
    except FlakeGuardError as error:
        message = str(error)
    took = round((perf_counter() - began) * MILLISECONDS, 2)
    bad = Health.FAILING if needed else Health.DEGRADED
    return Check(name, Health.OK if message is None else bad, took, message)


def _database(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        health.ask_anything(session)


def _migrations(engine: Engine) -> str | None:
    at, head = migrate.current(engine), migrate.head()
    if at == head:
        return None
    return f"The schema is at {at or 'nothing'} and should be at {head}: run `flakeguard migrate`."


def _redis(ping: Callable[[], None]) -> None:
    try:
        ping()
    except Unavailable as error:
        raise Unavailable(
            f"{error} Work goes on from the database, a little later than with it.",
            kind=error.kind,
        ) from error
