"""Dart's and Flutter's JSON reporter: one event a line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.outcomes import Failure, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonlines import Event, JsonLines
from app.core.reports.jsonshape import as_object, as_text
from app.core.reports.keeper import TextKeeper
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, whole

RESULTS = {"success": Outcome.PASSED, "failure": Outcome.FAILED, "error": Outcome.ERRORED}
USUAL = "vm"  # the platform that goes without saying
LOADING = "loading "
RETRY = "Retry: "  # printed, with the test's name, before a failed test runs again


@dataclass(slots=True)
class OpenTest:
    """A test between its start and its end."""

    name: str
    file: str | None
    line: int | None
    began: int
    platform: str = ""  # a browser, or a compiler
    error: str = ""
    trace: str = ""
    is_assertion: bool = False
    earlier: list[ReportedExecution] = field(default_factory=list)


class DartReader:
    """The tests that have begun and not ended."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.suites: dict[object, tuple[str | None, str]] = {}  # file and platform
        self.open: dict[object, OpenTest] = {}
        self.keepers: dict[object, TextKeeper] = {}
        self.is_done = False

    def take(self, event: Event) -> None:
        """Take one event."""
        kind = event.get("type")
        if kind == "suite":
            suite = as_object(event.get("suite"))
            platform = as_text(suite.get("platform")) or ""
            self.suites[_id(suite)] = (
                repository_path(as_text(suite.get("path")))[0],
                "" if platform == USUAL else platform,
            )
        elif kind == "testStart":
            self._start(event)
        elif kind == "error":
            self._error(event)
        elif kind == "print":
            self._print(event)
        elif kind == "testDone":
            self._end(event)
        elif kind == "done":
            self.is_done = True

    def _print(self, event: Event) -> None:
        key = _key(event.get("testID"))
        test = self.open.get(key)
        if test is not None and event.get("message") == f"{RETRY}{test.name}":
            self._retry(key, test)
            return
        if key not in self.keepers:
            self.keepers[key] = TextKeeper(self.ledger.limits.max_text, keep_end=True)
        self.keepers[key].add(f"{as_text(event.get('message')) or ''}\n")

    def _retry(self, key: object, test: OpenTest) -> None:
        """A test failed and runs again: what was said so far is told of that attempt."""
        keeper = self.keepers.pop(key, None)
        outcome = Outcome.FAILED if test.is_assertion else Outcome.ERRORED
        said = self._failure(test, keeper.text() if keeper else "")
        test.earlier.append(ReportedExecution(outcome, None, said, "retried"))
        test.error = test.trace = ""

    def _failure(self, test: OpenTest, output: str) -> Failure:
        return failure(
            limit=self.ledger.limits.max_text,
            message=test.error,
            trace=f"{test.error}\n{test.trace}",
            output=output,
        )

    def _start(self, event: Event) -> None:
        test = as_object(event.get("test"))
        file, platform = self.suites.get(_key(test.get("suiteID")), (None, ""))
        line = whole(test.get("root_line")) or whole(test.get("line"))
        began = milliseconds(event.get("time")) or 0
        name = as_text(test.get("name")) or ""
        self.open[_id(test)] = OpenTest(name, file, line or None, began, platform)

    def _error(self, event: Event) -> None:
        test = self.open.get(_key(event.get("testID")))
        if test is not None and not test.error:
            test.error = as_text(event.get("error")) or ""
            test.trace = as_text(event.get("stackTrace")) or ""
            test.is_assertion = event.get("isFailure") is True

    def _end(self, event: Event) -> None:
        key = _key(event.get("testID"))
        test = self.open.pop(key, None)
        keeper = self.keepers.pop(key, None)
        if test is None:
            return
        outcome = RESULTS.get(as_text(event.get("result")) or "", Outcome.ERRORED)
        if event.get("hidden") is True and not outcome.is_failing:
            return
        ended = milliseconds(event.get("time"))
        duration = None if ended is None else max(0, ended - test.began)
        if event.get("skipped") is True:
            outcome = Outcome.SKIPPED
        self._put(test, outcome, duration, keeper.text() if keeper else "")

    def _put(
        self,
        test: OpenTest,
        outcome: Outcome,
        duration: int | None,
        output: str,
        word: str | None = None,
    ) -> None:
        said = None
        name, file = test.name, test.file
        if outcome.is_failing:
            said = self._failure(test, output)
        if name.startswith(LOADING):
            file = repository_path(name.removeprefix(LOADING))[0]
            name, word = "(loading)", "load failure"
        named = Named(name, file=file, line=test.line, variant=test.platform)
        self.ledger.put(named, [*test.earlier, ReportedExecution(outcome, duration, said, word)])

    def finish(self) -> None:
        """Put in what never ended."""
        for test in self.open.values():
            if not test.name.startswith(LOADING) or test.error:
                self._put(test, Outcome.ERRORED, None, "", "unfinished")
        if not self.is_done:
            self.ledger.notes.lacks("The report has no end: the run was killed or is not over.")


def _key(value: object) -> object:
    return value if isinstance(value, int | str) else None


def _id(found: Event) -> object:
    return _key(found.get("id"))


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read the events of one run."""
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    reader, lines = DartReader(ledger), JsonLines(source)
    for event in lines.objects():
        reader.take(event)
        yield
    reader.finish()
    lines.finish(ledger)


def _recognises(head: Head) -> bool:
    return "protocolVersion" in head.keys or '"type":"testStart"' in head.text


FORMAT = Format("dart", _recognises, read)
