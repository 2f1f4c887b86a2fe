"""RSpec's JSON report."""

from collections.abc import Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_object, as_text, count, words
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, seconds_as_ms, whole

LOAD_ERROR = "(error outside of examples)"


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report; errors outside of examples are a failing case."""
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    messages: list[str] = []
    stream = JsonStream(source, [("examples", "*"), ("messages",), ("summary",)])
    for path, value in stream:
        if path == ("messages",):
            messages = words(value)
        elif path == ("summary",):
            _end(ledger, as_object(value), messages)
        else:
            _add(ledger, as_object(value))
        yield
    finish(stream, ledger)


def _add(ledger: Ledger, example: Object) -> None:
    file, _ = repository_path(as_text(example.get("file_path")))
    status = as_text(example.get("status")) or ""
    duration = seconds_as_ms(example.get("run_time"))
    execution = ReportedExecution(Outcome.PASSED, duration)
    if status == "pending":
        execution = ReportedExecution(Outcome.SKIPPED, duration, None, "pending")
    elif status == "failed":
        error = as_object(example.get("exception"))
        said = failure(
            limit=ledger.limits.max_text,
            type=error.get("class"),
            message=error.get("message"),
            trace="\n".join(words(error.get("backtrace"))),
        )
        is_assertion = "Expectation" in (said.type or "Expectation")
        outcome = Outcome.FAILED if is_assertion else Outcome.ERRORED
        execution = ReportedExecution(outcome, duration, said)
    named = Named(
        as_text(example.get("full_description")) or as_text(example.get("description")) or "",
        file=file,
        line=whole(example.get("line_number")) or None,
    )
    ledger.put(named, [execution])


def _end(ledger: Ledger, summary: Object, messages: list[str]) -> None:
    ledger.notes.stated_ms = seconds_as_ms(summary.get("duration"))
    errors = count(summary.get("errors_outside_of_examples_count"))
    if errors:
        text = "\n".join(messages) or f"{errors} errors occurred outside of examples."
        first = next((line for line in text.split("\n") if line.strip()), text)
        said = failure(limit=ledger.limits.max_text, message=first, trace=text)
        execution = ReportedExecution(Outcome.ERRORED, None, said, "load error")
        ledger.put(Named(LOAD_ERROR), [execution])


def _recognises(head: Head) -> bool:
    return "examples" in head.keys and ("summary_line" in head.text or "version" in head.keys)


FORMAT = Format("rspec", _recognises, read)
