"""Reading JUnit XML, against a parser in Rust and one in Python, on the same bytes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any

from app.core.reports import read_at_once, read_report
from tests.bench.figures import Better, Figure, Scale, taking_turns
from tests.bench.junit_files import junit

CASES = 200_000
ROUNDS = 5
OF_RUST = 0.15  # of test-results-parser's speed; the aim is 0.3
OF_PYTHON = 2.0  # of junitparser's

HELD_CASES, MORE_CASES = 300_000, 2_000_000
HELD_MB = 64.0  # over the baseline
BYTES_A_CASE = 150.0  # beyond HELD_CASES
MB = 1024 * 1024

MEASURED = """
import sys
from app.core.reports import read_at_once, read_report
from tests.bench.figures import peak_memory
with open(sys.argv[1], "rb") as file:
    before = peak_memory()
    for _ in (read_at_once if sys.argv[2] == "at once" else read_report)(file):
        pass
    print(peak_memory() - before)
"""
"""Run in a process of its own: the peak of one that measured before would hide this one's."""


def run(scale: Scale) -> list[Figure]:
    """Speed against the others, and memory in processes of their own."""
    cases = scale.of(CASES)
    report = junit(cases)
    return [*_speed(report, cases), *_memory(scale)]


def _speed(report: bytes, cases: int) -> Iterator[Figure]:
    others = [
        ("test-results-parser", "test_results_parser", _rust, OF_RUST),
        ("junitparser", "junitparser", _python, OF_PYTHON),
    ]
    there = [other for other in others if find_spec(other[1]) is not None]
    readers = [lambda: _all(read_report(BytesIO(report))), lambda: _stored_way(report)]
    acts = [*readers, *[reader(report) for _, _, reader, _ in there]]
    whole, at_once, *times = taking_turns(acts, rounds=ROUNDS)
    yield Figure("JUnit, in one pass, as it is stored", cases / at_once, "cases/s")
    yield Figure("JUnit, read whole", cases / whole, "cases/s")
    for (name, _, _, target), seconds in zip(there, times, strict=True):
        yield Figure(f"JUnit, of {name}", seconds / at_once, "ratio", target, Better.MORE)
        yield Figure(f"JUnit, of {name}, read whole", seconds / whole, "ratio")
    for name, module, _, target in others:
        if find_spec(module) is None:
            note = f"{name} is not installed here; install it beside us to compare."
            yield Figure(f"JUnit, of {name}", None, "ratio", target, Better.MORE, note)


def _all(reading: Any) -> None:  # noqa: ANN401 -- each library has its own
    for _ in reading:
        pass


def _stored_way(report: bytes) -> None:
    for _ in read_at_once(BytesIO(report)).in_batches():
        pass


def _rust(report: bytes) -> Callable[[], object]:
    parse = import_module("test_results_parser").parse_junit_xml
    return lambda: parse(report)


def _python(report: bytes) -> Callable[[], object]:
    xml = import_module("junitparser").JUnitXml

    def read() -> None:
        for suite in xml.fromstring(report):
            for case in suite:
                _ = (case.name, case.classname, case.time, case.result)

    return read


def _memory(scale: Scale) -> Iterator[Figure]:
    held, more = scale.of(HELD_CASES), scale.of(MORE_CASES)
    for way in ("whole", "at once"):
        first, second = _peak(held, way), _peak(more, way)
        yield Figure(
            f"memory of {held:,} cases, read {way}", first / MB, "MB", HELD_MB, Better.LESS
        )
        beyond = max(0.0, second - max(first, HELD_MB * MB)) / (more - held)
        yield Figure(
            f"memory of {more:,} cases, read {way}",
            beyond,
            "B/case beyond",
            BYTES_A_CASE,
            Better.LESS,
            f"{second / MB:.0f} MB",
        )


def _peak(cases: int, way: str) -> float:
    """The bytes that reading so many cases takes over the baseline."""
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(junit(cases))
        file.flush()
        said = subprocess.run(
            [sys.executable, "-c", MEASURED, file.name, way],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return float(said)
