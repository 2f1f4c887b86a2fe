"""A desk of one's own for each test."""

import pytest

from app.db.session import Engine
from tests.jobs.desk import Desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)
