"""JSON reports: what runners' own files say, on files that the runners wrote."""

import json

import pytest

from app.core.reports.jest import WITHIN
from tests.core.reports.reading_files import by_name, counts, outcomes, read_bytes, read_data, shape


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("playwright.json", "playwright", (20, 42, 7, 5, 2, 3, 3)),
        ("playwright-max-failures.json", "playwright", (20, 20, 3, 1, 0, 16, 0)),
        ("playwright-syntax-error.json", "playwright", (1, 1, 0, 0, 1, 0, 0)),
        ("jest.json", "jest", (13, 30, 3, 5, 2, 2, 1)),
        ("vitest.json", "vitest", (10, 12, 3, 3, 1, 2, 1)),
        ("mocha.json", "mocha", (8, 12, 1, 1, 3, 2, 1)),
        ("mocha-json-stream.ndjson", "mocha json-stream", (6, 10, 1, 1, 3, 0, 1)),
        ("mochawesome.json", "mochawesome", (9, 9, 2, 1, 3, 3, 0)),
        ("pytest-ctrf.json", "ctrf", (27, 46, 13, 9, 0, 3, 2)),
        ("mocha-ctrf.json", "ctrf", (8, 12, 1, 4, 0, 2, 1)),
        ("behave.json", "cucumber", (5, 5, 2, 2, 1, 0, 0)),
        ("pytest-json-report.json", "pytest-json-report", (28, 30, 13, 6, 4, 3, 2)),
    ],
)
def test_a_runner_s_own_report_counts_what_the_runner_saw(
    name: str, known: str, expected: tuple[int, ...]
) -> None:
    _, reading = read_data(name)

    assert reading.format == known
    assert counts(reading.totals) == expected


def test_playwright_keeps_every_attempt_and_its_place() -> None:
    cases, reading = read_data("playwright.json")

    flaky = next(case for case in cases if outcomes(case) == ["failed", "passed"])
    assert flaky.file is not None
    assert flaky.file.startswith("tests/")
    assert flaky.classname == flaky.suite
    assert flaky.detail is not None
    assert (flaky.detail.timeout_ms, flaky.detail.retries) == (30_000, 2)
    assert reading.totals.duration_ms == 9441


def test_a_playwright_file_that_does_not_load_is_a_failing_case() -> None:
    cases, _ = read_data("playwright-syntax-error.json")

    assert [(case.name, case.last.word) for case in cases] == [("(global error)", "global error")]
    assert cases[0].last.failure is not None
    assert "SyntaxError" in (cases[0].last.failure.message or "")


def playwright(tests: list[dict[str, object]]) -> str:
    spec = {"title": "t", "file": "a.spec.ts", "line": 3, "tests": tests}
    suite = {"title": "a.spec.ts", "file": "a.spec.ts", "specs": [spec]}
    config = {"rootDir": "/home/runner/work/shop/shop/e2e", "projects": []}
    return json.dumps({"config": config, "suites": [suite], "errors": [], "stats": {}})


def test_playwright_s_expected_failures_pass_and_unexpected_passes_fail() -> None:
    failed = {"status": "failed", "error": {"message": "Error: expect(received)"}}
    tests: list[dict[str, object]] = [
        {"projectName": "a", "expectedStatus": "failed", "results": [failed]},
        {"projectName": "b", "expectedStatus": "failed", "results": [{"status": "passed"}]},
        {"projectName": "c", "expectedStatus": "passed", "results": [failed]},
        {"projectName": "d", "expectedStatus": "passed", "results": []},
    ]

    cases, _ = read_bytes(playwright(tests))

    assert [(c.variant, outcomes(c), c.last.word) for c in cases] == [
        ("a", ["passed"], "expected failed"),
        ("b", ["failed"], "unexpectedly passed"),
        ("c", ["failed"], None),
        ("d", ["skipped"], "did not run"),
    ]
    assert cases[0].file == "e2e/a.spec.ts"


def test_playwright_s_serial_siblings_and_repeats_are_not_flaky() -> None:
    passed = {"status": "passed"}
    failed = {"status": "timedOut", "error": {"message": "Test timeout"}}
    tests: list[dict[str, object]] = [
        {"projectName": "", "results": [passed, passed]},
        {"projectName": "", "results": [failed]},
    ]

    cases, reading = read_bytes(playwright(tests))

    assert [(c.variant, outcomes(c)) for c in cases] == [
        ("", ["passed", "passed"]),
        ("repeat 2", ["errored"]),
    ]
    assert reading.totals.flaky == 0


def test_jest_s_invocations_are_attempts_with_their_reasons() -> None:
    test = {
        "ancestorTitles": ["cart", "adds"],
        "title": "one",
        "status": "passed",
        "invocations": 3,
        "retryReasons": ["Error: first", "Error: second"],
        "duration": 12,
    }
    result = {"name": "/home/runner/work/shop/shop/src/a.test.js", "assertionResults": [test]}

    cases, _ = read_bytes(
        json.dumps({"numRuntimeErrorTestSuites": 0, "numTotalTests": 1, "testResults": [result]})
    )

    (case,) = cases
    assert (case.classname, case.name, case.file) == (
        f"cart{WITHIN}adds",
        "one",
        "src/a.test.js",
    )
    assert outcomes(case) == ["failed", "failed", "passed"]
    assert [e.failure.message for e in case.earlier if e.failure] == [
        "Error: first",
        "Error: second",
    ]
    assert case.names_need_file


