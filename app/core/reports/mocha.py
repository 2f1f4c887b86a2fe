"""Mocha's JSON report, and the lines of its `json-stream` reporter."""

from collections.abc import Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonlines import JsonLines
from app.core.reports.jsonshape import Object, as_object, as_text, count
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.limits import Limits
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment

LISTS = {"passes": Outcome.PASSED, "failures": Outcome.FAILED, "pending": Outcome.SKIPPED}
EVENTS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED}


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report of Mocha's `json` reporter; failed hooks stand among its failures."""
    _expect(ledger)
    stream = JsonStream(source, [*((name, "*") for name in LISTS), ("stats",)])
    for path, value in stream:
        found = as_object(value)
        if path == ("stats",):
            ledger.notes.began(moment(found.get("start")))
            ledger.notes.stated_ms = milliseconds(found.get("duration"))
        else:
            _add(ledger, found, LISTS[path[0]])
        yield
    finish(stream, ledger)


def read_stream(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read what Mocha's `json-stream` reporter printed."""
    _expect(ledger)
    lines = JsonLines(source)
    for value in lines:
        if not isinstance(value, list) or len(value) != 2:
            continue
        event, test = value
        if event in EVENTS:
            _add(ledger, as_object(test), EVENTS[event])
        elif event == "start":
            ledger.notes.warn(
                "Mocha's `json-stream` reporter leaves out pending tests; use its `json` reporter."
            )
        yield
    lines.finish(ledger)


def _expect(ledger: Ledger) -> None:
    ledger.repeats = Repeats.NEVER  # retries are told by `currentRetry`
    ledger.names_need_file = True


def _add(ledger: Ledger, test: Object, outcome: Outcome) -> None:
    title = as_text(test.get("title")) or ""
    full = as_text(test.get("fullTitle")) or title
    file, _ = repository_path(as_text(test.get("file")))
    duration = milliseconds(test.get("duration"))
    last = ReportedExecution(outcome, duration)
    if outcome is Outcome.SKIPPED:
        last = last._replace(word="pending")
    elif outcome is Outcome.FAILED:
        last = _failed(test, title, duration, ledger.limits)
    retried = count(test.get("currentRetry")) if outcome is not Outcome.SKIPPED else 0
    earlier = [ReportedExecution(Outcome.FAILED, None, None, "retried")] * retried
    around = full.removesuffix(title).strip()
    ledger.put(Named(title, classname=around, file=file), [*earlier, last])


def _failed(test: Object, title: str, duration: int | None, limits: Limits) -> ReportedExecution:
    error = test.get("err")
    stack = as_text(test.get("stack"))
    if isinstance(error, str):  # json-stream
        said = failure(limit=limits.max_text, message=error, trace=stack)
        is_assertion = "AssertionError" in (stack or "")
    else:
        found = as_object(error)
        said = failure(
            limit=limits.max_text,
            type=found.get("name"),
            message=found.get("message"),
            trace=found.get("stack"),
            expected=found.get("expected"),
            actual=found.get("actual"),
        )
        is_assertion = "expected" in found or "Assertion" in (said.type or said.trace or "")
    is_hook = '" hook' in title
    outcome = Outcome.FAILED if is_assertion and not is_hook else Outcome.ERRORED
    return ReportedExecution(outcome, duration, said, "hook" if is_hook else None)


def _recognises(head: Head) -> bool:
    return {"stats"} <= head.keys and "results" not in head.keys and "passes" in head.text


def _recognises_stream(head: Head) -> bool:
    return head.text.startswith(('["start",', '["pass",', '["fail",'))


FORMAT = Format("mocha", _recognises, read)
STREAM_FORMAT = Format("mocha json-stream", _recognises_stream, read_stream)
