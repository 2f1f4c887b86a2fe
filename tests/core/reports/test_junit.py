"""JUnit XML: what its elements, times, names and places mean, whoever wrote it."""

from datetime import UTC, datetime

import pytest

from app.core.outcomes import Outcome
from app.core.reports import Limits
from tests.core.reports.reading_files import (
    DATA,
    counts,
    outcomes,
    read_bytes,
    read_data,
    shape,
)

PYTEST = '<testsuites name="pytest tests"><testsuite name="pytest">{}</testsuite></testsuites>'


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<flakyFailure/><flakyError/>", ["failed", "errored", "passed"]),
        ("<failure/><rerunFailure/><rerunError/>", ["failed", "failed", "errored"]),
        ("<error/><rerunError/>", ["errored", "errored"]),
        ("<failure/><failure/>", ["failed"]),
        ("<failure/><error/>", ["errored"]),
        ("<skipped/><failure/>", ["failed"]),
        ('<skipped type="todo"/><failure/>', ["skipped"]),
        ('<skipped message="test passes unexpectedly"/>', ["failed"]),
        ('<error type="PHPUnit\\Framework\\RiskyTestError"/>', ["passed"]),
        ("<system-out>x</system-out>", ["passed"]),
    ],
)
def test_the_elements_of_a_case_give_its_executions(inside: str, expected: list[str]) -> None:
    cases, _ = read_bytes(
        f'<testsuite name="S"><testcase classname="C" name="t">{inside}</testcase></testsuite>'
    )

    assert outcomes(cases[0]) == expected


def test_attempts_keep_their_own_texts_and_times() -> None:
    cases, _ = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="t" time="2"><flakyFailure'
        ' message="expected: &lt;1&gt; but was: &lt;2&gt;" type="AE" time="0.5"><stackTrace>at X'
        "</stackTrace><system-out>said</system-out></flakyFailure></testcase></testsuite>"
    )

    (first,) = cases[0].earlier
    assert first.duration_ms == 500
    assert first.failure is not None
    assert first.failure == (
        "AE",
        "expected: <1> but was: <2>",
        "at X",
        "1",
        "2",
        "said",
    )
    assert cases[0].last.duration_ms == 2000


def test_an_error_of_a_whole_suite_is_a_case() -> None:
    cases, _ = read_bytes('<testsuite name="S"><error message="no class"/></testsuite>')

    assert shape(cases) == {"(suite)": ["errored"]}


def test_a_report_without_cases_says_what_it_claims() -> None:
    _, reading = read_bytes('<testsuites><testsuite name="S" tests="6" failures="1"/></testsuites>')

    assert counts(reading.totals) == (0, 0, 0, 0, 0, 0, 0)
    assert reading.warnings == [
        "The report claims tests=6, failures=1 but lists no case, so nothing is known of them.",
        "The report lists no case; look whether the runner found its tests and finished writing.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", 1500),
        ("1,234.56", 1_234_560),
        ("1.234,56", 1_234_560),
        ("1,5", 1500),
        ("0,024", 24),  # xUnit.net on a German machine: no thousands
        ("1,234", 1234),
        ("1,234,567.5", 1_234_567_500),
        ("1 234,5", 1_234_500),
        ("1\u202f234,5", 1_234_500),
        ("1'234.5", 1_234_500),
        ("", None),
        ("-1", None),
        ("NaN", None),
        ("inf", None),
        ("&lt;&lt;computed>>", None),
        ("00:01:02.5", 62_500),
        ("4.9e-05", 0),
        ("999999999999", None),
    ],
)
def test_times_are_read_as_runners_write_them(text: str, expected: int | None) -> None:
    cases, _ = read_bytes(f'<testsuite name="S"><testcase name="t" time="{text}"/></testsuite>')

    assert cases[0].last.duration_ms == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04Z", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("2026-01-02 03:04:05.5+02", datetime(2026, 1, 2, 1, 4, 5, 500_000, tzinfo=UTC)),
        ("2024-01-03T 12:40:13", datetime(2024, 1, 3, 12, 40, 13, tzinfo=UTC)),
        ("2021-03-07T10:36:56 UTC", datetime(2021, 3, 7, 10, 36, 56, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 20:53:42 GMT", datetime(2026, 11, 20, 20, 53, 42, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
    ],
)
def test_the_earliest_plausible_time_is_the_report_s(text: str, expected: datetime | None) -> None:
    _, reading = read_bytes(
        f'<testsuite name="S" timestamp="{text}"><testcase name="t"/></testsuite>'
    )

    assert reading.started_at == expected


def test_parameters_stand_apart_and_lose_their_random_parts() -> None:
    cases, _ = read_bytes(
        PYTEST.format('<testcase classname="t" name="t[&lt;X at 0x7f00aa11bb22&gt;]" time="1"/>')
    )

    assert (cases[0].name, cases[0].parameters) == ("t", "[<X at <address>>]")


def test_two_parameters_that_fold_into_one_stay_two_cases() -> None:
    case = '<testcase classname="t" name="t[0x7f00aa11bb{}]" time="1"/>'

    cases, reading = read_bytes(PYTEST.format(case.format("01") + case.format("02")))

    assert [c.parameters for c in cases] == ["[<address>]", "[<address>] #2"]
    assert reading.totals.cases == 2


def test_properties_and_attachments_are_kept_with_their_case() -> None:
    cases, _ = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="t"><properties><property name="tag"'
        ' value="slow"/></properties><system-out>[[ATTACHMENT|out/shot.png]]'
        "[[ATTACHMENT|javascript:alert(1)]]</system-out></testcase></testsuite>"
    )

    detail = cases[0].detail
    assert detail is not None
    assert detail.tags == ("slow",)
    assert detail.properties == (("tag", "slow"),)
    assert detail.artifacts == (("shot.png", "out/shot.png"),)


def test_paths_below_a_ci_service_s_folder_become_the_repository_s() -> None:
    cases, _ = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="t"'
        ' file="/home/runner/work/shop/shop/tests/a.rb:12"/></testsuite>'
    )

    assert (cases[0].file, cases[0].line) == ("tests/a.rb", 12)


def test_eclipse_s_testrun_is_read() -> None:
    cases, _ = read_bytes(
        '<testrun name="S" tests="1"><testsuite name="S"><testcase name="t" classname="C"'
        ' time="1"/></testsuite></testrun>'
    )

    assert shape(cases) == {"t": ["passed"]}


def test_a_status_word_counts_where_no_element_tells() -> None:
    cases, _ = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="a" status="notrun"/>'
        '<testcase classname="C" name="b" status="disabled"><failure/></testcase>'
        '<testcase classname="C" name="c" status="run"/></testsuite>'
    )

    assert shape(cases) == {"a": ["skipped"], "b": ["skipped"], "c": ["passed"]}
    assert [case.last.word for case in cases] == ["notrun", "disabled", None]


def test_a_report_read_twice_for_its_size_says_the_same() -> None:
    with_repeats, reading = read_data("pytest-rerunfailures.xml")

    data = (DATA / "pytest-rerunfailures.xml").read_bytes()
    streamed, again = read_bytes(data, limits=Limits(max_held=0))

    assert sorted(map(repr, streamed)) == sorted(map(repr, with_repeats))
    assert again.totals == reading.totals
    assert again.warnings == reading.warnings
    assert streamed[0].last.outcome is Outcome.ERRORED