def test_jest_s_equal_titles_are_two_cases() -> None:
    cases, _ = read_data("jest.json")

    assert [case.name for case in cases if case.name.startswith("dup")] == ["dup", "dup #2"]


def test_a_jest_file_that_does_not_load_is_a_failing_case() -> None:
    cases, _ = read_data("jest.json")

    broken = [case for case in cases if case.name == "(file failed)"]
    assert len(broken) == 2
    assert all(outcomes(case) == ["errored"] for case in broken)


def test_mocha_s_hook_failure_is_a_failing_case() -> None:
    cases, _ = read_data("mocha.json")

    (hook,) = [case for case in cases if "hook" in case.name]
    assert (hook.last.outcome.value, hook.last.word) == ("errored", "hook")


def test_mochawesome_is_told_to_hide_retries() -> None:
    _, reading = read_data("mochawesome.json")

    assert reading.warnings == [
        "mochawesome hides retries: a test that passed on retry is a plain pass; upload the report"
        " of Mocha's `json` reporter instead."
    ]


def test_pytest_s_reports_name_the_same_case_alike() -> None:
    from_json = by_name(read_data("pytest-json-report.json")[0])["test_deep"]
    from_xml = by_name(read_data("pytest-rerunfailures.xml")[0])["test_deep"]

    assert from_json[:4] == from_xml[:4]
    assert (from_json.file, from_json.line) == (from_xml.file, from_xml.line)


GO: list[dict[str, object]] = [
    {"Action": "run", "Package": "p", "Test": "TestA"},
    {"Action": "output", "Package": "p", "Test": "TestA", "Output": "    a_test.go:7: no\n"},
    {"Action": "fail", "Package": "p", "Test": "TestA", "Elapsed": 0.5},
    {"Action": "fail", "Package": "p", "Elapsed": 1},
]


