"""A repository whose reports and sums are known, and a database of its day."""

from collections.abc import Iterator

import pytest

from app.db.session import Engine
from app.embedded import Servers
from tests.databases import database_of
from tests.db.sums import NOW, Reports


@pytest.fixture
def reports(engine: Engine) -> Reports:
    reports = Reports(engine, NOW)
    reports.open()
    return reports


@pytest.fixture
def engine_of_the_day(servers: Servers) -> Iterator[Engine]:
    """A database of one's own in which, on that day, nothing is past its time."""
    assert servers.database_url is not None
    with database_of(servers.database_url, NOW) as engine:
        yield engine
