"""JUnit XML as each runner writes it: repeats, retries and what a runner hides."""

import pytest

from tests.core.reports.reading_files import (
    by_name,
    counts,
    outcomes,
    read_bytes,
    read_data,
    shape,
)

GRADLE = (
    '<testsuite name="S" tests="1" skipped="0" failures="0" errors="0"'
    ' timestamp="2026-01-02T03:04:05" hostname="h" time="1">{}</testsuite>'
)


def test_bare_repeats_of_pytest_are_failed_reruns() -> None:
    cases, reading = read_data("pytest-rerunfailures.xml")

    named = by_name(cases)
    assert reading.dialect == "pytest"
    assert counts(reading.totals) == (28, 47, 13, 6, 4, 3, 2)
    assert outcomes(named["test_fail"]) == ["failed", "failed", "failed"]
    assert outcomes(named["test_flaky_2nd"]) == ["failed", "passed"]
    assert outcomes(named["test_flaky_3rd"]) == ["failed", "failed", "passed"]


def test_a_failure_and_its_teardown_error_are_one_execution() -> None:
    cases, _ = read_data("pytest-rerunfailures.xml")

    case = by_name(cases)["test_fail_and_teardown_error"]

    assert outcomes(case) == ["failed", "failed", "errored"]
    assert case.last.failure is not None
    assert case.last.failure.message == (
        'assert 0\n\nfailed on teardown with "RuntimeError: teardown boom"'
    )


def test_pytest_counts_lines_from_zero() -> None:
    cases, _ = read_data("pytest-rerunfailures.xml")

    case = by_name(cases)["test_pass"]

    assert (case.file, case.line) == ("t/pkg/test_a.py", 3)


def test_pytest_without_file_names_is_told_which_setting_to_change() -> None:
    cases, reading = read_data("pytest-xunit2.xml")

    assert by_name(cases)["test_method"].file == "pkg/test_a.py"
    assert reading.warnings == [
        "pytest wrote no file names; set `junit_family = xunit1` to have file and line of every"
        " case."
    ]


def test_repeats_in_two_runs_of_pytest_in_one_file_are_no_reruns() -> None:
    one = '<testsuite name="pytest"><testcase classname="a" name="t" time="1"/></testsuite>'

    cases, reading = read_bytes(f'<testsuites name="pytest tests">{one}{one}</testsuites>')

    assert counts(reading.totals) == (2, 2, 2, 0, 0, 0, 0)
    assert [case.variant for case in cases] == ["", "part 2"]


def test_surefire_s_parameters_and_nested_classes_are_kept_apart() -> None:
    cases, reading = read_data("surefire-rerun.xml")

    assert reading.dialect == "surefire"
    assert shape(cases)["param(String)[3]"] == ["failed"]
    assert by_name(cases)["deep"].classname == "x.FlakyTest$Inner"
    assert by_name(cases)["passes"].suite == by_name(cases)["passes"].classname == "x.FlakyTest"
    assert reading.warnings == [
        "Surefire writes the tests of nested classes into one file and keeps only the last round"
        " of reruns there, so retries may be missing; set `rerunFailingTestsCount` to 0 for them."
    ]


def test_gradle_repeats_after_a_failure_are_retries_and_others_are_not() -> None:
    failed = '<testcase name="a" classname="C" time="1"><failure/></testcase>'
    passed = '<testcase name="{}" classname="C" time="1"/>'

    cases, reading = read_bytes(GRADLE.format(failed + passed.format("a") + 2 * passed.format("b")))

    assert reading.dialect == "gradle"
    assert shape(cases) == {"a": ["failed", "passed"], "b": ["passed"], "b #2": ["passed"]}


def test_an_unknown_writer_s_repeat_is_taken_for_a_retry_and_said() -> None:
    cases, reading = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="t"><failure/></testcase>'
        '<testcase classname="C" name="t"/></testsuite>'
    )

    assert outcomes(cases[0]) == ["failed", "passed"]
    assert reading.warnings == [
        "“t” is listed 2 times, failing first and passing last; the report does not say whether"
        " that is a retry, so it is taken for one."
    ]


def test_an_unknown_writer_s_mixed_repeats_excuse_nothing() -> None:
    cases, reading = read_bytes(
        '<testsuite name="S"><testcase classname="C" name="t"/>'
        '<testcase classname="C" name="t"><failure/></testcase></testsuite>'
    )

    assert counts(reading.totals) == (2, 2, 1, 1, 0, 0, 0)
    assert shape(cases) == {"t": ["passed"], "t #2": ["failed"]}
    assert reading.warnings == [
        "“t” is listed 2 times with different outcomes; the report does not say why, so they are"
        " taken for different cases of the same name."
    ]


def test_playwright_s_retries_are_read_where_it_writes_them() -> None:
    _, reading = read_data("playwright-junit-retries.xml")

    assert reading.dialect == "playwright"
    assert counts(reading.totals)[2:] == (7, 4, 3, 3, 3)
    assert reading.warnings == []


def test_playwright_s_repeat_each_is_no_retry() -> None:
    cases, reading = read_data("playwright-junit-repeat-each.xml")

    assert counts(reading.totals)[:4] == (6, 6, 3, 3)
    assert sorted({case.variant for case in cases}) == ["", "repeat 2", "repeat 3"]
    assert len({(case.classname, case.name) for case in cases}) == 2


def test_a_playwright_report_of_no_test_is_a_failing_case() -> None:
    cases, reading = read_data("playwright-junit-syntax-error.xml")

    assert shape(cases) == {"(no test was run)": ["errored"]}
    assert reading.warnings == [
        "Playwright ran no test, which is what it writes when a file fails to load; its JSON"
        " report would name the error."
    ]


