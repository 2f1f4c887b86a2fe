"""The guide to reports names what is read, what is hidden, and every limit."""

import re
from pathlib import Path

import pytest

from app.core.reports.junit_dialects import DIALECTS, Dialect
from app.core.reports.registry import FORMATS
from app.settings import VARIABLES

GUIDE = (Path(__file__).parents[2] / "docs" / "reports.md").read_text()
LIMITS = [name for name in VARIABLES if name.startswith(("REPORT_MAX_", "ARCHIVE_MAX_"))]


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_every_format_has_its_line(name: str) -> None:
    assert re.search(rf"^\|[^|]*`{re.escape(name)}`[^|]*\|", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one.hides_retries])
def test_every_writer_that_hides_retries_is_listed(dialect: Dialect) -> None:
    assert dialect.name in GUIDE.lower()


def test_the_limits_are_those_that_can_be_set() -> None:
    assert set(re.findall(r"`((?:REPORT|ARCHIVE)_MAX_\w+)`", GUIDE)) == set(LIMITS)
