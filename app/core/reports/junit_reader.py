"""JUnit XML's elements as they come; most cases pass, and cost little more than their tag."""

from collections.abc import Mapping

from app.core.errors import BadInput
from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.junit_case import (
    INNER,
    MAX_CHILDREN,
    PASSES,
    PLAIN_ATTRIBUTES,
    TELLING,
    Child,
    OpenCase,
)
from app.core.reports.junit_dialects import (
    NO_SUITE,
    OTHER,
    ROOT_SUITE,
    Dialect,
    Evidence,
    Suite,
    dialect_of,
    file_named_by,
    name_of,
    place_of,
    suite_name,
)
from app.core.reports.ledger import UNNAMED, Group, Ledger
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats, Sighting
from app.core.reports.source import Source
from app.core.reports.texts import moment, seconds_as_ms, short_name, whole
from app.core.reports.together import ATTEMPTS
from app.core.reports.xmlparse import XmlReader

SIMPLE_ATTRIBUTES = frozenset(
    ("name", "classname", "time", "file", "line", "status", "result", "timestamp", "assertions")
)
SIMPLE_BYTES = 130  # a sighting with its line
RAN = frozenset(("run", "completed", "passed", "success", "ok"))
PLAIN_NAME = 512  # characters; longer names take the slower way, where their size is counted
WITHIN = " › "  # noqa: RUF001 - the sign runners print between nested suites
JEST_LOAD_FAILURE = "Test suite failed to run"
WHOLE_SUITE = "(suite)"
GO_COVERAGE = "coverage.statements.pct"  # go-junit-report, of a package
DEVICE = "device"  # the Android Gradle plugin, of a suite: the same classes run on each
COUNTED = Sighting(ReportedExecution(Outcome.PASSED))


