"""XML reports other than JUnit's, and TAP."""

import pytest

from app.core.errors import BadInput
from tests.core.reports.reading_files import by_name, counts, outcomes, read_bytes, read_data, shape


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("robot.xml", "robot", (3, 3, 1, 1, 0, 1, 0)),
        ("handwritten.tap", "tap", (5, 5, 2, 1, 0, 2, 0)),
        ("node-test.tap", "tap", (7, 7, 2, 3, 0, 2, 0)),
        ("vitest.tap", "tap", (9, 9, 4, 3, 0, 2, 0)),
        ("mocha.tap", "tap", (8, 8, 2, 4, 0, 2, 0)),
        ("node-test-junit.xml", "junit", (6, 6, 2, 2, 0, 2, 0)),
        ("pytest-collection-error.xml", "junit", (1, 1, 0, 0, 1, 0, 0)),
    ],
)
def test_a_runner_s_own_report_counts_what_the_runner_saw(
    name: str, known: str, expected: tuple[int, ...]
) -> None:
    _, reading = read_data(name)

    assert reading.format == known
    assert counts(reading.totals) == expected


def test_vitest_s_tap_is_said_to_hide_retries() -> None:
    _, reading = read_data("vitest.tap")

    assert reading.warnings == [
        "Vitest's TAP reporters hide retries: a test that passed on retry is a plain pass; upload"
        " the report of its `json` reporter instead."
    ]
    assert read_data("node-test.tap")[1].warnings == []


TRX = (
    '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">'
    '<Times start="2026-01-02T03:04:05Z"/><Results>{}</Results><TestDefinitions>'
    '<UnitTest id="1" name="A"><TestMethod className="Shop.CartTests, Shop" name="A"/></UnitTest>'
    "</TestDefinitions>{}</TestRun>"
)


def test_trx_takes_the_class_from_the_definitions_that_follow() -> None:
    result = (
        '<UnitTestResult testId="1" testName="Shop.CartTests.Adds(n: 1)" outcome="Failed"'
        ' duration="00:00:01.5"><Output><StdOut>out</StdOut><ErrorInfo><Message>no</Message>'
        "<StackTrace>at X</StackTrace></ErrorInfo></Output></UnitTestResult>"
    )

    cases, reading = read_bytes(TRX.format(result, ""))

    (case,) = cases
    assert reading.format == "trx"
    assert (case.classname, case.name, case.parameters) == ("Shop.CartTests", "Adds", "(n: 1)")
    assert case.last.duration_ms == 1500
    assert case.last.failure is not None
    assert (case.last.failure.message, case.last.failure.trace) == ("no", "at X")
    assert case.last.failure.output == "out"


def test_trx_s_inner_results_stand_for_the_test_around_them() -> None:
    row = '<UnitTestResult testId="1" testName="A (Data Row {})" outcome="{}"/>'
    rows = row.format(0, "Passed") + row.format(1, "Failed")
    result = (
        '<UnitTestResult testId="1" testName="A" outcome="Failed">'
        f"<InnerResults>{rows}</InnerResults></UnitTestResult>"
    )

    cases, _ = read_bytes(TRX.format(result, ""))

    assert shape(cases) == {"A (Data Row 0)": ["passed"], "A (Data Row 1)": ["failed"]}


def test_trx_s_rerun_of_a_test_is_its_next_attempt() -> None:
    result = '<UnitTestResult testId="1" testName="A" outcome="{}"/>'

    cases, reading = read_bytes(TRX.format(result.format("Failed") + result.format("Passed"), ""))

    assert shape(cases) == {"A": ["failed", "passed"]}
    assert reading.totals.flaky == 1


def test_a_test_host_that_crashed_is_a_failing_case() -> None:
    summary = (
        '<ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"><Text>The active test'
        " run was aborted. Reason: Test host process crashed</Text></RunInfo></RunInfos>"
        "</ResultSummary>"
    )

    cases, _ = read_bytes(TRX.format("", summary))

    assert shape(cases) == {"(test run)": ["errored"]}


@pytest.mark.parametrize(
    ("outcome", "expected", "word"),
    [
        ("Timeout", "errored", "timeout"),
        ("NotExecuted", "skipped", None),
        ("Inconclusive", "skipped", "inconclusive"),
        ("Warning", "passed", "warning"),
    ],
)
def test_trx_s_outcomes_keep_their_own_word(outcome: str, expected: str, word: str | None) -> None:
    cases, _ = read_bytes(
        TRX.format(f'<UnitTestResult testId="1" testName="A" outcome="{outcome}"/>', "")
    )

    assert (outcomes(cases[0]), cases[0].last.word) == ([expected], word)


