"""What every test may use: one PostgreSQL and one Redis, shared by all workers of a session."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from app.clock import utc_now
from app.db.session import Engine
from app.embedded import Servers, use
from app.sandbox.server import onlooker
from tests.contract import exchanges
from tests.databases import Lender, administered, bare_database, copy_of, template_of
from tests.quicker import (
    keep_files_in_memory,
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
    trust_one_authority,
)

__all__ = [
    "pytest_collection_modifyitems",
    "pytest_xdist_auto_num_workers",
    "pytest_xdist_make_scheduler",
]


WORLDS_STAND_AT = datetime(2026, 11, 1, tzinfo=UTC)  # the first of their month

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is said to the sandbox's GitHub, for the contract; the first process clears up."""
    keep_files_in_memory(config)
    trust_one_authority(config)
    if not hasattr(config, "workerinput"):
        exchanges.forget_all()
    onlooker.set(exchanges.kept)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Servers]:
    """The embedded servers, started by the first worker that asks and stopped with the last.

    What they hold is shared too: make a database, or a prefix in Redis, of your own.
    """
    base = tmp_path_factory.getbasetemp()
    session = base if worker_id == "master" else base.parent
    with use(session / "servers", postgres=True, redis=True, durable=False) as running:
        assert running.database_url is not None
        with administered(running.database_url):
            yield running


@pytest.fixture(scope="session")
def template(servers: Servers) -> Iterator[tuple[str, str]]:
    """A migrated database to copy: the server's URL and the template's name.

    It has the partitions of today, and of the day at which most tests' worlds stand.
    """
    assert servers.database_url is not None
    with template_of(servers.database_url, WORLDS_STAND_AT, utc_now()) as name:
        yield servers.database_url, name


@pytest.fixture(scope="session")
def lender(template: tuple[str, str]) -> Iterator[Lender]:
    """Lends a migrated database to one test at a time."""
    lender = Lender(*template)
    yield lender
    lender.close()


@pytest.fixture
def engine(lender: Lender) -> Iterator[Engine]:
    """A migrated database of one's own, with nothing in it."""
    with lender.lent() as engine:
        yield engine


@pytest.fixture
def fresh_engine(template: tuple[str, str]) -> Iterator[Engine]:
    """A migrated database that no test used before: what the server counted in it is its own."""
    with copy_of(*template) as engine:
        yield engine


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """A database of one's own that was never migrated."""
    assert servers.database_url is not None
    with bare_database(servers.database_url) as url:
        yield url
