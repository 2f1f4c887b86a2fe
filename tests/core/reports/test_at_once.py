"""Reading a report in one pass says what reading it whole says, or that it cannot."""

import re
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.identity import CaseIds, case_id
from app.core.outcomes import PassedCases, ReportedCase
from app.core.reports import ReadWhole, read_at_once, read_report
from tests.core.reports.promises import check_every_way

NAMES = st.sampled_from(["adds", "adds[1]", "[2] adds", "subtracts", "divides (slowly)"])
INSIDE = st.sampled_from(
    ["", '<failure message="no"/>', "<skipped/>", "<system-out>said</system-out>", "<error/>"]
)
CASES = st.lists(st.tuples(st.sampled_from(["Cart", "Till"]), NAMES, INSIDE), max_size=12)
CASE = st.builds(
    lambda name, inside: f'<testcase classname="Cart" name="{name}">{inside}</testcase>',
    st.sampled_from(["adds", "subtracts"]),
    st.sampled_from(["", "<failure/>", "<skipped/>"]),
)
FILES = st.sampled_from(["", ' file="a.py"', ' file="b.py"'])
NESTED = st.recursive(
    CASE,
    lambda inside: st.builds(
        lambda file, listed: f"<testsuite{file}>{''.join(listed)}</testsuite>",
        FILES,
        st.lists(inside, max_size=4),
    ),
)
PIECE = " " * 70_000  # so much space that a piece of the report ends in it
ADDS = '<testcase classname="Cart" name="adds"></testcase>'


def junit(*suites: list[tuple[str, str, str]], root: str = "tests") -> bytes:
    """A report with one suite for each list of (class, name, what stands inside)."""
    listed = "".join(
        f'<testsuite name="unit">{"".join(map(_testcase, cases))}</testsuite>' for cases in suites
    )
    return f'<testsuites name="{root}">{listed}</testsuites>'.encode()


def _testcase(case: tuple[str, str, str]) -> str:
    classname, name, inside = case
    return f'<testcase classname="{classname}" name="{name}" time="0.25">{inside}</testcase>'


def in_order(cases: list[ReportedCase]) -> list[ReportedCase]:
    return sorted(cases, key=repr)


def said(warnings: list[str]) -> list[str]:
    """What is said, in no order: of several names that repeat alike one is named, the first met."""
    return sorted(re.sub("“.*” and perhaps others", "some", one) for one in warnings)


@given(st.lists(CASES, max_size=3), st.sampled_from(["tests", "pytest tests", "nextest-run"]))
def test_what_is_read_in_one_pass_is_what_is_read_whole(
    suites: list[list[tuple[str, str, str]]], root: str
) -> None:
    report = junit(*suites, root=root)
    whole = read_report(BytesIO(report))
    cases = list(whole)

    at_once = read_at_once(BytesIO(report))
    try:
        found = list(at_once)
    except ReadWhole:
        return

    assert in_order(found) == in_order(cases)
    assert at_once.totals == whole.totals
    assert said(at_once.warnings) == said(whole.warnings)


@given(CASES)
def test_batches_hold_the_same_cases_with_the_same_ids(cases: list[tuple[str, str, str]]) -> None:
    report = junit(cases, root="nextest-run")
    alone, together = CaseIds(7), CaseIds(7)
    expected = [case_id(7, case) for case in read_report(BytesIO(report))]

    found = []
    for case in read_at_once(BytesIO(report)).in_batches():
        ids = together.of_passed(case) if isinstance(case, PassedCases) else [together.of(case)]
        found.extend(ids)

    assert sorted(found) == sorted(expected)
    assert [alone.of(case) for case in read_report(BytesIO(report))] == expected


def test_a_case_that_comes_again_after_others_asks_for_the_whole() -> None:
    padding = [("Cart", f"case {number}", "") for number in range(3_000)]  # several pieces long
    report = junit([("Till", "opens", "<failure/>"), *padding, ("Till", "opens", "")])

    with pytest.raises(ReadWhole):
        list(read_at_once(BytesIO(report)))


def test_a_rerun_right_after_its_failure_does_not_ask_for_the_whole() -> None:
    padding = [("Cart", f"case {number}", "") for number in range(3_000)]
    report = junit([("Till", "opens", "<failure/>"), ("Till", "opens", ""), *padding])

    reading = read_at_once(BytesIO(report))
    cases = list(reading)

    assert len(cases) == 3_001
    assert reading.totals.flaky == 1


def test_a_report_that_must_be_repaired_asks_for_the_whole() -> None:
    report = junit([("Till", "opens", "")]).replace(b"opens", b"op\x01ens")

    with pytest.raises(ReadWhole):
        list(read_at_once(BytesIO(report)))


def test_an_empty_report_is_said_to_be_empty_either_way() -> None:
    reading = read_at_once(BytesIO(junit([])))

    assert list(reading) == []
    assert reading.warnings == read_report(BytesIO(junit([]))).warnings
    assert reading.warnings


def test_what_is_no_report_is_refused_in_the_same_words() -> None:
    with pytest.raises(BadInput) as at_once:
        read_at_once(BytesIO(b"hello"))
    with pytest.raises(BadInput) as whole:
        read_report(BytesIO(b"hello"))

    assert str(at_once.value) == str(whole.value)


@given(st.lists(NESTED, max_size=3), st.sampled_from(["", PIECE]))
@example([f"{ADDS}<testsuite>{ADDS}</testsuite>{ADDS}"], "")  # the outer suite goes on
@example([f"<testsuite>{ADDS}</testsuite>{ADDS}"], "")
@example([f"<testsuite>{ADDS}{ADDS}</testsuite>"], PIECE)
def test_suites_within_suites_read_the_same_in_every_way(listed: list[str], after: str) -> None:
    inside = "".join(listed).replace("</testcase>", f"</testcase>{after}")

    check_every_way(f'<testsuite name="unit">{inside}</testsuite>'.encode())


def suite_of(*listed: tuple[str, str | None, bool]) -> bytes:
    """A report that lists these: name, file, whether it passed."""
    cases = "".join(
        f'<testcase classname="C" name="{name}"' + (f' file="{file}"' if file else "") + ">"
        f"{'' if passed else '<failure/>'}</testcase>"
        for name, file, passed in listed
    )
    return f'<testsuite name="s">{cases}</testsuite>'.encode()


@pytest.mark.parametrize(
    "report",
    [
        suite_of(("one", "a.py", True), ("two", "b.py", True), ("two", "a.py", False)),
        suite_of(("one", "a.py", True), ("two", None, False), ("two", "a.py", True)),
        suite_of(("one", None, True), ("two", "a.py", True), ("one", "a.py", False)),
        suite_of(("one", "a.py", True), ("two", "b.py", True), ("two", None, False)),
    ],
)
def test_names_of_two_files_are_the_same_cases_however_it_is_read(report: bytes) -> None:
    check_every_way(report)
