"""JUnit reports of any size: as runners write them, two cases of a hundred failing."""

from collections.abc import Iterator

FAILING_EVERY = 50  # 2 %
CASES_PER_CLASS = 100
FRAMES = 12  # of a failure's trace, about 1 kB


def junit(cases: int, *, shift: int = 0, failing_every: int = FAILING_EVERY) -> bytes:
    """A report of so many cases; `shift` says which of them fail, never their names."""
    return "".join(_pieces(cases, shift, failing_every)).encode()


def _pieces(cases: int, shift: int, failing_every: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n'
    yield f'<testsuite name="unit" tests="{cases}" timestamp="2026-11-19T10:00:00">\n'
    for number in range(cases):
        module = number // CASES_PER_CLASS
        attributes = (
            f'classname="tests.area{module % 50}.test_module_{module}.TestThing"'
            f' name="test_{number}_holds_what_it_promises" time="0.{(number + shift) % 997:03d}"'
        )
        if (number + shift) % failing_every:
            yield f"<testcase {attributes}/>\n"
        else:
            yield f"<testcase {attributes}>{_failure(number, module)}</testcase>\n"
    yield "</testsuite>\n</testsuites>\n"


def _failure(number: int, module: int) -> str:
    group = chr(ord("a") + number // FAILING_EVERY % 26)
    trace = "\n".join(
        f"tests/area/test_module_{module}.py:{line}: in frame_{line}\n"
        f"    value = compute(k={line}, case={number})"
        for line in range(FRAMES)
    )
    message = f"AssertionError: assert {number} == {number + 1} in group {group}"
    return f'<failure type="AssertionError" message="{message}">{trace}</failure>'
