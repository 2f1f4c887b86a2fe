"""A report without a case: the warning names the setting of its runner that chooses the tests."""

import pytest

from tests.core.reports.reading_files import read_bytes


@pytest.mark.parametrize(
    ("report", "setting"),
    [
        ('<testsuites name="pytest tests"><testsuite name="pytest"/></testsuites>', "`testpaths`"),
        ('<testsuites name="jest tests"/>', "`testMatch`"),
        ('<testsuites name="vitest tests"/>', "`passWithNoTests`"),
        ('<testsuites name="Mocha Tests"/>', "`specPattern`"),
        (
            '<testsuite name="a.BTest" x:noNamespaceSchemaLocation="surefire-test-report.xsd"/>',
            "`failIfNoTests`",
        ),
        ('<testsuites name="AllTests"/>', "`--gtest_filter`"),
        (
            '<testsuites><testsuite name="p"><properties><property name="go.version" value="1"/>'
            "</properties></testsuite></testsuites>",
            "`-run`",
        ),
        ('{"version": "3.13.0", "examples": [], "summary_line": "0 examples"}', "`--pattern`"),
        ('{"protocolVersion":"0.1.1","type":"start"}\n{"type":"done"}\n', "`--name`"),
        (
            '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><TestSettings/>'
            "</TestRun>",
            "`TreatNoTestsAsError=true`",
        ),
        (
            '{"results": {"tool": {"name": "Jest"}, "summary": {"tests": 0}, "tests": []}}',
            "`testMatch`",
        ),
        ("<testsuites/>", "the runner found its tests and finished"),
    ],
)
def test_an_empty_report_names_the_setting_that_chooses_its_tests(
    report: str, setting: str
) -> None:
    cases, reading = read_bytes(report)

    assert cases == []
    assert setting in reading.warnings[-1]
