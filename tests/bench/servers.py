"""A durable PostgreSQL for measurements: fsync on, as people run it, and empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url, text

from app.core.deliveries import RepositorySeen
from app.core.runs import BranchClass, Repository, Run, RunKey
from app.db import repositories, runs
from app.db.migrate import upgrade
from app.db.partitions import make_ahead
from app.db.session import Engine, engine_for, unit_of_work
from app.embedded import use

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REPO_ID = 4711
SHA = "5e1f" * 10


@contextmanager
def database_server() -> Iterator[str]:
    """The URL of an embedded PostgreSQL in a folder that goes away with it."""
    with (
        TemporaryDirectory(prefix="flakeguard-bench-") as folder,
        use(Path(folder), postgres=True, redis=False) as servers,
    ):
        assert servers.database_url is not None
        yield servers.database_url


@contextmanager
def fresh_database(server_url: str, name: str) -> Iterator[Engine]:
    """A migrated database with one repository in it, dropped in the end."""
    _administer(server_url, f"CREATE DATABASE {name}")
    engine = engine_for(database_url(server_url, name))
    upgrade(engine)
    with unit_of_work(engine) as session:
        make_ahead(session, now=NOW)
        repositories.note_repository(
            session, RepositorySeen(repository(), is_private=False), now=NOW
        )
    try:
        yield engine
    finally:
        engine.dispose()
        _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def database_url(server_url: str, name: str) -> str:
    """The URL of one of the server's databases."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def repository() -> Repository:
    """The repository whose runs are measured."""
    return Repository(id=REPO_ID, full_name="acme/big", default_branch="main", installation_id=None)


def a_run(engine: Engine, number: int, *, at: datetime = NOW, sha: str = SHA) -> Run:
    """A finished run of the default branch, noted in the database."""
    run = Run(
        key=RunKey(REPO_ID, number, 1),
        workflow="tests",
        event="push",
        status="completed",
        conclusion="failure",
        head_sha=sha,
        base_sha=None,
        branch="main",
        branch_class=BranchClass.DEFAULT,
        pr_number=None,
        is_trusted=True,
        actor="mona",
        started_at=at,
        ended_at=at,
        url="https://github.example/acme/big/actions/runs/1",
    )
    with unit_of_work(engine) as session:
        runs.note_run(session, run)
    return run


def _administer(server_url: str, statement: str) -> None:
    engine = engine_for(server_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
