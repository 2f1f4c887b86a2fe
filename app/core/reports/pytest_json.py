"""pytest-json-report's file."""

from collections.abc import Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_object, as_text
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, whole

STAGES = ("setup", "call", "teardown")
OUTCOMES = {
    "passed": Outcome.PASSED,
    "xpassed": Outcome.PASSED,
    "rerun": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "skipped": Outcome.SKIPPED,
    "xfailed": Outcome.SKIPPED,
}
OF_SUBTESTS = "subtests "  # before the outcome of a test that has some
WORDS = {"xpassed": "xpass", "xfailed": "xfail", "rerun": "rerun"}


def named_by(nodeid: str, *, line: int | None = None) -> Named:
    """The case of a node id, named as pytest's JUnit XML names it."""
    file, _, rest = nodeid.partition("::")
    module = file.removesuffix(".py").replace("/", ".")
    if not rest:
        return Named(module, suite="pytest", file=file or None)
    head, bracket, parameters = rest.partition("[")
    *classes, name = head.split("::")
    return Named(
        name + bracket + parameters,
        suite="pytest",
        classname=".".join([module, *classes]),
        file=file,
        line=line,
    )


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report; a module that could not be collected is a failing case."""
    ledger.repeats = Repeats.ATTEMPTS
    wanted = [("created",), ("duration",), ("collectors", "*"), ("tests", "*")]
    stream = JsonStream(source, wanted)
    for path, value in stream:
        if path == ("created",):
            ledger.notes.began(moment(value))
        elif path == ("duration",):
            ledger.notes.stated_ms = seconds_as_ms(value)
        elif path[0] == "collectors":
            _add_collector(ledger, as_object(value))
        else:
            _add(ledger, as_object(value))
        yield
    finish(stream, ledger)


def _add_collector(ledger: Ledger, collector: Object) -> None:
    nodeid = as_text(collector.get("nodeid")) or ""
    if collector.get("outcome") == "failed" and nodeid:
        text = as_text(collector.get("longrepr"))
        said = failure(limit=ledger.limits.max_text, message="collection failure", trace=text)
        execution = ReportedExecution(Outcome.ERRORED, None, said, "collection failure")
        ledger.put(named_by(nodeid), [execution])


def _add(ledger: Ledger, test: Object) -> None:
    word = (as_text(test.get("outcome")) or "").removeprefix(OF_SUBTESTS)
    outcome = OUTCOMES.get(word, Outcome.ERRORED)
    stages = [as_object(test.get(stage)) for stage in STAGES]
    setup, call, teardown = (seconds_as_ms(stage.get("duration")) for stage in stages)
    said = None
    if outcome.is_failing:
        broken = next((s for s in stages if s.get("outcome") in ("failed", "error")), stages[1])
        output = "".join(as_text(s.get(k)) or "" for s in stages for k in ("stdout", "stderr"))
        said = failure(
            limit=ledger.limits.max_text,
            message=as_object(broken.get("crash")).get("message"),
            trace=broken.get("longrepr"),
            output=output,
        )
    line = whole(test.get("lineno"))
    named = named_by(as_text(test.get("nodeid")) or "", line=None if line is None else line + 1)
    last = ReportedExecution(outcome, call, said, WORDS.get(word), setup, teardown)
    earlier = []
    if word == "rerun":
        earlier = [ReportedExecution(Outcome.FAILED, None, None, "rerun")]
        ledger.notes.warn(
            "pytest-json-report keeps of a rerun test only that it was rerun; pytest's own JUnit"
            " XML or pytest-reportlog (`--report-log`) shows every execution."
        )
    ledger.put(named, [*earlier, last])


def _recognises(head: Head) -> bool:
    return {"created", "exitcode", "root"} <= head.keys


FORMAT = Format("pytest-json-report", _recognises, read)
