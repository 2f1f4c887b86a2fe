"""TRX, the report of `dotnet test` and MSTest."""

from collections.abc import Iterator

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import safe_link
from app.core.reports.repeats import Repeats
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
_DEFINED = frozenset({"UnitTest"})
_WANTED = frozenset({*RESULTS, "Times", "ResultSummary"})


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a test run. Classes are defined after the results, so definitions are read first."""
    ledger.repeats = Repeats.AFTER_FAILURE
    classes = _classes(source)
    has_failed, summary = False, None
    stream = TreeStream(source, _WANTED)
    for _, node in stream:
        if node.tag == "Times":
            ledger.notes.began(moment(node.attrs.get("start")))
        elif node.tag == "ResultSummary":
            summary = node  # old versions write it first
        else:
            has_failed = _add(ledger, node, classes) or has_failed
        yield
    if summary is not None and not has_failed:
        _add_run_error(ledger, summary)
    stream.finish(ledger)


def _classes(source: Source) -> dict[str, str]:
    """The class of every test, by the test's id."""
    classes: dict[str, str] = {}
    for _, node in TreeStream(source, _DEFINED):
        method = node.child("TestMethod")
        if method is not None:
            name = (method.attrs.get("className") or "").split(",", 1)[0]
            classes[node.attrs.get("id") or ""] = short_name(name, 1000)
    return classes


def _add(ledger: Ledger, node: Node, classes: dict[str, str]) -> bool:
    """Put a result in, or those inside it; whether any of them failed."""
    inner = node.child("InnerResults")
    rows = [row for row in inner.children if row.tag in RESULTS] if inner is not None else []
    if rows:
        return sum(_add(ledger, row, classes) for row in rows) > 0
    name = node.attrs.get("testName") or ""
    classname = classes.get(node.attrs.get("testId") or "", "")
    execution = _execution(ledger, node)
    named = Named(
        name.removeprefix(f"{classname}.") if classname else name,
        suite=classname,
        classname=classname,
        detail=_detail(node),
    )
    ledger.put(named, [execution])
    ledger.notes.began(moment(node.attrs.get("startTime")))
    return execution.outcome.is_failing


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


def _detail(node: Node) -> CaseDetail | None:
    files = node.child("ResultFiles")
    if files is None:
        return None
    artifacts = tuple(
        (short_name(link.rsplit("/", 1)[-1], 200), link)
        for file in files.all("ResultFile")
        if (link := safe_link(file.attrs.get("path")))
    )
    return CaseDetail(artifacts=artifacts) if artifacts else None


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
