"""JSON reports of JavaScript's runners: Playwright, Jest, Mocha."""

import json

from app.core.reports.jest import WITHIN
from tests.core.reports.reading_files import outcomes, read_bytes, read_data


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