def test_nunit_3_gives_categories_and_labels() -> None:
    cases, reading = read_bytes(
        '<test-run start-time="2026-01-02 03:04:05Z"><test-suite type="TestFixture" id="1"'
        ' name="F" fullname="N.F"><test-case id="2" name="Adds(1,2)" fullname="N.F.Adds(1,2)"'
        ' classname="N.F" result="Failed" label="Error" duration="0.25"><properties>'
        '<property name="Category" value="slow"/></properties><failure><message>no</message>'
        "</failure></test-case></test-suite></test-run>"
    )

    (case,) = cases
    assert reading.format == "nunit"
    assert (case.classname, case.name, case.parameters) == ("N.F", "Adds", "(1,2)")
    assert (outcomes(case), case.last.duration_ms) == (["errored"], 250)
    assert case.detail is not None
    assert case.detail.tags == ("slow",)


def test_nunit_2_names_are_split_into_class_and_name() -> None:
    cases, _ = read_bytes(
        '<test-results name="a.dll" date="2026-01-02" time="03:04:05"><test-suite name="F">'
        '<results><test-case name="N.F.Adds" executed="True" success="False" time="1,5"/>'
        '<test-case name="N.F.Waits" executed="False"/></results></test-suite></test-results>'
    )

    assert [(c.classname, c.name, outcomes(c), c.last.duration_ms) for c in cases] == [
        ("N.F", "Adds", ["failed"], 1500),
        ("N.F", "Waits", ["skipped"], None),
    ]


def nunit_fixture(site: str, case: str) -> str:
    return (
        f'<test-run><test-suite type="TestFixture" id="7" fullname="N.F" site="{site}">'
        f"<failure><message>no database</message></failure>{case}</test-suite></test-run>"
    )


def test_a_fixture_s_set_up_that_no_case_shows_is_a_failing_case() -> None:
    failed = '<test-case id="8" name="A" classname="N.F" result="Failed"/>'

    alone, _ = read_bytes(nunit_fixture("SetUp", ""))
    shown, _ = read_bytes(nunit_fixture("SetUp", failed))
    teardown, _ = read_bytes(nunit_fixture("TearDown", failed.replace("Failed", "Passed")))

    assert shape(alone) == {"(suite set-up)": ["errored"]}
    assert shape(shown) == {"A": ["failed"]}
    assert shape(teardown) == {"A": ["passed"], "(suite tear-down)": ["errored"]}


def test_xunit_net_s_cases_traits_and_errors() -> None:
    cases, reading = read_bytes(
        '<assemblies><assembly name="C:\\b\\Shop.dll" run-date="2026-01-02" run-time="03:04:05">'
        '<errors><error type="test-class-cleanup" name="Shop.Cart"><failure><message>no</message>'
        '</failure></error></errors><collection><test name="Shop.Cart.Adds(n: 1)" type="Shop.Cart"'
        ' method="Adds" time="0,5" result="Fail"><failure exception-type="E"><message>m</message>'
        '</failure><traits><trait name="Category" value="slow"/></traits></test></collection>'
        "</assembly></assemblies>"
    )

    named = by_name(cases)
    assert reading.format == "xunit.net"
    assert outcomes(named["(Shop.Cart)"]) == ["errored"]
    case = named["Adds(n: 1)"]
    assert (outcomes(case), case.last.duration_ms) == (["failed"], 500)
    assert case.detail is not None
    assert case.detail.tags == ("slow",)


def test_robot_s_merged_re_execution_shows_the_execution_before_it() -> None:
    status = (
        '<status status="PASS" elapsed="0.5">*HTML* &lt;span class="merge"&gt;Re-executed test has'
        " been merged.&lt;/span&gt;&lt;hr&gt;"
        '&lt;span class="new-status"&gt;New status:&lt;/span&gt; PASS&lt;hr&gt;'
        '&lt;span class="old-status"&gt;Old status:&lt;/span&gt; FAIL&lt;br&gt;'
        '&lt;span class="old-message"&gt;Old message:&lt;/span&gt; Port in use</status>'
    )

    cases, reading = read_bytes(
        '<robot generated="2026-01-02T03:04:05">'
        '<suite name="Shop" source="/builds/a/b/shop.robot">'
        f'<test name="Adds" line="4">{status}</test></suite></robot>'
    )

    (case,) = cases
    assert (case.classname, case.file, case.line) == ("Shop", "shop.robot", 4)
    assert outcomes(case) == ["failed", "passed"]
    assert case.earlier[0].failure is not None
    assert case.earlier[0].failure.message == "Port in use"
    assert reading.totals.flaky == 1


