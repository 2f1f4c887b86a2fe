"""mochawesome's JSON: suites in suites, with hooks; retries are lost in it."""

from collections.abc import Iterator

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_object, as_text, objects
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment

WITHIN = " › "  # noqa: RUF001 - between the titles of nested suites
MAX_DEPTH = 100


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report of mochawesome or cypress-mochawesome."""
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    stream = JsonStream(source, [("stats",), ("results", "*")])
    for path, value in stream:
        found = as_object(value)
        if path == ("stats",):
            ledger.notes.began(moment(found.get("start")))
            ledger.notes.stated_ms = milliseconds(found.get("duration"))
        else:
            _add_suite(ledger, found, None, (), 0)
        yield
    finish(stream, ledger)
    ledger.notes.warn(
        "mochawesome hides retries: a test that passed on retry is a plain pass; upload the report"
        " of Mocha's `json` reporter instead."
    )


def _add_suite(
    ledger: Ledger, suite: Object, file: str | None, titles: tuple[str, ...], depth: int
) -> None:
    title = as_text(suite.get("title")) or ""
    own = as_text(suite.get("fullFile")) or as_text(suite.get("file"))
    file = repository_path(own)[0] or file
    below = (*titles, title) if title else titles
    for test in objects(suite.get("tests")):
        _add_test(ledger, test, file, below)
    for hooks in ("beforeHooks", "afterHooks"):
        for hook in objects(suite.get(hooks)):
            if hook.get("fail") is True or hook.get("state") == "failed":
                _add_test(ledger, hook, file, below, is_hook=True)
    if depth < MAX_DEPTH:
        for inner in objects(suite.get("suites")):
            _add_suite(ledger, inner, file, below, depth + 1)


def _add_test(
    ledger: Ledger,
    test: Object,
    file: str | None,
    titles: tuple[str, ...],
    *,
    is_hook: bool = False,
) -> None:
    duration = milliseconds(test.get("duration"))
    if is_hook or test.get("fail") is True or test.get("state") == "failed":
        error = as_object(test.get("err"))
        stack = as_text(error.get("estack"))
        said = failure(
            limit=ledger.limits.max_text,
            message=error.get("message"),
            trace=stack,
            expected=error.get("expected"),
            actual=error.get("actual"),
        )
        is_assertion = "Assertion" in (as_text(error.get("message")) or "") + (stack or "")
        outcome = Outcome.FAILED if is_assertion and not is_hook else Outcome.ERRORED
        execution = ReportedExecution(outcome, duration, said, "hook" if is_hook else None)
    elif test.get("pass") is True or test.get("state") == "passed":
        execution = ReportedExecution(Outcome.PASSED, duration)
    else:
        word = "pending" if test.get("pending") is True else "did not run"
        execution = ReportedExecution(Outcome.SKIPPED, duration, None, word)
    name = as_text(test.get("title")) or ""
    ledger.put(Named(name, classname=WITHIN.join(titles), file=file), [execution])


def _recognises(head: Head) -> bool:
    return {"stats", "results"} <= head.keys


FORMAT = Format("mochawesome", _recognises, read)
