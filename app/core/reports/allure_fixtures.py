"""What Allure tells beside its results: fixtures that broke, and errors outside of any test."""

from collections.abc import Set
from dataclasses import dataclass, field

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.jsonshape import Object, as_object, as_text, objects, words
from app.core.reports.ledger import Ledger, Named
from app.core.reports.texts import failure, short_name

BROKEN = ("failed", "broken")
KINDS = {"befores": "set-up", "afters": "tear-down"}
GLOBAL_ERROR = "(global error)"


@dataclass(slots=True)
class Fixtures:
    """The containers and the global errors of a folder of results."""

    ledger: Ledger
    broken: list[tuple[str, Object, list[str]]] = field(default_factory=list)
    errors: list[Object] = field(default_factory=list)

    def take(self, document: Object) -> bool:
        """Take a document that is no result; False where it may be one."""
        if "status" in document or "historyId" in document:
            return False
        if not document.keys() & {*KINDS, "children", "errors"}:
            return False
        self.errors += objects(document.get("errors"))
        for key, kind in KINDS.items():
            for fixture in objects(document.get(key)):
                if fixture.get("status") in BROKEN:
                    self.broken.append((kind, fixture, words(document.get("children"))))
        return True

    def put(self, failing: Set[str]) -> None:
        """Put in what broke, unless a test that it was for shows it."""
        for number, error in enumerate(self.errors, 1):
            name = GLOBAL_ERROR if number == 1 else f"(global error {number})"
            self._put(name, error, "global error")
        for kind, fixture, tests in self.broken:
            if failing.isdisjoint(tests):
                name = short_name(as_text(fixture.get("name")), 200)
                self._put(f"({kind} {name})", as_object(fixture.get("statusDetails")), "fixture")

    def _put(self, name: str, told: Object, word: str) -> None:
        said = failure(
            limit=self.ledger.limits.max_text, message=told.get("message"), trace=told.get("trace")
        )
        execution = ReportedExecution(Outcome.ERRORED, None, said, word)
        self.ledger.put(Named(name), [execution])
