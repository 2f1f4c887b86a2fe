"""Playwright's JSON report: the one that shows every retry."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import (
    Object,
    as_object,
    as_text,
    count,
    looks_like_json,
    objects,
    words,
)
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.limits import Limits
from app.core.reports.names import relative_to, repository_path, safe_link
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import clean, failure, milliseconds, moment, short_name, whole

WITHIN = " › "  # noqa: RUF001 - the sign Playwright prints between titles
STOPPED = "Testing stopped early"  # an error that is the consequence of failed tests
DID_NOT_RUN = ReportedExecution(Outcome.SKIPPED, None, None, "did not run")
NO_ATTEMPT = ("did not run", "interrupted")  # words of what tells nothing of the test
MAX_DEPTH = 100  # describe blocks in one another


@dataclass(slots=True)
class Setup:
    """What the report's configuration says."""

    root: str = ""  # where the tests lie; files are relative to it
    folder: str = ""  # where the configuration lies, mostly the repository's root
    retries: dict[str, int] | None = None  # by project

    def file(self, file: str | None) -> str | None:
        """The file as the repository has it, as far as that can be told."""
        if not file or not self.root:
            return repository_path(file)[0]
        path = file if file.startswith("/") else f"{self.root}/{file}"
        below, _ = repository_path(path)
        return below if below != path else relative_to(path, self.folder)


