"""Who wrote a JUnit report: told by its first elements, and what that means for reading it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.reports.ledger import UNNAMED
from app.core.reports.repeats import Repeats
from app.core.reports.texts import short_name

PROPERTIES_NOTED = 1_000  # names
NO_BUILD = "(empty)"  # what CTest calls a build without a name
ROOT_SUITE = "Root Suite"  # Mocha's; Cypress names of each spec the file of this one alone


class FileFrom(StrEnum):
    """Where a dialect names the file of a case that has no `file` attribute."""

    NOWHERE = "nowhere"
    SUITE = "suite"  # the suite's name is the file
    CLASSNAME = "classname"  # the class's name is the file
    MODULE = "module"  # the class's name is a dotted Python module


@dataclass(slots=True)
class Evidence:
    """What was seen up to the end of the first case."""

    root: Mapping[str, str] = field(default_factory=dict)
    suite: Mapping[str, str] = field(default_factory=dict)
    case: Mapping[str, str] = field(default_factory=dict)
    properties: set[str] = field(default_factory=set)
    has_suite: bool = False
    is_attempts: bool = False  # a Bazel test's reports, one for each attempt

    def note(self, name: str) -> None:
        """Remember a property of a suite, as far as there is room."""
        if len(self.properties) < PROPERTIES_NOTED:
            self.properties.add(name)


class Suite:
    """An open testsuite element."""

    __slots__ = ("file", "name", "part", "path", "variant")

    def __init__(self, name: str, path: str, file: str | None, variant: str, part: int) -> None:
        self.name = name
        self.path = path  # with the names of the suites around it
        self.file = file
        self.variant = variant
        self.part = part


NO_SUITE = Suite("", "", None, "", 0)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One writer of JUnit XML."""

    name: str
    tells: Callable[[Evidence], bool]
    repeats: Repeats = Repeats.NEVER
    names_need_file: bool = False
    file_from: FileFrom = FileFrom.NOWHERE
    first_line: int = 1  # the number its first line has
    hides_retries: str = ""  # a sentence; "" where retries can be seen or do not exist
    drops_files: str = ""  # a sentence said when no case of the report names its file
    variant_is_told: bool = False  # by a suite's hostname (a project) or property (a device)
    suite_is_class: bool = False  # the suite's name is a class's, and says no more than that
    suite_is_variant: bool = False  # the suite's name is a browser's or a build's


_JS_FILE = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte)$")
_RSPEC_PROCESS = re.compile(r"rspec\d{0,3}$")  # of parallel_tests
_VERSION = re.compile(r" \d+(?:\.\d+)*(?=[ ()]|$)")
_STAMPED = re.compile(r"-\d{14}$")
_PYTEST_ORDER = ["name", "errors", "failures", "skipped", "tests", "time", "timestamp", "hostname"]


def _is_pytest(seen: Evidence) -> bool:
    if seen.root.get("name") == "pytest tests" or seen.suite.get("name") == "pytest":
        return True
    return list(seen.suite) == _PYTEST_ORDER and "classname" in seen.case


def _is_surefire(seen: Evidence) -> bool:
    return any("surefire" in value for key, value in seen.suite.items() if key.endswith("Location"))


def _is_gradle(seen: Evidence) -> bool:
    order = ["name", "tests", "skipped", "failures", "errors", "timestamp", "hostname", "time"]
    return list(seen.suite) == order and not seen.root


def _is_playwright(seen: Evidence) -> bool:
    return (list(seen.root)[:3] == ["id", "name", "tests"] and "hostname" in seen.suite) or (
        list(seen.root) == ["id", "name", "tests", "failures", "skipped", "errors", "time"]
    )


def _is_go(seen: Evidence) -> bool:
    return "go.version" in seen.properties


def _counts_assertions(seen: Evidence) -> bool:
    return "assertions" in seen.suite or "assertions" in seen.case


def _is_php(seen: Evidence) -> bool:
    return (seen.case.get("file") or seen.suite.get("file") or "").endswith((".php", ".phpt"))


def _root_named(*names: str) -> Callable[[Evidence], bool]:
    return lambda seen: seen.root.get("name") in names


