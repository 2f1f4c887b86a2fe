"""What newer versions of runners write: subtests, parameters, attributes, other writers."""

import json

import pytest

from tests.core.reports.reading_files import by_name, counts, outcomes, read_bytes, shape


def stage(when: str, outcome: str, *, kind: str = "TestReport") -> str:
    event = {
        "$report_type": kind,
        "nodeid": "t/test_a.py::test_sub",
        "location": ["t/test_a.py", 13, "test_sub"],
        "when": when,
        "outcome": outcome,
        "duration": 0.1,
        "longrepr": "assert 1 == 2" if outcome == "failed" else None,
    }
    return json.dumps(event)


@pytest.mark.parametrize("is_told_first", [False, True])  # pytest-rerunfailures tells them first
def test_a_failed_subtest_fails_its_test_in_pytest_s_log(is_told_first: bool) -> None:
    subtests = [stage("call", word, kind="SubTestReport") for word in ("passed", "failed")]
    begin = [stage("setup", "passed")]
    before = [*subtests, *begin] if is_told_first else [*begin, *subtests]

    (case,), reading = read_bytes(
        "\n".join([*before, stage("call", "passed"), stage("teardown", "passed")])
    )

    assert outcomes(case) == ["failed"]
    assert case.last.failure is not None
    assert case.last.failure.message == "assert 1 == 2"
    assert counts(reading.totals) == (1, 1, 0, 1, 0, 0, 0)


def test_pytest_json_report_s_tests_with_subtests_end_as_these_did() -> None:
    tests = [
        {"nodeid": f"t/test_a.py::test_{word}", "outcome": f"subtests {word}"}
        for word in ("passed", "failed", "skipped")
    ]

    cases, _ = read_bytes(json.dumps({"created": 1, "exitcode": 1, "root": "/r", "tests": tests}))

    assert shape(cases) == {
        "test_passed": ["passed"],
        "test_failed": ["failed"],
        "test_skipped": ["skipped"],
    }


def test_ctrf_s_parameters_tell_cases_apart_and_its_labels_are_kept() -> None:
    tests = [
        {
            "name": "adds",
            "status": "failed" if value == 1 else "passed",
            "parameters": {"x": value, "at": "0x7f3a12bc9d10"},
            "labels": {"owner": "team", "priority": "P1", "deep": {"a": 1}},
            "extra": {"shard": 2},
            "retryAttempts": [
                {"status": "failed", "attachments": [{"name": "s", "path": "s.png"}]}
            ],
        }
        for value in (1, 2)
    ]
    report = {"reportFormat": "CTRF", "results": {"tool": {"name": "x"}, "tests": tests}}

    cases, _ = read_bytes(json.dumps(report))

    assert [case.name + case.parameters for case in cases] == [
        "adds[x=1, at=<address>]",
        "adds[x=2, at=<address>]",
    ]
    assert cases[0].detail is not None
    assert cases[0].detail.properties == (("owner", "team"), ("priority", "P1"), ("shard", "2"))
    assert cases[0].detail.artifacts == (("s", "s.png"),)


def test_go_s_attributes_are_properties_of_their_test() -> None:
    def event(action: str, test: str, **more: object) -> str:
        return json.dumps({"Action": action, "Package": "ex/a", "Test": test, **more})

    cases, _ = read_bytes(
        "\n".join(
            [
                event("run", "TestA"),
                event("run", "TestB"),
                event("attr", "TestA", Key="issue", Value="GH-12"),
                event("output", "TestA", Output="=== ATTR  TestA issue GH-12\n"),
                event("pass", "TestA", Elapsed=0.1),
                event("pass", "TestB", Elapsed=0.1),
            ]
        )
    )

    found = by_name(cases)
    assert found["TestA"].detail is not None
    assert found["TestA"].detail.properties == (("issue", "GH-12"),)
    assert found["TestB"].detail is None


def test_bun_s_files_keep_their_cases_apart() -> None:
    def file(name: str) -> str:
        return (
            f'<testsuite name="{name}" file="{name}" assertions="1"><testsuite name="cart"'
            f' file="{name}" line="3" assertions="1"><testcase name="adds" classname="cart"'
            f' time="0.001" file="{name}" line="4" assertions="1"/></testsuite></testsuite>'
        )

    cases, reading = read_bytes(
        f'<testsuites name="bun test">{file("a.test.ts")}{file("b.test.ts")}</testsuites>'
    )

    assert reading.dialect == "bun"
    assert [(case.name, case.file, case.names_need_file) for case in cases] == [
        ("adds", "a.test.ts", True),
        ("adds", "b.test.ts", True),
    ]


def test_deno_s_cases_have_the_file_of_their_class() -> None:
    (case,), reading = read_bytes(
        '<testsuites name="deno test"><testsuite name="./a_test.ts"><testcase name="adds"'
        ' classname="./a_test.ts" time="0.01" line="3" col="6"></testcase></testsuite></testsuites>'
    )

    assert reading.dialect == "deno"
    assert (case.file, case.line) == ("a_test.ts", 3)


@pytest.mark.parametrize(
    ("runner", "expected"),
    [
        ({"hidden": False, "arguments": []}, "errored"),  # cucumber.js
        ({}, "skipped"),  # whether such a run has failed, its report does not say
    ],
)
def test_an_undefined_step_fails_its_scenario_where_it_fails_the_run(
    runner: dict[str, object], expected: str
) -> None:
    step = {"keyword": "Then ", "name": "pay", "result": {"status": "undefined"}, **runner}
    scenario = {"type": "scenario", "name": "a", "line": 3, "steps": [step]}
    feature = {"uri": "a.feature", "keyword": "Feature", "name": "F", "elements": [scenario]}

    (case,), _ = read_bytes(json.dumps([feature]))

    assert outcomes(case) == [expected]
    assert case.last.word == "undefined"
    assert (case.last.failure is None) or case.last.failure.message == "Then pay"


def test_what_passed_on_retry_and_fails_the_run_all_the_same_is_flaky() -> None:
    inside = (
        '<failure type="flaky failure" message="passed on attempt 2/3, told to fail"/>'
        '<flakyFailure time="0.2" message="no">panicked</flakyFailure>'
    )

    (case,), reading = read_bytes(
        '<testsuites name="nextest-run"><testsuite name="shop"><testcase name="adds"'
        f' classname="shop" time="0.1">{inside}</testcase></testsuite></testsuites>'
    )

    assert outcomes(case) == ["failed", "passed"]
    assert case.last.word == "flaky, which fails the run"
    assert counts(reading.totals) == (1, 2, 0, 0, 0, 0, 1)


def test_dart_s_platforms_are_variants_of_one_case() -> None:
    events: list[dict[str, object]] = [
        {"type": "suite", "suite": {"id": 0, "platform": "vm", "path": "test/a_test.dart"}},
        {"type": "suite", "suite": {"id": 1, "platform": "chrome", "path": "test/a_test.dart"}},
    ]
    for suite, result in ((0, "success"), (1, "failure")):
        test = {"id": suite + 5, "name": "adds", "suiteID": suite, "line": 3}
        events.append({"type": "testStart", "test": test, "time": 1})
        events.append({"type": "testDone", "testID": suite + 5, "result": result, "time": 2})
    first = {"protocolVersion": "0.1.1", "type": "start", "time": 0}

    cases, _ = read_bytes("\n".join(map(json.dumps, [first, *events, {"type": "done"}])))

    assert [(case.name, case.variant, *outcomes(case)) for case in cases] == [
        ("adds", "", "passed"),
        ("adds", "chrome", "failed"),
    ]
