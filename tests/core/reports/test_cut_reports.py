"""Reports that end early: what is readable is kept, and it is said where they end."""

import gzip

import pytest

from app.core.errors import BadInput
from app.core.outcomes import ReportedCase
from tests.core.reports.broken import CASE, SUITE
from tests.core.reports.reading_files import DATA, read_bytes, shape


def read_or_refusal(data: bytes) -> tuple[list[ReportedCase], str]:
    """The cases of a report, or the sentence with which it is refused."""
    try:
        return read_bytes(data)[0], ""
    except BadInput as refused:
        return [], str(refused)


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


def test_a_gzip_file_that_is_cut_keeps_what_was_readable() -> None:
    names = "".join(CASE.format(f"t{n * 7919 % 10_007}") for n in range(10_000))
    packed = gzip.compress(SUITE.format(names).encode())

    cases, reading = read_bytes(packed[: len(packed) * 3 // 4])

    assert 1000 < len(cases) < 10_000
    assert "ends early" in reading.warnings[0]