def test_jest_junit_with_raw_control_characters_is_repaired() -> None:
    _, reading = read_data("jest-junit.xml")

    assert counts(reading.totals)[:2] == (11, 11)
    assert reading.warnings[0].startswith("jest-junit hides retries:")
    assert any("is not well-formed" in warning for warning in reading.warnings)


def test_a_test_that_ctest_could_not_start_has_failed() -> None:
    cases, _ = read_data("ctest-junit.xml")

    assert shape(cases) == {
        "ok": ["passed"],
        "bad": ["failed"],
        "missing": ["errored"],
        "slow": ["failed"],
        "sk": ["skipped"],
        "dis": ["skipped"],
        "flaky": ["failed"],
    }


def test_go_junit_report_s_coverage_is_measured_for_each_package() -> None:
    suites = "".join(
        f'<testsuite name="{name}"><properties><property name="go.version" value="1"/>'
        f'<property name="coverage.statements.pct" value="{value}"/></properties>'
        f'<testcase name="T" classname="{name}" time="1"/></testsuite>'
        for name, value in (("p", "45.30"), ("q", "13.37"), ("r", "x"), ("s", "120"))
    )

    _, reading = read_bytes(f"<testsuites>{suites}</testsuites>")

    assert [(one.scope, one.value) for one in reading.measured] == [("p", 45.3), ("q", 13.37)]


def test_a_name_listed_twice_with_one_outcome_is_said_once_where_it_may_be_a_retry() -> None:
    case = '<testcase classname="C" name="{}" time="1"/>'
    listed = "".join(case.format(name) for name in ("a", "b", "a", "b"))

    cases, reading = read_bytes(f'<testsuite name="S">{listed}</testsuite>')

    assert sorted(shape(cases)) == ["a", "a #2", "b", "b #2"]
    assert reading.warnings == [
        "“a” and perhaps others are listed several times, ending alike; the report does not say"
        " whether those are retries, so they are taken for different cases of the same name."
    ]


def test_karma_s_browser_is_the_variant_whatever_its_version() -> None:
    def suite(browser: str, classname: str) -> str:
        return (
            f'<testsuite name="{browser}" package=""><properties><property name="browser.fullName"'
            f' value="Mozilla/5.0"/></properties><testcase classname="{classname}" name="adds"'
            ' time="1"/></testsuite>'
        )

    cases, _ = read_bytes(
        "<testsuites>"
        + suite(
            "Chrome Headless 119.0.0.0 (Linux x86_64)",
            "Chrome_Headless_119_0_0_0_(Linux_x86_64).Cart",
        )
        + suite("Firefox 120.0 (Linux x86_64)", "Firefox_120_0_(Linux_x86_64).Cart")
        + "</testsuites>"
    )

    assert [(case.suite, case.classname, case.variant) for case in cases] == [
        ("", "Cart", "Chrome Headless (Linux x86_64)"),
        ("", "Cart", "Firefox (Linux x86_64)"),
    ]


@pytest.mark.parametrize("process", ["", "2", "12"])
def test_which_of_rspec_s_parallel_processes_ran_a_case_is_no_part_of_it(process: str) -> None:
    cases, reading = read_bytes(
        f'<testsuite name="rspec{process}"><testcase classname="spec.cart" name="adds" time="1"'
        ' file="./spec/cart_spec.rb"/></testsuite>'
    )

    assert (reading.dialect, cases[0].suite, cases[0].names_need_file) == ("rspec", "rspec", True)


def test_android_s_device_is_the_variant() -> None:
    suites = "".join(
        f'<testsuite name="shop.CartTest" hostname="ci"><properties><property name="device"'
        f' value="{device}"/><property name="flavor" value=""/></properties>'
        '<testcase classname="shop.CartTest" name="adds" time="1"/></testsuite>'
        for device in ("Pixel_3(AVD) - 11", "Pixel_6(AVD) - 14")
    )

    cases, _ = read_bytes(f"<testsuites>{suites}</testsuites>")

    assert [(case.name, case.variant) for case in cases] == [
        ("adds", "Pixel_3(AVD) - 11"),
        ("adds", "Pixel_6(AVD) - 14"),
    ]


def test_cypress_s_suites_stand_in_the_file_of_the_root_suite_before_them() -> None:
    def spec(file: str) -> str:
        return (
            f'<testsuite name="Root Suite" file="{file}"/><testsuite name="cart">'
            '<testcase name="cart adds" classname="adds" time="1"/></testsuite>'
        )

    cases, _ = read_bytes(
        f'<testsuites name="Mocha Tests">{spec("a.cy.js")}{spec("b.cy.js")}</testsuites>'
    )

    assert [(case.name, case.file) for case in cases] == [
        ("cart adds", "a.cy.js"),
        ("cart adds", "b.cy.js"),
    ]


@pytest.mark.parametrize(
    ("told", "dialect"),
    [
        ('class="CartTest" file="/builds/a/b/tests/CartTest.php"', "phpunit"),
        ('file="test/cart_test.rb" lineno="4"', "minitest"),
    ],
)
def test_phpunit_and_minitest_both_count_assertions(told: str, dialect: str) -> None:
    _, reading = read_bytes(
        '<testsuite name="S" assertions="1"><testcase classname="CartTest" name="adds" time="1"'
        f' assertions="1" {told}/></testsuite>'
    )

    assert reading.dialect == dialect


def test_ctest_s_build_is_the_variant() -> None:
    cases, _ = read_bytes(
        '<testsuite name="Linux-c++" disabled="0"><testcase name="cart" classname="cart" time="1"'
        ' status="run"/></testsuite>'
    )

    assert (cases[0].suite, cases[0].variant) == ("", "Linux-c++")
