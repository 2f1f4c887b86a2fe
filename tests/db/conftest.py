"""A repository whose reports and sums are known."""

import pytest

from app.db.session import Engine
from tests.db.sums import NOW, Reports


@pytest.fixture
def reports(engine: Engine) -> Reports:
    reports = Reports(engine, NOW)
    reports.open()
    return reports
