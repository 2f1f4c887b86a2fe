"""What is an attempt of what, where runners list or leave out executions in their own ways."""

import json

import pytest

from app.core.outcomes import ReportedCase
from tests.core.reports.reading_files import by_name, counts, outcomes, read_bytes, shape

Result = dict[str, object]


def playwright(title: str, *results: Result) -> Result:
    return {
        "title": title,
        "file": "a.spec.js",
        "tests": [{"projectName": "A", "expectedStatus": "passed", "results": list(results)}],
    }


def ran(status: str) -> Result:
    return {"status": status, "workerIndex": 0, "duration": 5, "errors": [{"message": "no"}]}


def test_playwright_s_failed_test_stays_failed_where_its_retry_did_not_run() -> None:
    specs = [
        playwright("t1", ran("passed"), ran("failed")),
        playwright("t2", ran("failed"), {"status": "skipped", "workerIndex": -1}),
        playwright("t3", {"status": "skipped", "workerIndex": -1}),
        playwright("t4", ran("passed"), ran("interrupted")),
    ]
    config = {"rootDir": "/r", "projects": []}

    cases, reading = read_bytes(json.dumps({"config": config, "suites": [{"specs": specs}]}))

    assert shape(cases) == {
        "t1": ["passed", "errored"],
        "t2": ["errored"],
        "t3": ["skipped"],
        "t4": ["passed"],
    }
    assert counts(reading.totals) == (4, 5, 1, 0, 1, 1, 1)


def merged(*told: tuple[str, str, str]) -> str:
    """A message of `rebot --merge` of Robot Framework 7.5; each status with its message."""
    span = '<span class="{0}-status">{1} status:</span> <span class="x">{2}</span><br>{3}'
    message = '<span class="{0}-message">{1} message:</span> {2}<br>'
    parts = [
        span.format(
            age.lower(), age, status, message.format(age.lower(), age, text) if text else ""
        )
        for age, status, text in told
    ]
    header = '*HTML* <span class="merge">Test has been re-executed and results merged.</span>'
    said = "<hr>".join([header, *parts])
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def robot(tests: str, *, after: str = "") -> str:
    return f'<robot><suite name="S" source="/builds/a/b/s.robot">{tests}{after}</suite></robot>'


def robot_test(status: str, message: str = "") -> str:
    return f'<test name="T"><status status="{status}" elapsed="0.5">{message}</status></test>'


def test_robot_s_merged_executions_are_attempts_oldest_first() -> None:
    told = merged(("New", "PASS", ""), ("Old", "FAIL", "1 &lt; 2"), ("Old", "FAIL", "first"))

    cases, reading = read_bytes(robot(robot_test("PASS", told)))

    (case,) = cases
    assert outcomes(case) == ["failed", "failed", "passed"]
    assert messages(case) == ["first", "1 < 2", None]
    assert reading.totals.flaky == 1


def test_robot_s_newest_message_is_told_without_the_merge_s_own_words() -> None:
    told = merged(("New", "FAIL", "now"), ("Old", "FAIL", "then"))

    (case,), _ = read_bytes(robot(robot_test("FAIL", told)))

    assert messages(case) == ["then", "now"]


def messages(case: ReportedCase) -> list[str | None]:
    return [e.failure.message if e.failure else None for e in case.executions]


BROKEN = '<kw name="Fail" type="{}"><status status="FAIL">port in use</status></kw>'


def test_robot_s_suite_whose_tear_down_failed_is_a_failing_case() -> None:
    cases, reading = read_bytes(robot(robot_test("PASS"), after=BROKEN.format("TEARDOWN")))

    assert shape(cases) == {"T": ["passed"], "(suite tear-down)": ["errored"]}
    assert messages(cases[1]) == ["port in use"]
    assert (cases[1].classname, cases[1].file) == ("S", "s.robot")
    assert counts(reading.totals) == (2, 2, 1, 0, 1, 0, 0)


def test_rebot_s_output_tells_of_a_failed_tear_down_once() -> None:
    told = robot_test("FAIL", "Parent suite teardown failed:\nport in use")

    cases, _ = read_bytes(robot(told, after=BROKEN.format("TEARDOWN")))

    assert shape(cases) == {"T": ["failed"]}


def trx(*results: str) -> str:
    space = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"
    defined = (
        '<UnitTest id="{0}"><Owners><Owner name="bob"/></Owners><TestCategory><TestCategoryItem'
        ' TestCategory="slow"/></TestCategory><Properties><Property><Key>k</Key><Value>v</Value>'
        '</Property></Properties><TestMethod className="N.C"/></UnitTest>'
    )
    return (
        f'<TestRun xmlns="{space}"><Results>{"".join(results)}</Results><TestDefinitions>'
        f"{defined.format('t1')}{defined.format('t2')}</TestDefinitions></TestRun>"
    )


