"""A repository whose reports and sums are known, and a database of its day."""

from collections.abc import Iterator

import pytest

from app.db.session import Engine
from app.embedded import Servers
from tests.databases import copy_of, template_of
from tests.db.sums import NOW, Reports


@pytest.fixture
def reports(engine: Engine) -> Reports:
    reports = Reports(engine, NOW)
    reports.open()
    return reports


@pytest.fixture(scope="session")
def template_of_the_day(servers: Servers) -> Iterator[tuple[str, str]]:
    """A migrated database to copy, as an installation that is new on the day of the reports."""
    assert servers.database_url is not None
    with template_of(servers.database_url, NOW) as name:
        yield servers.database_url, name


@pytest.fixture
def engine_of_the_day(template_of_the_day: tuple[str, str]) -> Iterator[Engine]:
    """A database of one's own in which, on that day, nothing is past its time."""
    with copy_of(*template_of_the_day) as engine:
        yield engine
