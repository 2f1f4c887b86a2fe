"""JUnit XML, in every runner's dialect."""

from collections.abc import Iterator

from app.core.errors import BadInput
from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.junit_dialects import Dialect
from app.core.reports.junit_reader import JUnitReader
from app.core.reports.junit_runs import PlainRuns
from app.core.reports.ledger import Ledger
from app.core.reports.repeats import Sighting
from app.core.reports.source import Head, Source
from app.core.reports.together import ATTEMPTS

ROOTS = ("testsuites", "testsuite", "testcase", "testrun", ATTEMPTS)  # testrun: Eclipse
NESTED = (
    "Surefire writes the tests of nested classes into one file and keeps only the last round of"
    " reruns there, so retries may be missing; set `rerunFailingTestsCount` to 0 for them."
)
BEGINNING = 4_096  # characters in which a report shows whose it is
COUNTS = ("tests", "failures", "errors", "skipped")  # what suites claim of their cases


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read one JUnit report into the ledger."""
    reader = JUnitReader(source, ledger)
    reader.xml.take = PlainRuns(reader).take
    for _ in reader.xml.walk():
        yield
        reader.classname = None  # the ledger may have let the group go
    _finish(reader)


def _finish(reader: JUnitReader) -> None:
    """Say what only the end of the report shows."""
    ledger, notes = reader.ledger, reader.ledger.notes
    _say_where_cut(reader)
    notes.stated_ms = reader.stated_ms if reader.seen.has_suite else None
    dialect = reader.dialect or reader.settle_dialect({})
    if dialect.hides_retries and not reader.shows_retries and ledger.listed:
        notes.warn(dialect.hides_retries)
    reruns = reader.shows_retries or "surefire.rerunFailingTestsCount" in reader.seen.properties
    if reader.mixes_classes and reruns:
        notes.warn(NESTED)
    if dialect.drops_files and not reader.names_a_file and ledger.listed:
        notes.warn(dialect.drops_files)
    if not ledger.listed:
        _say_why_empty(reader, dialect)


def _say_where_cut(reader: JUnitReader) -> None:
    line = reader.xml.cut_at
    if line is None:
        return
    if reader.case is not None and reader.case.is_failing:
        reader.add(reader.case.attrs)
    if not reader.ledger.listed:
        reason = reader.xml.cut_reason.split(":")[0]
        raise BadInput(
            f"The XML cannot be read ({reason}, line {line}) and holds no case before that;"
            " let the runner write the report again.",
            line=line,
        )
    reader.ledger.notes.lacks(
        f"The report ends early or is damaged at line {line}; the cases before it were kept."
    )


def _say_why_empty(reader: JUnitReader, dialect: Dialect) -> None:
    stated = {key: reader.seen.suite.get(key) or reader.seen.root.get(key) for key in COUNTS}
    claimed = {key: value for key, value in stated.items() if value not in (None, "", "0")}
    if dialect.name == "playwright":
        sighting = Sighting(ReportedExecution(Outcome.ERRORED, None, None, "no tests"))
        reader.ledger.add(reader.ledger.group("", ""), "(no test was run)", sighting)
        reader.ledger.notes.warn(
            "Playwright ran no test, which is what it writes when a file fails to load; its JSON"
            " report would name the error."
        )
    elif claimed:
        said = ", ".join(f"{key}={value}" for key, value in claimed.items())
        reader.ledger.notes.lacks(
            f"The report claims {said[:200]} but lists no case, so nothing is known of them."
        )


def _recognises(head: Head) -> bool:
    # Check's own reports hold a <suite> after their date.
    return head.is_xml and head.root in ROOTS and "<suite>" not in head.text[:BEGINNING]


FORMAT = Format("junit", _recognises, read)