class JUnitReader:
    """Expat's callbacks; `start` and `end` are the hot path of every ingest."""

    def __init__(self, source: Source, ledger: Ledger) -> None:
        self.limits = source.limits
        self.ledger = ledger
        self.xml = XmlReader(source, start=self.start, end=self.end)
        self.dialect: Dialect | None = None
        self.seen = Evidence()
        self.suite = NO_SUITE
        self.outer: list[Suite] = []
        self.opened: dict[tuple[str, str, str | None], int] = {}
        self.attrs: Mapping[str, str] | None = None  # of the testcase that is open
        self.case: OpenCase | None = None  # set once that testcase has something inside
        self.property_name: str | None = None
        self.depth = 0
        self.first_plain: Mapping[str, str] | None = None  # shows how its writer writes
        self.group: Group = {}
        self.classname: str | None = None  # the group's, None when another suite began
        self.file: str | None = None  # that the group's cases name
        self.names_a_file = False
        self.root_file: str | None = None
        self.shows_retries = False
        self.mixes_classes = False  # a nested class's file holds cases of the classes around it
        self.stated_ms: int | None = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """A tag opens."""
        if tag == "testcase":
            self.attrs = attrs
        else:
            self._start_other(tag, attrs)

    def end(self, tag: str) -> None:
        """A tag closes; a case with name, class and time alone is put in at once."""
        if tag != "testcase":
            self._end_other(tag)
            return
        attrs, self.attrs = self.attrs, None
        if self.case is None and attrs is not None and len(attrs) == PLAIN_ATTRIBUTES:
            name = attrs.get("name")
            time = attrs.get("time")
            classname = attrs.get("classname")
            if name and time is not None and classname is not None:
                if classname != self.classname:
                    self.enter(classname, attrs)
                if name not in self.group and len(name) < PLAIN_NAME:
                    self.group[name] = PASSES[time]
                    self.ledger.listed += 1
                    self.first_plain = self.first_plain or attrs
                    return
        if attrs is not None and (self.case is not None or not self._add_simple(attrs)):
            self.add(attrs)

    def _add_simple(self, attrs: Mapping[str, str]) -> bool:
        """Put in a case with nothing inside; False when its attributes say more than usual."""
        name, classname = attrs.get("name"), attrs.get("classname")
        if not name or classname is None or not attrs.keys() <= SIMPLE_ATTRIBUTES:
            return False
        if attrs.get("status", "run") not in RAN or attrs.get("result", "run") not in RAN:
            return False
        file = attrs.get("file")
        if classname != self.classname or file != self.file:
            self.enter(classname, attrs)
        line = whole(attrs.get("line"))
        if name in self.group or len(name) >= PLAIN_NAME or (line is None and file):
            return False
        time = attrs.get("time", "")
        execution = PASSES[time]
        if line is None:
            self.group[name] = execution
        else:
            line += 1 - (self.dialect or OTHER).first_line
            self.group[name] = Sighting(execution, (), line or None, None, True, self.suite.part)
            self.ledger.held_bytes += SIMPLE_BYTES
        self.ledger.listed += 1
        if self.ledger.notes.started_at is None:
            self._began(attrs)
        return True

    @property
    def takes_cases(self) -> bool:
        """Whether a testcase that begins here is one: within a suite, not within a case."""
        return self.attrs is None and bool(self.outer)

    def enter(self, classname: str, attrs: Mapping[str, str]) -> None:
        """Find the group of this class, and its file where names tell it."""
        dialect = self.dialect or self.settle_dialect(attrs)
        suite = self.suite
        own = attrs.get("file") or attrs.get("filepath") or suite.file
        file, _ = repository_path(own or file_named_by(dialect, suite.name, classname))
        self.names_a_file = self.names_a_file or own is not None
        limit = self.limits.max_name
        within, owner, variant = place_of(dialect, suite, classname)
        is_inner = dialect.suite_is_class and "$" in suite.name
        self.mixes_classes |= is_inner and classname not in ("", "test", suite.name)
        self.group = self.ledger.group(
            within,
            short_name(owner, limit),
            file and short_name(file, limit),
            variant=variant,
            part=suite.part,
        )
        self.classname = classname
        self.file = attrs.get("file") or attrs.get("filepath")

    def settle_dialect(self, attrs: Mapping[str, str]) -> Dialect:
        self.seen.case = attrs
        self.dialect = dialect = dialect_of(self.seen)
        self.ledger.repeats = dialect.repeats
        self.ledger.names_need_file = dialect.names_need_file
        self.ledger.notes.dialect = dialect.name
        return dialect

    def add(self, attrs: Mapping[str, str]) -> None:
        case, self.case = self.case or OpenCase(attrs), None
        if self.ledger.is_counting:
            self._count(attrs)
            return
        classname = attrs.get("classname") or attrs.get("class") or ""
        if classname != self.classname or (attrs.get("file") or attrs.get("filepath")) != self.file:
            self.enter(classname, attrs)
        dialect = self.dialect or OTHER
        sighting = case.sighting(self.limits, part=self.suite.part, first_line=dialect.first_line)
        if sighting.line is None and "file" in attrs:
            sighting = sighting._replace(line=repository_path(attrs["file"])[1])
        self.shows_retries = self.shows_retries or bool(sighting.earlier)
        name = name_of(attrs, self.suite, self.limits.max_name)
        if classname == JEST_LOAD_FAILURE and name in self.group:
            return  # jest-junit lists a file that did not load twice
        if name == UNNAMED and dialect.repeats is Repeats.BARE_RERUNS and sighting.is_bare:
            return  # what pytest-xdist leaves of a worker that died
        self.ledger.add(self.group, name, sighting)
        self._began(attrs)

    def _count(self, attrs: Mapping[str, str]) -> None:
        """Only the name matters: the report is going to be read again."""
        classname = attrs.get("classname") or attrs.get("class") or ""
        self.enter(classname, attrs)
        name = name_of(attrs, self.suite, self.limits.max_name)
        if not (classname == JEST_LOAD_FAILURE and name in self.group):
            self.ledger.add(self.group, name, COUNTED)

    def _began(self, attrs: Mapping[str, str]) -> None:
        if stamp := attrs.get("timestamp"):
            self.ledger.notes.began(moment(stamp))

    def _start_other(self, tag: str, attrs: dict[str, str]) -> None:
        if ":" in tag:
            self.start(tag.rpartition(":")[2], attrs)
            return
        self.depth += 1
        if self.depth > self.limits.max_depth:
            raise BadInput(
                f"Line {self.xml.line}: elements are nested deeper than {self.limits.max_depth};"
                " raise REPORT_MAX_DEPTH if it is no attack.",
                line=self.xml.line,
            )
        if tag == "testsuite":
            self._open_suite(attrs)
        elif self.attrs is not None:
            self._start_inside(tag, attrs)
        else:
            self._start_outside(tag, attrs)

    def _start_outside(self, tag: str, attrs: dict[str, str]) -> None:
        """An element outside of any testcase."""
        if tag in ("testsuites", "testrun"):
            self.seen.root = attrs
            self._began(attrs)
        elif tag == ATTEMPTS:
            self.seen.is_attempts = True
        elif tag in ("error", "failure") and self.seen.has_suite:
            self.attrs = {"name": WHOLE_SUITE, "classname": self.suite.name}
            self._start_inside(tag, attrs)
        elif tag == "property":
            self.seen.note(name := attrs.get("name", ""))
            if name == DEVICE and self.suite is not NO_SUITE:
                self.suite.variant = short_name(attrs.get("value"), self.limits.max_name)
            elif name == GO_COVERAGE:
                self.ledger.notes.covers(self.suite.name, attrs.get("value"))

    def _end_other(self, tag: str) -> None:
        if ":" in tag:
            self.end(tag.rpartition(":")[2])
            return
        self.depth -= 1
        if tag == "testsuite":
            self.suite = self.outer.pop() if self.outer else NO_SUITE
            self.classname = None
        elif self.case is not None:
            self._end_inside(tag)

    def _open_suite(self, attrs: Mapping[str, str]) -> None:
        if not self.seen.has_suite:
            self.seen.suite, self.seen.has_suite = attrs, True
        self.outer.append(self.suite)
        name = short_name(suite_name(attrs.get("name") or ""), self.limits.max_name)
        around = self.suite.path
        path = f"{around}{WITHIN}{name}" if around and name else around or name
        file = attrs.get("file") or attrs.get("filepath") or self.suite.file or self.root_file
        if name == ROOT_SUITE:
            file = self.root_file = attrs.get("file")
        variant = short_name(attrs.get("hostname"), self.limits.max_name)
        place = (path[: self.limits.max_name], variant, file)
        part = self.opened[place] = self.opened.get(place, -1) + 1
        self.suite = Suite(name, place[0], file, variant, 0 if self.seen.is_attempts else part)
        self.classname = None
        self._began(attrs)
        if len(self.outer) == 1:
            time = seconds_as_ms(attrs.get("time"))
            self.stated_ms = (
                None if time is None or self.stated_ms is None else self.stated_ms + time
            )

    def _start_inside(self, tag: str, attrs: dict[str, str]) -> None:
        """An element inside a testcase."""
        if self.case is None:
            self.case = OpenCase(self.attrs or {})
        case = self.case
        if case.child is not None:
            if tag in INNER and not self.ledger.is_counting:
                self.xml.listen(case.child.inner(tag, self.limits).add)
        elif tag in TELLING and len(case.children) < MAX_CHILDREN:
            case.child = Child(tag, attrs, self.limits)
            case.children.append(case.child)
            if not self.ledger.is_counting:
                self.xml.listen(case.child.text.add)
        elif tag == "property":
            case.add_property(attrs.get("name", ""), attrs.get("value", ""))

    def _end_inside(self, tag: str) -> None:
        case = self.case
        if case is None or case.child is None:
            return
        if tag in INNER and case.child.tag not in INNER:
            if self.ledger.is_counting:
                return
            self.xml.listen(case.child.text.add)
        elif tag == case.child.tag:
            case.child = None
            self.xml.listen(None)
            if case.attrs.get("name") == WHOLE_SUITE and self.attrs is case.attrs:
                self.attrs = None
                self.add(case.attrs)
