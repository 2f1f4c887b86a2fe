"""What is said of a report without a case: which of its runner's settings choose the tests."""

from typing import NamedTuple


class Chooser(NamedTuple):
    """A runner, and the settings that choose its tests or let it fail where there are none."""

    runner: str
    settings: str


_PYTEST = Chooser("pytest", "`testpaths`, `python_files`, `-k` and `-m`")
_JEST = Chooser(
    "Jest", "`testMatch`; it fails where there are none unless `passWithNoTests` is set"
)
_MOCHA = Chooser("Mocha or Cypress", "`spec` or `specPattern`; `--fail-zero` lets Mocha fail then")
_GO = Chooser("Go", "the packages it is given, and `-run`")
_DOTNET = Chooser("the .NET runner", "`--filter`; `TreatNoTestsAsError=true` lets it fail then")

CHOOSERS = {
    **dict.fromkeys(("pytest", "pytest-json-report", "pytest-reportlog"), _PYTEST),
    **dict.fromkeys(("jest", "jest-junit"), _JEST),
    **dict.fromkeys(("mocha", "mocha json-stream", "mochawesome"), _MOCHA),
    **dict.fromkeys(("go test", "gotestsum", "go-junit-report"), _GO),
    **dict.fromkeys(("trx", "nunit", "xunit.net"), _DOTNET),
    "vitest": Chooser(
        "Vitest", "`include`; it fails where there are none unless `passWithNoTests`"
    ),
    "playwright": Chooser("Playwright", "`testDir`, `testMatch` and `--grep`"),
    "surefire": Chooser(
        "Surefire",
        "`includes` and `groups`; `failIfNoTests` lets it fail then; nested classes' tests stand in"
        " their own files",
    ),
    "gradle": Chooser("Gradle", "the test task's `filter` and `include`"),
    "googletest": Chooser("GoogleTest", "`--gtest_filter`"),
    "nextest": Chooser("nextest", "its filters; `--no-tests=fail` lets it fail then"),
    "ctest": Chooser("CTest", "`-R`, `-L`; `--no-tests=error` lets it fail then"),
    "phpunit": Chooser(
        "PHPUnit", "the `testsuite` of phpunit.xml; `failOnEmptyTestSuite` lets it fail then"
    ),
    "rspec": Chooser("RSpec", "`--pattern` and `--tag`; `config.fail_if_no_examples` lets it fail"),
    "node-test": Chooser("node --test", "the patterns it is given"),
    "bazel": Chooser("Bazel", "`--test_filter`"),
    "robot": Chooser("Robot Framework", "`--suite`, `--include` and `--exclude`"),
    "cucumber": Chooser("Cucumber", "the paths it is given, and `--tags`"),
    "dart": Chooser("Dart", "the paths it is given, `--name` and `--tags`"),
}


def empty_sentence(*names: str) -> str:
    """What a person should look at; the first of these dialects and formats that is known tells."""
    known = next((CHOOSERS[name] for name in names if name in CHOOSERS), None)
    found = "the runner found its tests"
    if known is not None:
        found = f"{known.runner} found its tests ({known.settings})"
    return f"The report lists no case; look whether {found} and finished writing."
