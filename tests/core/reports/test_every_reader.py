"""What holds for every reader, whatever it is given."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.outcomes import ReportedCase
from app.core.reports import Limits, ReadWhole, read_at_once, read_report
from app.core.reports.registry import FORMATS
from tests.core.reports.promises import check
from tests.core.reports.reading_files import DATA, read_bytes

SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.iterdir())}
PIECES = [
    *(b'"', b"<", b">", b"{", b"}", b"[", b"]", b"\x00", b"\xff", b"&", b"null", b"-1", b"1e999"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"\n", b'"\\ud800"', b"NaN", b"1..5\n", b"# SKIP"),
    b'<testcase name="a" classname="b" time="1"/>',
]
CORPUS = Path(__file__).parents[4] / "shared" / "reports"


@given(
    name=st.sampled_from(sorted(SAMPLES)),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES)), max_size=6
    ),
    twice=st.booleans(),
)
@settings(max_examples=300)
def test_a_spoilt_report_is_read_or_refused(
    name: str, edits: list[tuple[float, int, bytes]], twice: bool
) -> None:
    data = SAMPLES[name]
    for place, dropped, piece in edits:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + dropped :]

    check(data, Limits(max_held=0) if twice else Limits())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    check(data, Limits())


@given(st.permutations(sorted(SAMPLES)))
@settings(max_examples=5)
def test_reading_one_report_does_not_change_the_next(names: list[str]) -> None:
    first = {name: read_bytes(SAMPLES[name])[1].totals for name in names}

    assert {name: read_bytes(SAMPLES[name])[1].totals for name in reversed(names)} == first


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_report_read_in_one_or_two_passes_is_the_same(name: str) -> None:
    once, reading = read_bytes(SAMPLES[name])
    twice, again = read_bytes(SAMPLES[name], limits=Limits(max_held=0))

    assert sorted(map(repr, once)) == sorted(map(repr, twice))
    assert (reading.totals, reading.started_at) == (again.totals, again.started_at)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_report_read_at_once_is_the_same_or_has_to_be_read_whole(name: str) -> None:
    whole, reading = read_bytes(SAMPLES[name])
    at_once = read_at_once(io.BytesIO(SAMPLES[name]))
    cases: list[ReportedCase] | None
    try:
        cases = list(at_once)
    except ReadWhole:
        cases = None

    repeats = len(whole) != len({(case.classname, case.name) for case in whole})
    if cases is None:
        assert repeats or reading.totals.executions > len(whole) or reading.warnings
    else:
        assert sorted(map(repr, cases)) == sorted(map(repr, whole))
        assert at_once.totals == reading.totals


def test_every_format_has_a_name_of_its_own() -> None:
    names = [known.name for known in FORMATS]

    assert len(names) == len(set(names)) == 21


@pytest.fixture(scope="module")
def corpus() -> list[Path]:
    """Reports of many producers, where they lie beside the project."""
    if os.environ.get("CI") == "true" or not CORPUS.is_dir():  # noqa: TID251 - a test's own switch
        pytest.skip("the corpus of reports is not beside the project")
    return [p for p in sorted(CORPUS.rglob("*")) if p.is_file() and p.suffix not in (".md", ".tsv")]


def test_every_report_of_the_corpus_is_read_or_refused_in_a_sentence(corpus: list[Path]) -> None:
    refused = 0
    for path in corpus:
        with path.open("rb") as file:
            try:
                reading = read_report(file)
            except BadInput as bad:
                refused += 1
                if not str(bad).endswith((".", ")")):
                    pytest.fail(f"{path.name}: {bad}")
                continue
            cases = list(reading)
        assert reading.totals.cases == len(cases), path.name

    assert refused < len(corpus) * 0.12