def lines(events: list[dict[str, object]]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def test_a_go_test_that_was_run_again_is_flaky() -> None:
    again: list[dict[str, object]] = [
        {"Action": "run", "Package": "p", "Test": "TestA"},
        {"Action": "pass", "Package": "p", "Test": "TestA", "Elapsed": 0.1},
        {"Action": "pass", "Package": "p", "Elapsed": 1},
    ]

    cases, reading = read_bytes(lines([*GO, *again]))

    assert shape(cases) == {"TestA": ["failed", "passed"]}
    assert cases[0].earlier[0].failure is not None
    assert cases[0].earlier[0].failure.message == "a_test.go:7: no"
    assert reading.totals.flaky == 1


def test_a_go_test_without_an_end_failed_when_its_package_did() -> None:
    cases, _ = read_bytes(
        lines(
            [
                {"Action": "run", "Package": "p", "Test": "TestHangs"},
                {"Action": "output", "Package": "p", "Output": "panic: test timed out\n"},
                {"Action": "fail", "Package": "p", "Elapsed": 600},
            ]
        )
    )

    assert shape(cases) == {"TestHangs": ["errored"]}
    assert cases[0].last.word == "unfinished"


def test_a_go_package_that_does_not_build_is_a_failing_case() -> None:
    cases, _ = read_bytes(
        lines(
            [
                {"ImportPath": "p [p.test]", "Action": "build-output", "Output": "# p\n"},
                {"ImportPath": "p [p.test]", "Action": "build-output", "Output": "a.go:1: no\n"},
                {"ImportPath": "p [p.test]", "Action": "build-fail"},
                {"Action": "start", "Package": "p"},
                {"Action": "fail", "Package": "p", "FailedBuild": "p [p.test]"},
            ]
        )
        + "FAIL\n"
    )

    assert shape(cases) == {"(package)": ["errored"]}
    assert cases[0].last.word == "build failed"


def reported(when: str, outcome: str) -> dict[str, object]:
    return {
        "$report_type": "TestReport",
        "nodeid": "tests/test_a.py::TestK::test_x[1]",
        "location": ["tests/test_a.py", 4, "TestK.test_x[1]"],
        "when": when,
        "outcome": outcome,
        "duration": 0.25,
        "longrepr": "assert 0" if outcome != "passed" else None,
    }


def test_reportlog_shows_reruns_and_the_times_around_them() -> None:
    stages = [("setup", "passed"), ("call", "rerun"), ("teardown", "passed")]
    again = [("setup", "passed"), ("call", "passed"), ("teardown", "passed")]
    start: dict[str, object] = {"$report_type": "SessionStart", "pytest_version": "9"}

    cases, reading = read_bytes(lines([start, *(reported(*s) for s in stages + again)]))

    (case,) = cases
    assert reading.format == "pytest-reportlog"
    assert (case.classname, case.name, case.parameters) == ("tests.test_a.TestK", "test_x", "[1]")
    assert (case.file, case.line) == ("tests/test_a.py", 5)
    assert outcomes(case) == ["failed", "passed"]
    assert (case.last.setup_ms, case.last.duration_ms, case.last.teardown_ms) == (250, 250, 250)


def test_a_reportlog_that_ends_in_a_test_says_so() -> None:
    cases, _ = read_bytes(lines([reported("setup", "passed")]))

    assert [(outcomes(case), case.last.word) for case in cases] == [(["errored"], "unfinished")]


def test_reportlog_s_teardown_error_makes_the_execution_errored() -> None:
    stages = [("setup", "passed"), ("call", "passed"), ("teardown", "failed")]

    cases, _ = read_bytes(lines([reported(*stage) for stage in stages]))

    assert outcomes(cases[0]) == ["errored"]


def allure(status: str, start: int, value: str = "1") -> dict[str, object]:
    return {
        "uuid": f"{start}",
        "historyId": "h",
        "name": "adds",
        "fullName": "shop.CartTest.adds",
        "status": status,
        "statusDetails": {"message": "no", "trace": "at X"},
        "start": start,
        "stop": start + 20,
        "labels": [{"name": "suite", "value": "Cart"}, {"name": "tag", "value": "slow"}],
        "parameters": [{"name": "n", "value": value}],
        "attachments": [{"name": "shot", "source": "a-attachment.png"}],
    }


def test_allure_s_results_of_one_case_are_attempts_in_the_order_of_their_start() -> None:
    data = lines([allure("passed", 1_790_000_002_000), allure("broken", 1_790_000_001_000)])

    cases, _ = read_bytes(data)

    (case,) = cases
    assert outcomes(case) == ["errored", "passed"]
    assert (case.suite, case.classname, case.name) == ("Cart", "shop.CartTest", "adds")
    assert case.parameters == "[n=1]"
    assert case.detail is not None
    assert case.detail.artifacts == (("shot", "a-attachment.png"),)


def test_a_single_allure_result_over_many_lines_is_read() -> None:
    cases, reading = read_bytes(json.dumps(allure("passed", 1_790_000_000_000), indent=2))

    assert reading.format == "allure"
    assert outcomes(cases[0]) == ["passed"]


def test_rspec_s_errors_outside_of_examples_are_a_failing_case() -> None:
    summary = {"duration": 0.1, "example_count": 0, "errors_outside_of_examples_count": 1}

    cases, _ = read_bytes(
        json.dumps(
            {
                "version": "3.13",
                "messages": ["\nAn error occurred while loading ./spec/a_spec.rb."],
                "examples": [],
                "summary": summary,
                "summary_line": "0 examples, 0 failures, 1 error occurred outside of examples",
            }
        )
    )

    assert shape(cases) == {"(error outside of examples)": ["errored"]}
    assert cases[0].last.failure is not None
    assert cases[0].last.failure.message == "An error occurred while loading ./spec/a_spec.rb."


def test_cucumber_s_gravest_step_decides_and_background_belongs_to_its_scenario() -> None:
    def step(status: str) -> dict[str, object]:
        result = {"status": status, "duration": 2_000_000, "error_message": "no"}
        return {"keyword": "Given ", "name": "x", "result": result}

    elements = [
        {"type": "background", "name": "", "steps": [step("failed")]},
        {"type": "scenario", "name": "a", "line": 3, "steps": [step("skipped")]},
        {"type": "scenario", "name": "a", "line": 9, "steps": [step("passed")]},
        {"type": "scenario", "name": "b", "line": 12, "steps": [step("undefined")]},
    ]

    cases, _ = read_bytes(
        json.dumps([{"uri": "f.feature", "keyword": "Feature", "name": "F", "elements": elements}])
    )

    assert shape(cases) == {"a": ["failed"], "a #2": ["passed"], "b": ["skipped"]}
    assert cases[0].last.duration_ms == 4
    assert cases[-1].last.word == "undefined"


def test_dart_s_file_that_does_not_load_is_a_failing_case() -> None:
    test = {"id": 1, "name": "loading test/a_test.dart", "suiteID": 0}

    cases, _ = read_bytes(
        lines(
            [
                {"protocolVersion": "0.1.1", "type": "start", "time": 0},
                {"type": "suite", "suite": {"id": 0, "path": "test/a_test.dart"}, "time": 0},
                {"type": "testStart", "test": test, "time": 1},
                {"type": "error", "testID": 1, "error": "Failed to load", "stackTrace": ""},
                {"type": "testDone", "testID": 1, "result": "error", "hidden": False, "time": 9},
                {"type": "done", "success": False, "time": 10},
            ]
        )
    )

    assert [(c.name, c.file, outcomes(c)) for c in cases] == [
        ("(loading)", "test/a_test.dart", ["errored"])
    ]


def test_ctrf_s_flaky_flag_without_attempts_still_shows_a_failure() -> None:
    test = {"name": "t", "status": "passed", "duration": 3, "flaky": True, "retries": 2}
    results = {"tool": {"name": "x"}, "tests": [test], "summary": {}}

    cases, _ = read_bytes(json.dumps({"results": results}))

    assert outcomes(cases[0]) == ["failed", "failed", "passed"]
