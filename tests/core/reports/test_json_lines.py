"""Reports of one JSON value after the other: Go, pytest-reportlog, Allure, Dart."""

import json

from tests.core.reports.reading_files import outcomes, read_bytes, shape

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


def test_the_coverage_that_go_prints_is_measured_for_each_package() -> None:
    said = "coverage: 45.3% of statements\n"
    events: list[dict[str, object]] = [
        {
            "Action": "output",
            "Package": "p",
            "Test": "TestA",
            "Output": "coverage: 1% of statements",
        },
        {"Action": "output", "Package": "p", "Output": said},
        {"Action": "output", "Package": "q", "Output": "coverage: [no statements]\n"},
    ]

    _, reading = read_bytes(lines([*GO, *events]))

    assert reading.measured == [("p", "coverage.statements", 45.3, "percent")]


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


def test_what_dart_ran_again_is_flaky() -> None:
    test = {"id": 1, "name": "adds", "suiteID": 0}
    failed = {"type": "error", "testID": 1, "error": "Expected: 2", "isFailure": True, "time": 3}

    cases, _ = read_bytes(
        lines(
            [
                {"protocolVersion": "0.1.1", "type": "start", "time": 0},
                {"type": "testStart", "test": test, "time": 1},
                failed,
                {"type": "print", "testID": 1, "message": "Retry: adds", "time": 4},
                {"type": "print", "testID": 1, "message": "Retry: something else", "time": 5},
                {"type": "testDone", "testID": 1, "result": "success", "time": 9},
                {"type": "done", "success": True, "time": 10},
            ]
        )
    )

    assert shape(cases) == {"adds": ["failed", "passed"]}
    assert cases[0].earlier[0].failure is not None
    assert cases[0].earlier[0].failure.message == "Expected: 2"
