"""A report that a tool's own lines stand before, as where its output was sent to a file."""

import gzip
import json

import pytest

from app.core.errors import BadInput
from tests.core.reports.reading_files import read_bytes, shape

NPM = "\n> shop@1.0.0 test\n> mocha --reporter json\n\n"
MOCHA = json.dumps(
    {
        "stats": {"tests": 1},
        "passes": [{"title": "adds", "fullTitle": "Cart adds", "duration": 3, "err": {}}],
        "failures": [],
        "pending": [],
    },
    indent=2,
)
JUNIT = '<testsuite name="S"><testcase classname="C" name="adds" time="1"/>\n</testsuite>'
LEFT_OUT = (
    "What stands before line {} is no part of the report and was left out; let the runner write it"
    " to a file of its own."
)


@pytest.mark.parametrize(
    ("before", "report", "line"),
    [
        (NPM, MOCHA, 5),
        ("[1/2] Resolving\n{broken\n", MOCHA, 3),
        ("Picked up _JAVA_OPTIONS: -Xmx2g\n", JUNIT, 2),
        ("Picked up\n\n", f'<?xml version="1.0" encoding="UTF-8"?>\n{JUNIT}', 3),
    ],
)
def test_lines_before_a_report_are_left_out(before: str, report: str, line: int) -> None:
    cases, reading = read_bytes(before + report)

    assert shape(cases) == {"adds": ["passed"]}
    assert reading.warnings[-1] == LEFT_OUT.format(line)


def test_packed_reports_may_have_lines_before_them_too() -> None:
    cases, reading = read_bytes(gzip.compress((NPM + MOCHA).encode()))

    assert shape(cases) == {"adds": ["passed"]}
    assert LEFT_OUT.format(5) in reading.warnings


def test_a_flaw_behind_such_lines_is_told_with_its_line() -> None:
    _, reading = read_bytes('one\ntwo\n<testsuite><testcase name="a"/>\n<testcase name="b')

    assert "damaged at line 4" in reading.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "<p>\n<testsuite/>",
        '{"a": [\n{"stats": {}, "passes": []}]}',
        "a\n{}\n",
        "log\n" * 2000 + JUNIT,
    ],
)
def test_what_holds_no_report_near_its_beginning_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="The file is not a test report of a format we read: it"):
        read_bytes(text)
