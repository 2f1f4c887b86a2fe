"""Reports that are meant to break us, and files that are none: refused, or taken as mere text."""

import gzip
import json

import pytest

from tests.core.reports.broken import CASE, MB, SUITE, refusal
from tests.core.reports.reading_files import outcomes, read_bytes, shape


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',  # billion laughs
        f'<!DOCTYPE x [<!ENTITY a "{"A" * 10_000}">]>',  # quadratic blow-up
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "https://example.org/x.dtd">',
        '<!DOCTYPE x PUBLIC "-//X" "https://example.org/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "https://example.org/p">%p;]>',
        "<!DOCTYPE testsuite>",
    ],
)
def test_document_types_and_entities_are_refused(doctype: str) -> None:
    text = f'<?xml version="1.0"?>\n{doctype}\n' + SUITE.format("<testcase name='&b;&a;'/>")

    assert refusal(text) == (
        "Line 2: the report declares a document type or entities (DOCTYPE), which is not read"
        " because it can be used for attacks; remove the declaration.",
        2,
    )


def test_an_undeclared_entity_is_kept_as_text() -> None:
    cases, reading = read_bytes(SUITE.format('<testcase name="a &unknown; b"/>'))

    assert cases[0].name == "a &unknown; b"
    assert reading.warnings[-1].startswith("The report is not well-formed (undefined entity")


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"", "The report is empty: the file has no content.", 1),
        (b" \n\x00\x00", "The report is empty: the file has no content.", 1),
        (
            b"<project><x/></project>",
            "The file is not a test report of a format we read: its root element is <project>;"
            " upload the runner's JUnit XML or another format of the list.",
            1,
        ),
        (
            b'{"foo": 1, "bar": {}}',
            "The file is not a test report of a format we read: its first object has the keys bar,"
            " foo; upload the runner's JUnit XML or another format of the list.",
            1,
        ),
        (
            b'{"fo\0o\xff": 1}',
            "The file is not a test report of a format we read: its first object has the keys"
            " fo\ufffdo\ufffd; upload the runner's JUnit XML or another format of the list.",
            1,
        ),
        (
            b"Error: no tests found\n",
            "The file is not a test report of a format we read: it begins with “Error: no tests"
            " found”; upload the runner's JUnit XML or another format of the list.",
            1,
        ),
        (
            b"PK\x03\x04xxxx",
            "This is a zip archive, not a report; hand it over as an archive.",
            None,
        ),
        (
            b'<testsuite name="S">\n<testcase',
            "The XML cannot be read (unclosed token, line 2) and holds no case before that; let"
            " the runner write the report again.",
            2,
        ),
        (
            b'{"numTotalTests": 1, "openHandles": [],\n "testResults": [{"name"',
            "The JSON cannot be read (Expecting ':' delimiter, line 2) and holds no case before"
            " that; let the runner write the report again.",
            2,
        ),
    ],
)
def test_what_is_no_report_is_refused_in_a_sentence(
    data: bytes, message: str, line: int | None
) -> None:
    assert refusal(data) == (message, line)


def test_gzip_is_unpacked_and_a_bomb_of_it_refused() -> None:
    cases, _ = read_bytes(gzip.compress(SUITE.format(CASE.format("t")).encode()))
    message, _ = refusal(gzip.compress(SUITE.format(" " * 20 * MB).encode()))

    assert shape(cases) == {"t": ["passed"]}
    assert message == (
        "The gzip file unpacks to more than 200 times its size, which no report does; send it as it"
        " is, or raise ARCHIVE_MAX_RATIO."
    )


def test_text_that_looks_like_cases_is_no_case() -> None:
    inside = "".join(CASE.format(f"fake {n}") for n in range(3))
    text = SUITE.format(
        CASE.format("first")
        + " " * 70_000
        + f"<!-- {inside} -->"
        + f'<testcase classname="C" name="failing"><failure><![CDATA[{inside}]]></failure>'
        + "</testcase>"
        + f"<system-out><![CDATA[{inside}]]></system-out><?pi {inside} ?>"
        + CASE.format("last")
    )

    cases, _ = read_bytes(text)

    assert [case.name for case in cases] == ["first", "failing", "last"]
    assert cases[1].last.failure is not None
    assert cases[1].last.failure.trace is not None
    assert cases[1].last.failure.trace.count("fake") == 3
    assert "probe" not in cases[1].last.failure.trace


def test_only_links_to_the_web_are_kept() -> None:
    test = {
        "name": "t",
        "status": "passed",
        "attachments": [
            {"name": "a", "path": "https://example.org/a.png"},
            {"name": "b", "path": "javascript:alert(1)"},
            {"name": "c", "path": "data:text/html,x"},
            {"name": "d", "path": "../../etc/passwd"},
            {"name": "e", "path": "/etc/passwd"},
            {"name": "f", "path": "shots/f.png"},
            {"name": "g", "path": 'https://example.org/"><script>'},
        ],
    }

    cases, _ = read_bytes(json.dumps({"results": {"tool": {}, "tests": [test]}}))

    assert cases[0].detail is not None
    assert cases[0].detail.artifacts == (
        ("a", "https://example.org/a.png"),
        ("f", "shots/f.png"),
    )


def test_secrets_in_failures_are_masked_before_anything_keeps_them() -> None:
    secret = "ghp_" + "a1B2" * 10

    cases, _ = read_bytes(
        SUITE.format(
            f'<testcase classname="C" name="t"><failure message="token {secret}">at {secret}'
            f"</failure><system-out>PASSWORD=hunter2</system-out></testcase>"
        )
    )

    assert cases[0].last.failure is not None
    assert cases[0].last.failure.message == "token ***"
    assert cases[0].last.failure.trace == "at ***"
    assert cases[0].last.failure.output == "PASSWORD=***"
    assert outcomes(cases[0]) == ["failed"]
