"""`go test -json`: one event a line, other output between them."""

import re
from collections.abc import Iterator
from typing import TypeVar

from app.core.identity import fold_parameters
from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonlines import Event, JsonLines
from app.core.reports.jsonshape import as_text
from app.core.reports.keeper import TextKeeper
from app.core.reports.ledger import Ledger, Named
from app.core.reports.properties import PROPERTIES_MOST, property_of
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms

WHOLE_PACKAGE = "(package)"
_COVERED = re.compile(r"coverage: ([0-9.]{1,8})% of statements")
ENDS = {
    "pass": Outcome.PASSED,
    "bench": Outcome.PASSED,
    "fail": Outcome.FAILED,
    "skip": Outcome.SKIPPED,
}
K = TypeVar("K")
Key = tuple[str, str]  # package, test; "" for the package itself


class GoReader:
    """The state between a test's start and its end."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open: dict[Key, TextKeeper] = {}
        self.builds: dict[str, TextKeeper] = {}
        self.failed: set[str] = set()  # packages with a failing test
        self.attributes: dict[Key, list[tuple[str, str]]] = {}  # told by `t.Attr`
        self.broken: dict[str, ReportedExecution] = {}  # packages that failed without one

    def take(self, event: Event) -> None:
        """Take one event."""
        action = as_text(event.get("Action")) or ""
        package = as_text(event.get("Package")) or ""
        test = as_text(event.get("Test")) or ""
        self.ledger.notes.began(moment(event.get("Time")))
        if action in ("build-output", "build-fail"):
            path = (as_text(event.get("ImportPath")) or "").split(" ", 1)[0]
            self._keeper(self.builds, path).add(as_text(event.get("Output")) or "")
        elif action == "attr" and test:
            pairs = self.attributes.setdefault((package, test), [])
            if len(pairs) < PROPERTIES_MOST:
                pairs.append(property_of(event.get("Key"), event.get("Value")))
        elif action == "run":
            self.open[package, test] = TextKeeper(self.ledger.limits.max_text)
        elif action == "output":
            if not test and (found := _COVERED.match(as_text(event.get("Output")) or "")):
                self.ledger.notes.covers(package, found.group(1))
            self._keeper(self.open, (package, test)).add(as_text(event.get("Output")) or "")
        elif action in ENDS:
            self._end(package, test, action, event)

    def _keeper(self, keepers: dict[K, TextKeeper], key: K) -> TextKeeper:
        return keepers.setdefault(key, TextKeeper(self.ledger.limits.max_text))

    def _end(self, package: str, test: str, action: str, event: Event) -> None:
        duration = seconds_as_ms(event.get("Elapsed"))
        keeper = self.open.pop((package, test), None)
        text = keeper.text() if keeper is not None else ""
        if test:
            self._add(package, test, ENDS[action], duration, text)
        elif action == "fail":
            self._end_failed_package(package, duration, text, event)
        else:
            self._end_good_package(package)

    def _end_failed_package(
        self, package: str, duration: int | None, text: str, event: Event
    ) -> None:
        """A package failed: by a test, by one that never ended, or as a whole."""
        for _, test in [key for key in self.open if key[0] == package and key[1]]:
            self._add_unfinished(package, test)
        if package in self.failed:
            return
        built = as_text(event.get("FailedBuild")) or package
        build = self.builds.get(built.split(" ", 1)[0])
        said = (build.text() if build is not None else "") + text
        self.broken[package] = self._failing(said, duration, "build failed" if build else "package")

    def _end_good_package(self, package: str) -> None:
        """A package passed, perhaps when it was run again; so did what had no end of its own."""
        self.broken.pop(package, None)
        for _, test in [key for key in self.open if key[0] == package and key[1]]:
            del self.open[package, test]
            self._put(package, test, ReportedExecution(Outcome.PASSED))

    def _add_unfinished(self, package: str, test: str) -> None:
        text = self.open.pop((package, test)).text()
        execution = self._failing(text, None, "unfinished")
        self.failed.add(package)
        self._put(package, test, execution)

    def _add(
        self, package: str, test: str, outcome: Outcome, duration: int | None, text: str
    ) -> None:
        if outcome is Outcome.FAILED:
            self.failed.add(package)
            is_panic = "panic: " in text
            execution = self._failing(text, duration, "panic" if is_panic else None)
            if not is_panic:
                execution = execution._replace(outcome=Outcome.FAILED)
        else:
            execution = ReportedExecution(outcome, duration)
        self._put(package, test, execution)

    def _failing(self, text: str, duration: int | None, word: str | None) -> ReportedExecution:
        lines = [line for line in text.split("\n") if not line.strip().startswith(("===", "--- "))]
        body = "\n".join(lines).strip("\n")
        first = next((line.strip() for line in lines if line.strip()), "")
        said = failure(limit=self.ledger.limits.max_text, message=first, trace=body)
        return ReportedExecution(Outcome.ERRORED, duration, said, word)

    def _put(self, package: str, test: str, execution: ReportedExecution) -> None:
        name, slash, rest = test.partition("/")
        pairs = self.attributes.pop((package, test), None)
        detail = CaseDetail(properties=tuple(pairs)) if pairs else None
        named = Named(
            name + slash + fold_parameters(rest), suite=package, classname=package, detail=detail
        )
        self.ledger.put(named, [execution])

    def finish(self) -> None:
        """Put in what never ended, and the packages that failed without a failing test."""
        for package, test in list(self.open):
            if test:
                self._add_unfinished(package, test)
        for package, execution in self.broken.items():
            if package not in self.failed:
                self._put(package, WHOLE_PACKAGE, execution)


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read the events of one or several packages."""
    ledger.repeats = Repeats.ATTEMPTS
    reader, lines = GoReader(ledger), JsonLines(source)
    for event in lines.objects():
        reader.take(event)
        yield
    reader.finish()
    lines.finish(ledger)


def _recognises(head: Head) -> bool:
    return '"Action":' in head.text and ('"Package":' in head.text or '"ImportPath":' in head.text)


FORMAT = Format("go test", _recognises, read)
