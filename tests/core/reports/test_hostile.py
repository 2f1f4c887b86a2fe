"""Reports that are broken, or meant to break us: what is readable is kept, the rest refused."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat
from typing import BinaryIO, cast

import pytest

from app.core.errors import BadInput
from app.core.outcomes import ReportedCase
from app.core.reports import Limits, read_report
from tests.core.reports.reading_files import DATA, counts, outcomes, read_bytes, shape

CASE = '<testcase classname="C" name="{}" time="1"/>'
SUITE = '<testsuite name="S">{}</testsuite>'
MB = 1024 * 1024


def refusal(data: bytes | str, limits: Limits | None = None) -> tuple[str, int | None]:
    """The sentence with which a report is refused, and the line it names."""
    with pytest.raises(BadInput) as caught:
        read_bytes(data, limits=limits)
    return str(caught.value), caught.value.line


def read_or_refusal(data: bytes) -> tuple[list[ReportedCase], str]:
    """The cases of a report, or the sentence with which it is refused."""
    try:
        return read_bytes(data)[0], ""
    except BadInput as refused:
        return [], str(refused)


class Generated(io.BufferedIOBase):
    """A large file that is made while it is read, as often as it is read."""

    def __init__(self, *parts: tuple[bytes, int]) -> None:
        self._parts = parts
        self._size = sum(len(piece) * times for piece, times in parts)
        self._rest = b""
        self._pieces: Iterator[bytes] = iter(())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._rest = b""
        self._pieces = chain.from_iterable(repeat(*part) for part in self._parts)
        return self._size if whence else offset

    def tell(self) -> int:
        return self._size

    def read(self, size: int | None = -1) -> bytes:
        size = self._size if size is None or size < 0 else size
        while len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def peak_mb(file: Generated, *, limits: Limits | None = None) -> float:
    """The memory that reading takes at its peak."""
    tracemalloc.start()
    try:
        for _ in read_report(cast(BinaryIO, file), limits=limits or Limits()):
            pass
        return tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


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


def test_three_thousand_nested_suites_are_read_and_twenty_thousand_refused() -> None:
    opening = '<testsuite name="n">'

    cases, _ = read_bytes(opening * 3000 + CASE.format("t") + "</testsuite>" * 3000)
    message, _ = refusal(opening * 20_000 + CASE.format("t") + "</testsuite>" * 20_000)

    assert shape(cases) == {"t": ["passed"]}
    assert message == "Line 1: elements are nested deeper than 10000."


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"config":{"rootDir":[', '{"results":['])
def test_deeply_nested_json_is_refused(opening: str) -> None:
    text = '{"numTotalTests": 1, "openHandles": [], "testResults": [' + opening * 100_000

    message, line = refusal(text)

    assert message.endswith(
        ("values are nested too deeply to be a report.", "let the runner write the report again.")
    )
    assert line == 1


def test_a_huge_text_is_read_in_little_memory_and_cut() -> None:
    head = b'<testsuite name="S"><testcase classname="C" name="t"><failure message="no">'
    file = Generated((head, 1), (b"x" * 65_536, 800), (b"</failure></testcase></testsuite>", 1))

    assert peak_mb(file) < 8
    (case,) = read_report(cast(BinaryIO, file))
    assert case.last.failure is not None
    assert case.last.failure.trace is not None
    assert case.last.failure.trace.endswith("[the rest is left out]")


def test_a_huge_attribute_is_refused_before_it_fills_memory() -> None:
    file = Generated((b'<testsuite name="', 1), (b"x" * 65_536, 800), (b'"/>', 1))

    with pytest.raises(BadInput) as caught:
        read_report(cast(BinaryIO, file))

    assert str(caught.value) == "Line 1: a tag or text is longer than 8 MB without an end."


def test_a_huge_json_value_is_refused() -> None:
    head = b'{"numTotalTests": 1, "openHandles": [], "testResults": ["'
    file = Generated((head, 1), (b"x" * 65_536, 2000), (b'"]}', 1))

    with pytest.raises(BadInput) as caught:
        read_report(cast(BinaryIO, file))

    assert str(caught.value) == "Line 1: a single value of the report is larger than 64 MB."


def test_many_cases_take_little_memory() -> None:
    failing = b'<testcase classname="C" name="f"><failure>' + b"x" * 4000 + b"</failure></testcase>"
    failures = Generated((b'<testsuite name="S">', 1), (failing, 4000), (b"</testsuite>", 1))

    # all of one name, so that they wait for the last: 16 MB of text
    assert peak_mb(failures, limits=Limits(max_held=MB, max_waiting=2 * MB)) < 8


def test_more_cases_than_allowed_are_refused() -> None:
    text = SUITE.format("".join(CASE.format(n) for n in range(11)))

    assert refusal(text, Limits(max_cases=10)) == (
        "The report lists more than 10 executions; split it, or raise the limit.",
        None,
    )


def test_a_report_larger_than_allowed_is_refused() -> None:
    message, _ = refusal(SUITE.format(" " * 2 * MB), Limits(max_bytes=MB))

    assert message == ("The report is larger than the 1 MB allowed; split it, or raise the limit.")


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


def test_names_of_a_hundred_kilobytes_are_kept_and_longer_ones_cut() -> None:
    cases, _ = read_bytes(SUITE.format(CASE.format("n" * 100_000) + CASE.format("m" * 200_000)))

    assert [len(case.name) for case in cases] == [100_000, 100_000]
    assert cases[1].name.endswith("m…")


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_a_report_that_is_cut_anywhere_is_read_in_part_or_refused_in_a_sentence(name: str) -> None:
    data = (DATA / name).read_bytes()
    whole = read_bytes(data)[1].totals

    for cut in range(1, len(data), max(1, len(data) // 40)):
        cases, sentence = read_or_refusal(data[:cut])
        assert sentence.endswith((".", ""))
        assert len(cases) <= whole.cases + 1


def test_a_cut_report_says_where_it_ends() -> None:
    text = SUITE.format("\n" + CASE.format("a") + "\n" + CASE.format("b") + "\n<testcase na")

    cases, reading = read_bytes(text.removesuffix("</testsuite>"))

    assert shape(cases) == {"a": ["passed"], "b": ["passed"]}
    assert reading.warnings[0] == (
        "The report ends early or is damaged at line 4; the cases before it were kept."
    )


def test_a_case_cut_in_its_failure_has_failed() -> None:
    cases, _ = read_bytes('<testsuite name="S"><testcase classname="C" name="t"><failure>boo')

    assert shape(cases) == {"t": ["failed"]}


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
    assert message == "The gzip file unpacks to more than 200 times its size, which no report does."


def test_a_gzip_file_that_is_cut_keeps_what_was_readable() -> None:
    names = "".join(CASE.format(f"t{n * 7919 % 10_007}") for n in range(10_000))
    packed = gzip.compress(SUITE.format(names).encode())

    cases, reading = read_bytes(packed[: len(packed) * 3 // 4])

    assert 1000 < len(cases) < 10_000
    assert "ends early" in reading.warnings[0]


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


@pytest.mark.timeout(60)  # reading from each space anew would take ten minutes
def test_megabytes_of_spaces_are_passed_over_once() -> None:
    text = SUITE.format(CASE.format("first") + " " * 4_000_000 + CASE.format("last"))

    cases, _ = read_bytes(text)

    assert [case.name for case in cases] == ["first", "last"]


@pytest.mark.parametrize("pad", range(0, 400, 7))
def test_the_edges_of_what_is_read_at_once_lose_nothing(pad: int) -> None:
    names = [f"case {n}" for n in range(2500)]
    failed = '<testcase classname="C" name="bad {}" time="1"><failure message="m"/></testcase>'
    body = "".join(
        CASE.format(name) + (failed.format(n) if n % 500 == 0 else "")
        for n, name in enumerate(names)
    )

    cases, reading = read_bytes(SUITE.format(" " * (65_000 + pad) + body))

    assert counts(reading.totals) == (2505, 2505, 2500, 5, 0, 0, 0)
    assert [case.name for case in cases if not case.name.startswith("bad")] == names


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


def test_three_hundred_megabytes_of_text_are_read_in_little_memory() -> None:
    head = b'<testsuite name="S"><testcase classname="C" name="t"><failure message="no">'
    tail = b"</failure></testcase></testsuite>"
    file = Generated((head, 1), (b"x" * 65_536, 4800), (tail, 1))

    assert peak_mb(file) < 8
