"""Reports in any encoding, and characters that no report may hold."""

import pytest

from tests.core.reports.broken import CASE, SUITE
from tests.core.reports.reading_files import read_bytes


def test_nul_and_control_characters_are_replaced_and_said() -> None:
    cases, reading = read_bytes(
        b'<testsuite name="S"><testcase name="a\x00b\x08c&#0;&#x1b;"/></testsuite>'
    )

    assert cases[0].name == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert reading.warnings == [
        "The report is not well-formed (not well-formed (invalid token), line 1); it was repaired"
        " as far as possible."
    ]


def test_lone_surrogates_become_replacement_characters() -> None:
    document = (
        '{"numTotalTests": 1, "openHandles": [], "testResults": [{"name": "a.js",'
        ' "assertionResults": [{"title": "x \\ud800 \\u0000 y", "status": "passed"}]}]}'
    )

    cases, _ = read_bytes(document)
    xml, _ = read_bytes(SUITE.format('<testcase name="x &#xD800; y"/>'))

    assert cases[0].name == "x \ufffd \ufffd y"
    assert xml[0].name == "x \ufffd y"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", "utf-8"),
        ("utf-16-le", "utf-8"),
        ("utf-16-be", "utf-16"),
        ("utf-8-sig", "utf-8"),
        ("utf-8", "utf-16"),
        ("utf-8", "no-such-encoding"),
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "windows-1252"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_are_told_by_the_bytes(encoding: str, declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + SUITE.format(CASE.format("prüft é"))

    cases, _ = read_bytes(text.encode(encoding))

    assert cases[0].name == "prüft é"


def test_a_wrong_encoding_keeps_what_is_readable() -> None:
    text = '<?xml version="1.0" encoding="utf-8"?>' + SUITE.format(CASE.format("prüft"))

    cases, reading = read_bytes(text.encode("iso-8859-1"))

    assert cases[0].name == "pr\ufffdft"
    assert len(reading.warnings) == 1
