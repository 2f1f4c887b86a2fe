"""CTRF, the common test report format."""

from collections.abc import Iterator

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_list, as_object, as_text, count, objects, words
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.limits import Limits
from app.core.reports.names import repository_path, safe_link
from app.core.reports.properties import PROPERTIES_MOST, property_of
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment, short_name, whole

WITHIN = " › "  # noqa: RUF001 - between the names of nested suites
STATUS = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "other": Outcome.SKIPPED,
}
_BROKEN = ("timedout", "timeout", "broken", "error", "errored", "crash", "aborted")


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report; every test tells of its own retries."""
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    wanted = [("results", "tests", "*"), ("results", "summary"), ("results", "tool")]
    stream = JsonStream(source, wanted)
    for path, value in stream:
        found = as_object(value)
        if path[-1] == "summary":
            ledger.notes.began(moment(found.get("start")))
        elif path[-1] == "tool":
            ledger.notes.dialect = short_name(found.get("name"), 100)
        else:
            _add(ledger, found)
        yield
    finish(stream, ledger)


def _add(ledger: Ledger, test: Object) -> None:
    file, line = repository_path(as_text(test.get("filePath")))
    suite = test.get("suite")
    title = suite if isinstance(suite, str) else WITHIN.join(words(suite))
    variant = " ".join(
        said for key in ("browser", "device") if (said := as_text(test.get(key)) or "")
    )
    name = as_text(test.get("name")) or ""
    named = Named(
        name + _parameters(test, name),
        suite=title,
        file=file,
        line=whole(test.get("line")) or line,
        variant=variant,
        detail=_detail(test),
    )
    ledger.put(named, _executions(test, ledger.limits))


def _parameters(test: Object, name: str) -> str:
    """What the name does not tell of the parameters, as it would be written behind it."""
    said = [
        f"{short_name(key, 200)}={short_name(value, 200)}"
        for key, value in as_object(test.get("parameters")).items()
    ]
    return f"[{', '.join(said)}]" if said and not name.endswith(("]", ")")) else ""


def _executions(test: Object, limits: Limits) -> list[ReportedExecution]:
    """The attempts in their order; writers list them with or without the last one."""
    last = _execution(test, limits)
    attempts = [_execution(attempt, limits) for attempt in objects(test.get("retryAttempts"))]
    retried = count(test.get("retries"))
    if len(attempts) > max(retried, 1) or (attempts and len(attempts) == retried + 1):
        attempts = attempts[:-1]
    is_flaky = test.get("flaky", retried > 0) is True  # writers may leave it out
    if is_flaky and last.outcome is Outcome.PASSED and not attempts:
        attempts = [ReportedExecution(Outcome.FAILED, None, None, "retried")] * max(1, retried)
    elif last.outcome.is_failing and not attempts:
        attempts = [ReportedExecution(Outcome.FAILED, None, None, "retried")] * retried
    return [*attempts, last]


def _execution(test: Object, limits: Limits) -> ReportedExecution:
    status = (as_text(test.get("status")) or "other").lower()
    raw = (as_text(test.get("rawStatus")) or "").lower()
    outcome = STATUS.get(status, Outcome.SKIPPED)
    if raw in _BROKEN and outcome is not Outcome.PASSED:
        outcome = Outcome.ERRORED
    word = short_name(raw or status, 100)
    duration = milliseconds(test.get("duration"))
    if not outcome.is_failing:
        return ReportedExecution(outcome, duration, None, None if word == outcome.value else word)
    output = "\n".join([*words(test.get("stdout")), *words(test.get("stderr"))])
    said = failure(
        limit=limits.max_text,
        message=test.get("message"),
        trace=test.get("trace"),
        output=output,
    )
    return ReportedExecution(outcome, duration, said, None if word == "failed" else word)


def _detail(test: Object) -> CaseDetail | None:
    artifacts = tuple(
        (short_name(attachment.get("name"), 200), link)
        for attempt in (*objects(test.get("retryAttempts")), test)
        for attachment in objects(attempt.get("attachments"))
        if (link := safe_link(attachment.get("path")))
    )
    tags = tuple(short_name(tag, 200) for tag in as_list(test.get("tags")) if isinstance(tag, str))
    pairs = tuple(
        property_of(name, value)
        for group in ("labels", "extra")
        for name, value in as_object(test.get(group)).items()
        if isinstance(value, str | int | float)
    )
    if not tags and not artifacts and not pairs:
        return None
    return CaseDetail(tags=tags, properties=pairs[:PROPERTIES_MOST], artifacts=artifacts)


def _recognises(head: Head) -> bool:
    is_named = "reportFormat" in head.keys and '"CTRF"' in head.text
    return is_named or ("results" in head.keys and '"tool"' in head.text and '"tests"' in head.text)


FORMAT = Format("ctrf", _recognises, read)
