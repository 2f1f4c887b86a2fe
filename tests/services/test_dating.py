"""A report's own time, of whatever format, where it can be believed."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from app.core.reports import Limits
from app.services.ingest.dating import own_time
from tests.api.ci import junit

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def dated(content: bytes) -> datetime | None:
    return own_time(BytesIO(content), limits=Limits(), now=NOW)


@pytest.mark.parametrize("cases", [1, 2_000])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_report_names_its_time_however_long_it_is(cases: int, pack: type[bytes]) -> None:
    report = junit(*(f"case_{number}" for number in range(cases)), stamp="2026-11-20T11:00:00Z")

    assert dated(pack(report)) == NOW - HOUR


def test_a_report_that_names_its_time_late_is_read_on() -> None:
    padding = "<properties>" + '<property name="x" value="y"/>' * 500 + "</properties>"
    late = (
        f'<testsuites><testsuite name="a">{padding}<testcase name="one"/></testsuite>'
        '<testsuite name="b" timestamp="2026-11-20T11:00:00Z"><testcase name="two"/></testsuite>'
        "</testsuites>"
    )

    assert dated(late.encode()) == NOW - HOUR


def test_other_formats_name_theirs_too() -> None:
    line = {"Time": "2026-11-20T11:00:00Z", "Action": "pass", "Package": "p", "Test": "T"}

    assert dated(json.dumps(line).encode() + b"\n") == NOW - HOUR


@pytest.mark.parametrize("stamp", ["2019-01-01T00:00:00Z", "2026-11-22T00:00:00Z", "soon", ""])
def test_a_time_that_cannot_be_is_none(stamp: str) -> None:
    assert dated(junit("a", stamp=stamp)) is None


def test_a_time_of_this_day_still_to_come_is_now() -> None:
    assert dated(junit("a", stamp="2026-11-20T14:00:00")) == NOW


@pytest.mark.parametrize("content", [b"", b"rubbish", b"<testsuite", b"\x1f\x8b", b"PK\x03\x04"])
def test_what_is_no_report_has_none(content: bytes) -> None:
    assert dated(content) is None