def _setup(config: Object) -> Setup:
    root = (as_text(config.get("rootDir")) or "").replace("\\", "/")
    own = (as_text(config.get("configFile")) or "").replace("\\", "/")
    retries = {
        as_text(project.get("name")) or "": count(project.get("retries"))
        for project in objects(config.get("projects"))
    }
    return Setup(root, own.rpartition("/")[0] or root, retries)


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report; errors outside of tests are failing cases of their own."""
    ledger.repeats = Repeats.AGAIN
    setup, global_errors = Setup(), 0
    wanted = [("config",), ("suites", "*"), ("errors", "*"), ("stats",)]
    stream = JsonStream(source, wanted)
    for path, value in stream:
        found = as_object(value)
        if path == ("config",):
            setup = _setup(found)
        elif path == ("stats",):
            ledger.notes.began(moment(found.get("startTime")))
            ledger.notes.stated_ms = milliseconds(found.get("duration"))
        elif path[0] == "suites":
            _add_suite(ledger, setup, found, (), 0)
        else:
            global_errors += _add_error(ledger, setup, found, global_errors + 1)
        yield
    finish(stream, ledger)


def _add_suite(
    ledger: Ledger, setup: Setup, suite: Object, titles: tuple[str, ...], depth: int
) -> None:
    """Put in the specs of a suite; the outermost one is the file and no part of their names."""
    title = as_text(suite.get("title")) or ""
    below = (*titles, title) if depth else ()
    for spec in objects(suite.get("specs")):
        for test in objects(spec.get("tests")):
            _add_test(ledger, setup, suite, spec, test, below)
    if depth < MAX_DEPTH:
        for inner in objects(suite.get("suites")):
            _add_suite(ledger, setup, inner, below, depth + 1)


def _add_test(
    ledger: Ledger,
    setup: Setup,
    suite: Object,
    spec: Object,
    test: Object,
    titles: tuple[str, ...],
) -> None:
    file = as_text(spec.get("file")) or as_text(suite.get("file"))
    results = list(objects(test.get("results")))
    limits = ledger.limits
    executions = _ran([_execution(test, result, limits) for result in results])
    named = Named(
        WITHIN.join([*titles, as_text(spec.get("title")) or ""]),
        suite=file or "",
        classname=file or "",
        file=setup.file(file),
        line=whole(spec.get("line")) or None,
        variant=as_text(test.get("projectName")) or "",
        detail=_detail(setup, spec, test, results),
    )
    ledger.put(named, executions)


def _ran(executions: list[ReportedExecution]) -> list[ReportedExecution]:
    """The attempts up to the last that ran; of a test of which none did, what is said of it.

    In a serial group an earlier test's failing retry keeps the later ones from theirs: what they
    came to is what they came to before.
    """
    last = len(executions)
    while last and executions[last - 1].word in NO_ATTEMPT:
        last -= 1
    return executions[:last] or executions[-1:] or [DID_NOT_RUN]


def _execution(test: Object, result: Object, limits: Limits) -> ReportedExecution:
    status = as_text(result.get("status")) or ""
    expected = as_text(test.get("expectedStatus")) or "passed"
    duration = milliseconds(result.get("duration"))
    if status == "skipped":
        ran = result.get("workerIndex", 0) != -1
        word = None if ran or expected == "skipped" else "did not run"
        return ReportedExecution(Outcome.SKIPPED, duration, None, word)
    if status == "interrupted":
        return ReportedExecution(Outcome.SKIPPED, duration, None, status)
    if status == expected:
        word = None if status == "passed" else f"expected {status}"
        return ReportedExecution(Outcome.PASSED, duration, None, word)
    if status == "passed":
        said = failure(limit=limits.max_text, message=f"Passed, though {expected} was expected.")
        return ReportedExecution(Outcome.FAILED, duration, said, "unexpectedly passed")
    return _failed(result, status, duration, limits)


def _failed(result: Object, status: str, duration: int | None, limits: Limits) -> ReportedExecution:
    errors = list(objects(result.get("errors"))) or [as_object(result.get("error"))]
    texts = [
        clean(as_text(error.get("message")) or as_text(error.get("value")) or "")
        for error in errors
    ]
    stacks = [
        as_text(error.get("stack")) or text for error, text in zip(errors, texts, strict=True)
    ]
    output = "".join(
        as_text(piece.get("text")) or ""
        for stream in ("stdout", "stderr")
        for piece in objects(result.get(stream))
    )
    said = failure(
        limit=limits.max_text, message=texts[0], trace="\n\n".join(stacks), output=output
    )
    is_assertion = status == "failed" and any("expect(" in text for text in texts)
    word = None if status == "failed" else "timed out" if status == "timedOut" else status
    outcome = Outcome.FAILED if is_assertion else Outcome.ERRORED
    return ReportedExecution(outcome, duration, said, short_name(word, 100) or None)


def _detail(setup: Setup, spec: Object, test: Object, results: list[Object]) -> CaseDetail | None:
    artifacts = tuple(
        (short_name(attachment.get("name"), 200), link)
        for result in results
        for attachment in objects(result.get("attachments"))
        if (link := safe_link(relative_to(as_text(attachment.get("path")), setup.folder)))
    )
    properties = tuple(
        (short_name(note.get("type"), 200), short_name(note.get("description"), 1000))
        for note in objects(test.get("annotations"))
    )
    retries = (setup.retries or {}).get(as_text(test.get("projectName")) or "")
    return CaseDetail(
        tags=tuple(words(spec.get("tags"))),
        properties=properties,
        timeout_ms=milliseconds(test.get("timeout")),
        retries=retries,
        artifacts=artifacts,
    )


def _add_error(ledger: Ledger, setup: Setup, error: Object, number: int) -> int:
    """Put in an error outside of any test; how many cases that makes."""
    text = clean(as_text(error.get("message")) or as_text(error.get("value")) or "")
    if text.startswith(STOPPED):
        ledger.notes.warn(
            "Playwright stopped early after failed tests (`maxFailures`); the others did not run."
        )
        return 0
    place = as_object(error.get("location"))
    file = setup.file(as_text(place.get("file")))
    said = failure(limit=ledger.limits.max_text, message=text, trace=error.get("stack") or text)
    name = "(global error)" if number == 1 else f"(global error {number})"
    line = whole(place.get("line")) or None
    execution = ReportedExecution(Outcome.ERRORED, None, said, "global error")
    ledger.put(Named(name, file=file, line=line), [execution])
    return 1


def _recognises(head: Head) -> bool:
    return looks_like_json(head) and (
        ({"config", "suites"} <= head.keys or "config" in head.keys)
        and ('"rootDir"' in head.text or '"projects"' in head.text)
    )


FORMAT = Format("playwright", _recognises, read)
