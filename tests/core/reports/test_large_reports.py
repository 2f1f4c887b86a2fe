"""Reports that are large, deep or many: read in little memory, or refused at a limit."""

import io
import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat
from typing import BinaryIO, cast

import pytest

from app.core.errors import BadInput
from app.core.reports import Limits, read_report
from tests.core.reports.broken import CASE, MB, SUITE, refusal
from tests.core.reports.reading_files import counts, read_bytes, shape


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


def test_three_thousand_nested_suites_are_read_and_twenty_thousand_refused() -> None:
    opening = '<testsuite name="n">'

    cases, _ = read_bytes(opening * 3000 + CASE.format("t") + "</testsuite>" * 3000)
    message, _ = refusal(opening * 20_000 + CASE.format("t") + "</testsuite>" * 20_000)

    assert shape(cases) == {"t": ["passed"]}
    assert message == (
        "Line 1: elements are nested deeper than 10000; raise REPORT_MAX_DEPTH if it is no attack."
    )


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

    assert str(caught.value) == (
        "Line 1: a tag or text is longer than 8 MB without an end; let the runner write shorter"
        " messages, or raise REPORT_MAX_TAG_MB."
    )


def test_a_huge_json_value_is_refused() -> None:
    head = b'{"numTotalTests": 1, "openHandles": [], "testResults": ["'
    file = Generated((head, 1), (b"x" * 65_536, 2000), (b'"]}', 1))

    with pytest.raises(BadInput) as caught:
        read_report(cast(BinaryIO, file))

    assert str(caught.value) == (
        "Line 1: a single value of the report is larger than 64 MB; raise REPORT_MAX_VALUE_MB if"
        " it must be."
    )


def test_many_cases_take_little_memory() -> None:
    failing = b'<testcase classname="C" name="f"><failure>' + b"x" * 4000 + b"</failure></testcase>"
    failures = Generated((b'<testsuite name="S">', 1), (failing, 4000), (b"</testsuite>", 1))

    # all of one name, so that they wait for the last: 16 MB of text
    assert peak_mb(failures, limits=Limits(max_held=MB, max_waiting=2 * MB)) < 8


def test_more_cases_than_allowed_are_refused() -> None:
    text = SUITE.format("".join(CASE.format(n) for n in range(11)))

    assert refusal(text, Limits(max_cases=10)) == (
        "The report lists more than 10 executions; split it, or raise REPORT_MAX_CASES.",
        None,
    )


def test_a_report_larger_than_allowed_is_refused() -> None:
    message, _ = refusal(SUITE.format(" " * 2 * MB), Limits(max_bytes=MB))

    assert message == (
        "The report is larger than the 1 MB allowed; split it, or raise REPORT_MAX_MB."
    )


def test_names_of_a_hundred_kilobytes_are_kept_and_longer_ones_cut() -> None:
    cases, _ = read_bytes(SUITE.format(CASE.format("n" * 100_000) + CASE.format("m" * 200_000)))

    assert [len(case.name) for case in cases] == [100_000, 100_000]
    assert cases[1].name.endswith("m…")


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


def test_three_hundred_megabytes_of_text_are_read_in_little_memory() -> None:
    head = b'<testsuite name="S"><testcase classname="C" name="t"><failure message="no">'
    tail = b"</failure></testcase></testsuite>"
    file = Generated((head, 1), (b"x" * 65_536, 4800), (tail, 1))

    assert peak_mb(file) < 8