def trx_result(test_id: str, outcome: str, more: str = "") -> str:
    return f'<UnitTestResult testId="{test_id}" testName="Same" outcome="{outcome}"{more}/>'


def test_trx_tests_of_one_name_are_no_retries_of_one_another() -> None:
    cases, reading = read_bytes(trx(trx_result("t1", "Failed"), trx_result("t2", "Passed")))

    assert [outcomes(case) for case in cases] == [["failed"], ["passed"]]
    assert len({(case.name, case.variant) for case in cases}) == 2
    assert reading.totals.flaky == 0


def test_trx_rows_of_data_that_are_shown_alike_are_no_retries_of_one_another() -> None:
    rows = [trx_result("t1", "Failed", ' dataRowInfo="0"')]
    rows += [trx_result("t1", "Passed", ' dataRowInfo="1"')]

    cases, reading = read_bytes(
        trx(
            f'<UnitTestResult testName="M"><InnerResults>{"".join(rows)}</InnerResults>'
            "</UnitTestResult>"
        )
    )

    assert [outcomes(case) for case in cases] == [["failed"], ["passed"]]
    assert reading.totals.flaky == 0


def test_trx_listed_again_under_one_id_is_a_retry() -> None:
    (case,), _ = read_bytes(trx(trx_result("t1", "Failed"), trx_result("t1", "Passed")))

    assert outcomes(case) == ["failed", "passed"]
    assert case.detail is not None
    assert case.detail.tags == ("slow",)
    assert case.detail.properties == (("owner", "bob"), ("k", "v"))


def allure(uuid: str, history: str, status: str, start: int) -> str:
    parameters = [{"name": "token", "value": uuid, "mode": "masked"}]
    return json.dumps(
        {
            "uuid": uuid,
            "historyId": history,
            "fullName": "a.b#c",
            "name": "c",
            "status": status,
            "start": start,
            "stop": start + 10,
            "parameters": parameters,
            "statusDetails": {"message": "no"},
        }
    )


def test_allure_s_results_of_other_histories_are_no_attempts_of_one_another() -> None:
    lines = [
        allure("1", "h1", "failed", 1_790_000_000_000),
        allure("2", "h2", "passed", 1_790_000_001_000),
        allure("3", "h1", "failed", 1_790_000_002_000),
    ]

    cases, reading = read_bytes("\n".join(lines))

    assert sorted(outcomes(case) for case in cases) == [["failed", "failed"], ["passed"]]
    assert len({case.variant for case in cases}) == 2
    assert reading.totals.flaky == 0


def test_allure_s_broken_fixture_counts_where_no_test_shows_it() -> None:
    def container(child: str, name: str) -> str:
        fixture = {"name": name, "status": "broken", "statusDetails": {"message": "gone"}}
        return json.dumps({"uuid": name, "children": [child], "afters": [fixture]})

    lines = [
        allure("1", "h1", "broken", 1_790_000_000_000),
        allure("2", "h2", "passed", 1_790_000_001_000),
        container("1", "shown"),
        container("2", "unseen"),
        json.dumps({"attachments": [], "errors": [{"message": "set-up of the run"}]}),
    ]

    cases, reading = read_bytes("\n".join(lines))

    found = by_name(cases)
    assert found.keys() == {"c", "(tear-down unseen)", "(global error)"}
    assert messages(found["(tear-down unseen)"]) == ["gone"]
    assert messages(found["(global error)"]) == ["set-up of the run"]
    assert reading.totals.errored == 3


def test_what_several_projects_ran_is_told_apart_and_said() -> None:
    test = {"title": "adds", "ancestorTitles": ["cart"], "duration": 1}
    files = [
        {"name": "/work/a.test.js", "assertionResults": [test | {"status": status}]}
        for status in ("failed", "passed")
    ]

    cases, reading = read_bytes(json.dumps({"numTotalTests": 2, "testResults": files}))

    assert [(case.name, case.variant, *outcomes(case)) for case in cases] == [
        ("adds", "", "failed"),
        ("adds", "part 2", "passed"),
    ]
    assert reading.warnings == [
        "“/work/a.test.js” and perhaps other files are listed more than once, as when several"
        " projects run them; the report does not name the projects, so they are told apart by"
        " their order. Let each project write a report of its own."
    ]


def test_trx_definitions_that_all_say_something_else_are_kept_as_far_as_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.core.reports.trx.SHARED_MOST", 1)
    defined = '<UnitTest id="{0}"{1}><TestMethod className="N.{0}"/></UnitTest>'
    results = trx_result("t1", "Passed") + trx_result("t2", "Passed")
    definitions = defined.format("t1", ' priority="1"') + defined.format("t2", ' priority="2"')

    cases, _ = read_bytes(
        '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>'
        f"{results}</Results><TestDefinitions>{definitions}</TestDefinitions></TestRun>"
    )

    assert [(case.classname, case.detail and case.detail.properties) for case in cases] == [
        ("N.t1", (("priority", "1"),)),
        ("N.t2", None),
    ]
