"""Jest's JSON report (`--json`), and what Vitest's, which is shaped alike, shares with it."""

from collections import Counter
from collections.abc import Callable, Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import (
    Object,
    as_list,
    as_object,
    as_text,
    count,
    objects,
    words,
)
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.limits import Limits
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import clean, failure, milliseconds, moment, whole

WITHIN = " › "  # noqa: RUF001 - the sign Jest prints between titles
LOAD_FAILURE = "(file failed)"
SEVERAL = (
    "“{}” and perhaps other files are listed more than once, as when several projects run them; the"
    " report does not name the projects, so they are told apart by their order. Let each project"
    " write a report of its own."
)
NOT_RUN = frozenset({"pending", "skipped", "disabled", "todo", "focused"})

Attempts = Callable[[Object, Limits], list[ReportedExecution]]


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report of Jest."""
    return read_files(source, ledger, _attempts)


def read_files(source: Source, ledger: Ledger, attempts: Attempts) -> Iterator[None]:
    """Read a report that lists test files; a file that failed as a whole is a case."""
    ledger.repeats = Repeats.NEVER  # retries are told within a test
    ledger.names_need_file = True
    stream = JsonStream(source, [("testResults", "*"), ("startTime",)])
    listed: Counter[str | None] = Counter()
    for path, value in stream:
        if path == ("startTime",):
            ledger.notes.began(moment(value))
        else:
            result = as_object(value)
            file = _file(result)
            _add_file(ledger, result, file, attempts, part=listed[file])
            listed[file] += 1
        yield
    if file := next((file for file, times in listed.items() if file and times > 1), None):
        ledger.notes.warn(SEVERAL.format(file[:200]))
    finish(stream, ledger)


def _file(result: Object) -> str | None:
    name = as_text(result.get("name")) or as_text(result.get("testFilePath"))
    return repository_path(name)[0]


def _add_file(
    ledger: Ledger, result: Object, file: str | None, attempts: Attempts, *, part: int
) -> None:
    has_failed = False
    listed = result.get("assertionResults") or result.get("testResults")
    for test in objects(listed):
        executions = attempts(test, ledger.limits)
        has_failed = has_failed or executions[-1].outcome.is_failing
        place = as_object(test.get("location"))
        named = Named(
            as_text(test.get("title")) or as_text(test.get("fullName")) or "",
            classname=WITHIN.join(words(test.get("ancestorTitles"))),
            file=file,
            line=whole(place.get("line")) or None,
            part=part,
        )
        ledger.put(named, executions)
    if result.get("status") == "failed" and not has_failed:
        _add_load_failure(ledger, result, file, part=part)


def _add_load_failure(ledger: Ledger, result: Object, file: str | None, *, part: int) -> None:
    text = clean(as_text(result.get("message")) or as_text(result.get("failureMessage")) or "")
    message = next((line.strip() for line in text.split("\n") if line.strip(" ●")), "")
    said = failure(limit=ledger.limits.max_text, message=message, trace=text)
    execution = ReportedExecution(Outcome.ERRORED, None, said, "file failed")
    ledger.put(Named(LOAD_FAILURE, file=file, part=part), [execution])


def failed(test: Object, texts: list[str], limits: Limits) -> ReportedExecution:
    """A failing execution with what is said of it."""
    first = next(iter(objects(test.get("failureDetails"))), {})
    matcher = as_object(first.get("matcherResult"))
    message = clean(texts[0]).strip() if texts else None
    said = failure(
        limit=limits.max_text,
        message=message.split("\n    at ", 1)[0] if message else None,
        trace="\n\n".join(texts),
        expected=_shown(matcher.get("expected")),
        actual=_shown(matcher.get("actual")),
    )
    return ReportedExecution(Outcome.FAILED, milliseconds(test.get("duration")), said)


def _shown(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else repr(value)[:2000]


def ended(test: Object) -> ReportedExecution:
    """The execution of a test that did not fail."""
    status = as_text(test.get("status")) or "passed"
    duration = milliseconds(test.get("duration"))
    if status in NOT_RUN:
        word = None if status == "skipped" else status
        return ReportedExecution(Outcome.SKIPPED, duration, None, word)
    return ReportedExecution(Outcome.PASSED, duration)


def _attempts(test: Object, limits: Limits) -> list[ReportedExecution]:
    """All executions: `invocations` of them, the reasons of the earlier ones beside."""
    retried = max(0, count(test.get("invocations")) - 1)
    reasons = [as_text(r) or "" for r in as_list(test.get("retryReasons"))]
    reasons += [""] * (retried - len(reasons))
    status = test.get("status")
    if status in NOT_RUN:
        return [ended(test)]
    earlier = [
        failed({}, [reason] if reason else [], limits)._replace(duration_ms=None)
        for reason in reasons[:retried]
    ]
    if status == "failed":
        return [*earlier, failed(test, words(test.get("failureMessages")), limits)]
    return [*earlier, ended(test)]


def _recognises(head: Head) -> bool:
    return "numTotalTests" in head.keys and (
        "numRuntimeErrorTestSuites" in head.keys or "openHandles" in head.keys
    )


FORMAT = Format("jest", _recognises, read)
