"""What broken reports are made of, and the sentence with which one is refused."""

import pytest

from app.core.errors import BadInput
from app.core.reports import Limits
from tests.core.reports.reading_files import read_bytes

CASE = '<testcase classname="C" name="{}" time="1"/>'
SUITE = '<testsuite name="S">{}</testsuite>'
MB = 1024 * 1024


def refusal(data: bytes | str, limits: Limits | None = None) -> tuple[str, int | None]:
    """The sentence with which a report is refused, and the line it names."""
    with pytest.raises(BadInput) as caught:
        read_bytes(data, limits=limits)
    return str(caught.value), caught.value.line
