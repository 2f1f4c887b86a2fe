"""What every test may use: one PostgreSQL and one Redis, shared by all workers of a session."""

from collections.abc import Iterator

import pytest

from app.embedded import Servers, use


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Servers]:
    """The embedded servers, started by the first worker that asks and stopped with the last.

    What they hold is shared too: make a database, or a prefix in Redis, of your own.
    """
    base = tmp_path_factory.getbasetemp()
    session = base if worker_id == "master" else base.parent
    with use(session / "servers", postgres=True, redis=True, durable=False) as running:
        yield running
