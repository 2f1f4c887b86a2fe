"""TRX, the report of `dotnet test` and MSTest."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import safe_link
from app.core.reports.properties import PROPERTIES_MOST, property_of
from app.core.reports.repeats import Repeats, part_of
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, short_name
from app.core.reports.xmltree import Node, TreeStream

RESULTS = (
    *("UnitTestResult", "TestResult", "GenericTestResult", "ManualTestResult"),
    *("WebTestResult", "LoadTestResult", "TestResultAggregation"),
)
OUTCOMES = {
    "passed": Outcome.PASSED,
    "passedbutrunaborted": Outcome.PASSED,
    "completed": Outcome.PASSED,
    "warning": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "timeout": Outcome.ERRORED,
    "aborted": Outcome.ERRORED,
    "disconnected": Outcome.ERRORED,
    "notexecuted": Outcome.SKIPPED,
    "inconclusive": Outcome.SKIPPED,
    "notrunnable": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "inprogress": Outcome.ERRORED,
}
_PLAIN_WORDS = frozenset({"passed", "failed", "notexecuted"})
SHARED_MOST = 20_000  # different definitions kept with tags and properties
_DEFINED = frozenset({"UnitTest"})
_WANTED = frozenset({*RESULTS, "Times", "ResultSummary"})


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a test run. Classes are defined after the results, so definitions are read first.

    What is listed again under the same id ran again; tests of different ids and rows of data may
    be shown under one name all the same.
    """
    ledger.repeats = Repeats.AFTER_FAILURE
    defined = _definitions(source)
    has_failed, summary = False, None
    stream = TreeStream(source, _WANTED)
    for _, node in stream:
        if node.tag == "Times":
            ledger.notes.began(moment(node.attrs.get("start")))
        elif node.tag == "ResultSummary":
            summary = node  # old versions write it first
        else:
            has_failed = _add(ledger, node, defined) or has_failed
        yield
    if summary is not None and not has_failed:
        _add_run_error(ledger, summary)
    stream.finish(ledger)


class Definition(NamedTuple):
    """What a run's definitions say of a test."""

    classname: str = ""
    detail: CaseDetail | None = None


UNDEFINED = Definition()


@dataclass(slots=True)
class Definitions:
    """The definitions by the tests' ids; those of one class and one category share theirs."""

    by_id: dict[str, Definition] = field(default_factory=dict)
    shared: dict[Definition, Definition] = field(default_factory=dict)

    def take(self, node: Node) -> None:
        """Take the definition of one test."""
        method = node.child("TestMethod")
        named = (method.attrs.get("className") or "") if method is not None else ""
        tags, pairs = _tags(node), tuple(islice(_pairs(node), PROPERTIES_MOST))
        detail = CaseDetail(tags=tags, properties=pairs) if tags or pairs else None
        found = Definition(short_name(named.split(",", 1)[0], 1000), detail)
        if len(self.shared) >= SHARED_MOST:  # each says something else: for all there is no room
            found = Definition(found.classname)
        self.by_id[node.attrs.get("id") or ""] = self.shared.setdefault(found, found)


def _tags(node: Node) -> tuple[str, ...]:
    categories = node.child("TestCategory")
    items = categories.all("TestCategoryItem") if categories is not None else ()
    return tuple(short_name(item.attrs.get("TestCategory"), 200) for item in items)


def _pairs(node: Node) -> Iterator[tuple[str, str]]:
    """Its owner and priority, and what its properties say."""
    owner = node.child("Owners", "Owner")
    if owner is not None:
        yield property_of("owner", owner.attrs.get("name"))
    if priority := node.attrs.get("priority"):
        yield property_of("priority", priority)
    properties = node.child("Properties")
    for one in properties.all("Property") if properties is not None else ():
        yield property_of(one.said("Key"), one.said("Value"))


def _definitions(source: Source) -> Definitions:
    found = Definitions()
    for _, node in TreeStream(source, _DEFINED):
        found.take(node)
    return found


def _add(ledger: Ledger, node: Node, defined: Definitions) -> bool:
    """Put a result in, or those inside it; whether any of them failed."""
    inner = node.child("InnerResults")
    rows = [row for row in inner.children if row.tag in RESULTS] if inner is not None else []
    if rows:
        return sum(_add(ledger, row, defined) for row in rows) > 0
    name = node.attrs.get("testName") or ""
    classname, told = defined.by_id.get(node.attrs.get("testId") or "", UNDEFINED)
    execution = _execution(ledger, node)
    named = Named(
        name.removeprefix(f"{classname}.") if classname else name,
        suite=classname,
        classname=classname,
        detail=_detail(node, told),
        part=_part(node),
    )
    ledger.put(named, [execution])
    ledger.notes.began(moment(node.attrs.get("startTime")))
    return execution.outcome.is_failing


def _part(node: Node) -> int:
    """Which test this is, and which row of its data."""
    test, row = node.attrs.get("testId"), node.attrs.get("dataRowInfo")
    return part_of(f"{test} {row}") if test else 0


def _execution(ledger: Ledger, node: Node) -> ReportedExecution:
    error = node.child("Output", "ErrorInfo")
    word = (node.attrs.get("outcome") or "").lower()
    unknown = Outcome.FAILED if error is not None else Outcome.PASSED
    outcome = OUTCOMES.get(word, unknown)
    duration = seconds_as_ms(node.attrs.get("duration"))
    kept = None if word in _PLAIN_WORDS or not word else short_name(word, 100)
    if not outcome.is_failing:
        return ReportedExecution(outcome, duration, None, kept)
    message = error.said("Message") if error is not None else None
    trace = error.said("StackTrace") if error is not None else None
    output = "\n".join(text for tag in ("StdOut", "StdErr") if (text := node.said("Output", tag)))
    said = failure(
        limit=ledger.limits.max_text, message=message, trace=trace or message, output=output
    )
    return ReportedExecution(outcome, duration, said, kept)


def _detail(node: Node, told: CaseDetail | None) -> CaseDetail | None:
    """What the definition says, with the files of this result."""
    files = node.child("ResultFiles")
    artifacts = tuple(
        (short_name(link.rsplit("/", 1)[-1], 200), link)
        for file in (files.all("ResultFile") if files is not None else ())
        if (link := safe_link(file.attrs.get("path")))
    )
    return (told or CaseDetail())._replace(artifacts=artifacts) if artifacts else told


def _add_run_error(ledger: Ledger, summary: Node) -> None:
    """A run that failed though no test did: the host crashed, or no test was found."""
    outcome = (summary.attrs.get("outcome") or "").lower()
    if outcome not in ("failed", "error", "aborted", "timeout"):
        return
    infos = summary.child("RunInfos")
    texts = [info.said("Text") or "" for info in infos.all("RunInfo")] if infos is not None else []
    text = "\n".join(texts) or f"The test run's outcome is {outcome}."
    said = failure(limit=ledger.limits.max_text, message=text.split("\n", 1)[0], trace=text)
    ledger.put(Named("(test run)"), [ReportedExecution(Outcome.ERRORED, None, said, outcome)])


def _recognises(head: Head) -> bool:
    return head.root == "TestRun" and (
        "/TeamTest/" in head.text or "<UnitTestResult" in head.text or "<TestSettings" in head.text
    )


FORMAT = Format("trx", _recognises, read)