def ctest(status: str, completion: str) -> str:
    return (
        "<Site><Testing><StartTestTime>1790000000</StartTestTime><TestList><Test>./a</Test>"
        f'</TestList><Test Status="{status}"><Name>a</Name><Path>./sub</Path><Results>'
        '<NamedMeasurement name="Execution Time"><Value>0.5</Value></NamedMeasurement>'
        f'<NamedMeasurement name="Completion Status"><Value>{completion}</Value>'
        "</NamedMeasurement><Measurement><Value>said</Value></Measurement></Results></Test>"
        "</Testing></Site>"
    )


@pytest.mark.parametrize(
    ("status", "completion", "expected"),
    [
        ("passed", "Completed", "passed"),
        ("failed", "Completed", "failed"),
        ("notrun", "Disabled", "skipped"),
        ("notrun", "SKIP_RETURN_CODE=77", "skipped"),
        ("notrun", "Unable to find executable", "errored"),
    ],
)
def test_ctest_s_own_report_is_read(status: str, completion: str, expected: str) -> None:
    cases, reading = read_bytes(ctest(status, completion))

    assert reading.format == "ctest"
    assert (cases[0].classname, cases[0].name) == ("sub", "a")
    assert outcomes(cases[0]) == [expected]
    assert cases[0].last.duration_ms == 500


def test_tap_s_missing_tests_and_bail_outs_are_failing_cases() -> None:
    missing, _ = read_bytes("TAP version 13\n1..3\nok 1 - a\n")
    bailed, _ = read_bytes("1..3\nok 1 - a\nBail out! no database\n")

    assert shape(missing) == {"a": ["passed"], "(missing tests)": ["errored"]}
    assert missing[1].last.failure is not None
    assert missing[1].last.failure.message == "3 tests were planned, 2 did not report."
    assert shape(bailed) == {"a": ["passed"], "(bail out)": ["errored"]}


def test_tap_s_yaml_gives_message_and_values() -> None:
    cases, _ = read_bytes(
        "TAP version 13\nnot ok 1 - adds\n  ---\n  message: 'no match'\n  expected: 1\n"
        "  actual: 2\n  duration_ms: 12.5\n  ...\n1..1\n"
    )

    failure = cases[0].last.failure
    assert failure is not None
    assert (failure.message, failure.expected, failure.actual) == ("no match", "1", "2")
    assert cases[0].last.duration_ms == 12


def test_tap_s_parent_that_only_sums_up_is_no_case() -> None:
    cases, _ = read_bytes(
        "TAP version 14\n# Subtest: cart\n    ok 1 - adds\n    not ok 2 - drops\n    1..2\n"
        "not ok 1 - cart\n1..1\n"
    )

    assert [(case.classname, case.name) for case in cases] == [("cart", "adds"), ("cart", "drops")]


def test_allure_1_s_suites_are_not_taken_for_nunit_s() -> None:
    report = (
        '<ns2:test-suite xmlns:ns2="urn:model.allure.qatools.yandex.ru"><name>S</name><test-cases>'
        '<test-case status="failed"><name>t</name></test-case></test-cases></ns2:test-suite>'
    )

    with pytest.raises(BadInput, match="its root element is <test-suite>"):
        read_bytes(report)


def test_robot_s_set_up_and_tear_down_times_stand_apart() -> None:
    took = '<status status="PASS" start="2026-11-20T10:00:00" elapsed="{}"/>'
    report = (
        '<robot><suite name="S"><test name="t">'
        f'<kw name="Open" type="SETUP">{took.format("0.5")}</kw>'
        f'<kw name="Do">{took.format("1")}</kw>'
        f'<kw name="Close" type="teardown">{took.format("0.25")}</kw>{took.format("2")}'
        "</test></suite></robot>"
    )

    (case,), _ = read_bytes(report)

    assert (case.last.setup_ms, case.last.duration_ms, case.last.teardown_ms) == (500, 1250, 250)