DIALECTS: tuple[Dialect, ...] = (
    Dialect("bazel", lambda seen: seen.is_attempts, Repeats.ATTEMPTS),
    Dialect(
        "pytest",
        _is_pytest,
        Repeats.BARE_RERUNS,
        file_from=FileFrom.MODULE,
        first_line=0,
        drops_files="pytest wrote no file names; set `junit_family = xunit1` to have"
        " file and line of every case.",
    ),
    Dialect(
        "playwright",
        _is_playwright,
        Repeats.AGAIN,
        file_from=FileFrom.CLASSNAME,
        variant_is_told=True,
        hides_retries="Playwright's JUnit reporter hides retries: a test that passed on retry is a"
        " plain pass; set its option `includeRetries` (or PLAYWRIGHT_JUNIT_INCLUDE_RETRIES=1), or"
        " upload its JSON report.",
    ),
    Dialect(
        "jest-junit",
        _root_named("jest tests", "Jest Tests"),
        names_need_file=True,
        file_from=FileFrom.SUITE,
        hides_retries="jest-junit hides retries: a test that passed on retry is a plain pass;"
        " upload Jest's own report (`--json --outputFile`) instead.",
        drops_files="jest-junit wrote no file names; set its option `addFileAttribute` to `true`.",
    ),
    Dialect(
        "vitest",
        _root_named("vitest tests"),
        names_need_file=True,
        file_from=FileFrom.CLASSNAME,
        hides_retries="Vitest's JUnit reporter hides retries: a test that passed on retry is a"
        " plain pass; upload the report of its `json` reporter instead.",
    ),
    Dialect(
        "mocha",
        lambda seen: (
            seen.root.get("name") == "Mocha Tests" or seen.suite.get("name") == "Mocha Tests"
        ),
        names_need_file=True,
        hides_retries="Mocha's JUnit and xunit reporters hide retries: a test that passed on retry"
        " is a plain pass; upload the report of its `json` reporter instead.",
    ),
    Dialect("bun", _root_named("bun test"), names_need_file=True),
    Dialect("deno", _root_named("deno test"), file_from=FileFrom.CLASSNAME),
    Dialect("nextest", _root_named("nextest-run"), Repeats.ATTEMPTS),
    Dialect("surefire", _is_surefire, suite_is_class=True),
    Dialect("gotestsum", lambda s: _is_go(s) and "id" not in s.suite, Repeats.ATTEMPTS),
    Dialect("go-junit-report", _is_go, Repeats.ATTEMPTS),
    Dialect("gradle", _is_gradle, Repeats.AFTER_FAILURE, suite_is_class=True),
    Dialect(
        "googletest",
        lambda seen: seen.root.get("name") == "AllTests" or "value_param" in seen.case,
        Repeats.ATTEMPTS,
    ),
    Dialect(
        "ctest",
        lambda seen: (
            "disabled" in seen.suite
            and seen.case.get("status") in ("run", "fail", "notrun", "disabled")
            and seen.case.get("name") == seen.case.get("classname")
        ),
        Repeats.ATTEMPTS,
        hides_retries="CTest's JUnit output hides what `--repeat until-pass` did: a test that"
        " passed on repetition is a plain pass; run CTest without `--repeat`.",
        suite_is_variant=True,
    ),
    Dialect(
        "phpunit",
        lambda seen: _counts_assertions(seen) and ("class" in seen.case or _is_php(seen)),
    ),
    Dialect("minitest", _counts_assertions),
    Dialect(
        "rspec",
        lambda seen: suite_name(seen.suite.get("name", "")) == "rspec",
        names_need_file=True,
        hides_retries="rspec_junit_formatter hides what rspec-retry did: a retried example is a"
        " plain pass; upload RSpec's own report (`--format json`), which shows it where"
        " `config.verbose_retry = true`.",
    ),
    Dialect(
        "node-test",
        lambda seen: (
            seen.case.get("classname") == "test" or (bool(seen.case) and not seen.has_suite)
        ),
        names_need_file=True,
    ),
    Dialect(
        "unittest-xml-reporting",
        lambda seen: _STAMPED.search(seen.suite.get("name", "")) is not None,
        Repeats.NEVER,
        file_from=FileFrom.MODULE,
    ),
    Dialect("android", lambda seen: {"device", "flavor"} <= seen.properties, variant_is_told=True),
    Dialect("karma", lambda seen: "browser.fullName" in seen.properties, suite_is_variant=True),
    Dialect("xcresult", lambda seen: seen.root.get("name", "").startswith("xcresult")),
    Dialect(
        "web-test-runner",
        lambda seen: "test.fileName" in seen.properties,
        Repeats.AFTER_FAILURE,
        names_need_file=True,
    ),
    Dialect(
        "bazel",
        lambda seen: (
            seen.root.get("name", "").startswith("//")
            or seen.suite.get("name", "").startswith("//")
        ),
        Repeats.UNKNOWN,
    ),
)
OTHER = Dialect("junit", lambda _: True, Repeats.UNKNOWN)


def dialect_of(seen: Evidence) -> Dialect:
    """The first dialect that recognises itself, or the one that assumes nothing."""
    return next((dialect for dialect in DIALECTS if dialect.tells(seen)), OTHER)


def suite_name(name: str) -> str:
    """The suite's name without the time or the number of a parallel process that writers append."""
    return "rspec" if _RSPEC_PROCESS.match(name) else _STAMPED.sub("", name)


def place_of(dialect: Dialect, suite: Suite, classname: str) -> tuple[str, str, str]:
    """A case's suite, class and variant: so that its id does not depend on its neighbours."""
    variant = suite.variant if dialect.variant_is_told else ""
    if dialect.suite_is_variant:  # classes begin with it, and its version changes
        prefix = suite.name.replace(" ", "_").replace(".", "_") + "."
        variant = "" if suite.name == NO_BUILD else _VERSION.sub("", suite.name, count=1)
        return "", classname.removeprefix(prefix), variant
    if classname in ("", "test"):
        return suite.path, classname, variant
    return classname if dialect.suite_is_class else suite.name, classname, variant


def name_of(attrs: Mapping[str, str], suite: Suite, limit: int) -> str:
    """A case's name; without the variant before it, where that is told of the suite."""
    name = short_name(attrs.get("name") or attrs.get("id") or "", limit)
    if suite.variant:
        name = name.removeprefix(f"[{suite.variant}] ")
    return name or UNNAMED


def module_file(classname: str) -> str | None:
    """The Python file of a dotted class name: `tests.test_a.TestThing` is `tests/test_a.py`."""
    parts: list[str] = []
    for part in classname.split("."):
        if not part or part[:1].isupper():
            break
        parts.append(part)
    return "/".join(parts) + ".py" if parts else None


def file_named_by(dialect: Dialect, suite: str, classname: str) -> str | None:
    """The file as far as the dialect's own names tell it."""
    match dialect.file_from:
        case FileFrom.CLASSNAME:
            return classname or None
        case FileFrom.SUITE:
            return suite if _JS_FILE.search(suite) else None
        case FileFrom.MODULE:
            return module_file(classname)
        case FileFrom.NOWHERE:
            return None
