"""RSpec's JSON report."""

import re
from collections.abc import Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_object, as_text, count, words
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.limits import Limits
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, seconds_as_ms, whole

LOAD_ERROR = "(error outside of examples)"
HIDES = (
    "RSpec's report shows what rspec-retry did only with `config.verbose_retry = true`; without it"
    " a retried example is a plain pass."
)
_RETRY = re.compile(r"\s*RSpec::Retry: \d+(?:st|nd|rd|th) try (\S+:\d+)")
_TRY_ERROR = re.compile(r"\s*\d+(?:st|nd|rd|th) Try error in (\S+:\d+):(.*)", re.DOTALL)


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report; errors outside of examples are a failing case."""
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    messages: list[str] = []
    retries = Retries(ledger)
    stream = JsonStream(source, [("examples", "*"), ("messages",), ("summary",)])
    for path, value in stream:
        if path == ("messages",):
            messages = words(value)
            retries.learn(messages)
        elif path == ("summary",):
            _end(ledger, as_object(value), messages)
        else:
            _add(as_object(value), retries)
        yield
    retries.finish()
    finish(stream, ledger)


class Retries:
    """What rspec-retry said while it ran examples again; RSpec writes it before the examples."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.limits = ledger.limits
        self._errors: dict[str, list[str]] = {}  # of failed attempts, by `./spec/cart_spec.rb:12`
        self._waiting: dict[str, list[tuple[Named, ReportedExecution]]] = {}

    def learn(self, messages: list[str]) -> None:
        """Take the messages of the whole run, in their order."""
        errors: dict[str, str] = {}
        for message in messages:
            if found := _TRY_ERROR.match(message):
                errors[found.group(1)] = found.group(2).strip()
            elif found := _RETRY.match(message):
                said = errors.pop(found.group(1), "")
                self._errors.setdefault(found.group(1), []).append(said)

    def put(self, place: str, named: Named, execution: ReportedExecution) -> None:
        """Put an example in; one that was run again waits for others of its line."""
        if place in self._errors and execution.outcome is not Outcome.SKIPPED:
            self._waiting.setdefault(place, []).append((named, execution))
        else:
            self._ledger.put(named, [execution])

    def finish(self) -> None:
        """Put in what waits, and say what cannot be told."""
        for place, examples in self._waiting.items():
            is_plain = len(examples) == 1
            earlier = [self._attempt(text) for text in self._errors[place]] if is_plain else []
            for named, execution in examples:
                self._ledger.put(named, [*earlier, execution])
            if not is_plain:
                self._ledger.notes.warn(
                    f"Several examples stand at {place[:200]}, and the report does not say which"
                    " of them rspec-retry ran again."
                )
        if self._ledger.listed and not self._errors:
            self._ledger.notes.warn(HIDES)

    def _attempt(self, text: str) -> ReportedExecution:
        said = failure(limit=self.limits.max_text, message=text)
        return ReportedExecution(Outcome.FAILED, None, said, "retried")


def _add(example: Object, retries: Retries) -> None:
    file, _ = repository_path(as_text(example.get("file_path")))
    status = as_text(example.get("status")) or ""
    duration = seconds_as_ms(example.get("run_time"))
    execution = ReportedExecution(Outcome.PASSED, duration)
    if status == "pending":
        execution = ReportedExecution(Outcome.SKIPPED, duration, None, "pending")
    elif status == "failed":
        execution = _failed(example, duration, retries.limits)
    named = Named(
        as_text(example.get("full_description")) or as_text(example.get("description")) or "",
        file=file,
        line=whole(example.get("line_number")) or None,
    )
    retries.put(f"{example.get('file_path')}:{example.get('line_number')}", named, execution)


def _failed(example: Object, duration: int | None, limits: Limits) -> ReportedExecution:
    error = as_object(example.get("exception"))
    said = failure(
        limit=limits.max_text,
        type=error.get("class"),
        message=error.get("message"),
        trace="\n".join(words(error.get("backtrace"))),
    )
    is_assertion = "Expectation" in (said.type or "Expectation")
    outcome = Outcome.FAILED if is_assertion else Outcome.ERRORED
    return ReportedExecution(outcome, duration, said)


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
