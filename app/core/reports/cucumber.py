"""Cucumber's JSON report, and behave's, which has the same parts under slightly other names."""

from collections.abc import Iterator

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonshape import Object, as_list, as_object, as_text, objects
from app.core.reports.jsonstream import JsonStream, finish
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment, short_name, whole

NS_PER_MS = 1_000_000
MS_PER_SECOND = 1000
_GRAVEST_FIRST = ("failed", "error", "ambiguous", "undefined", "pending", "skipped", "untested")
OUTCOMES = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "ambiguous": Outcome.ERRORED,
    "undefined": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "skipped": Outcome.SKIPPED,
    "untested": Outcome.SKIPPED,
}


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a list of features; a scenario's background belongs to it.

    An outline's examples share their name and differ in their lines; what a feature lists again
    right after it failed, line and all, is what `--retry` ran again.
    """
    ledger.repeats = Repeats.NEVER
    ledger.names_need_file = True
    stream = JsonStream(source, [("*",)])
    for _, value in stream:
        _add_feature(ledger, as_object(value))
        yield
    finish(stream, ledger)


def _add_feature(ledger: Ledger, feature: Object) -> None:
    is_behave = "location" in feature and "uri" not in feature
    place = as_text(feature.get("uri")) or as_text(feature.get("location"))
    file, _ = repository_path(place)
    background: list[Object] = []
    attempts = Attempts(ledger)
    for element in objects(feature.get("elements")):
        if element.get("type") == "background":
            background = list(objects(element.get("steps")))
            continue
        steps = [*background, *objects(element.get("steps"))]
        background = []
        hooks = [hook for key in ("before", "after") for hook in objects(element.get(key))]
        _, line = repository_path(as_text(element.get("location")))
        named = Named(
            as_text(element.get("name")) or as_text(element.get("id")) or "",
            classname=as_text(feature.get("name")) or "",
            file=file,
            line=whole(element.get("line")) or line,
            detail=_detail(element),
        )
        ledger.notes.began(moment(element.get("start_timestamp")))
        status = as_text(element.get("status")) if is_behave else None
        unit = MS_PER_SECOND if is_behave else 1 / NS_PER_MS
        attempts.add(named, _execution(ledger, [*hooks, *steps], status, unit))
    attempts.flush()


class Attempts:
    """The scenario read last, until the next shows that it was not run again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._named: Named | None = None
        self._executions: list[ReportedExecution] = []

    def add(self, named: Named, execution: ReportedExecution) -> None:
        """Take the next scenario of the feature."""
        has_place = named.line is not None and named == self._named
        if not (has_place and self._executions[-1].outcome.is_failing):
            self.flush()
        self._named = named
        self._executions.append(execution)

    def flush(self) -> None:
        """Put the last scenario in."""
        if self._named is not None:
            self._ledger.put(self._named, self._executions)
        self._named, self._executions = None, []


def _execution(
    ledger: Ledger, steps: list[Object], stated: str | None, unit: float
) -> ReportedExecution:
    """The gravest step decides; hooks that break are errors."""
    results = [as_object(step.get("result")) for step in steps]
    found = {as_text(result.get("status")) or "untested" for result in results}
    gravest = next((status for status in _GRAVEST_FIRST if status in found), "passed")
    status = stated if stated in OUTCOMES else gravest
    outcome = OUTCOMES[status]
    times = [r.get("duration") for r in results]
    total = sum(t for t in times if isinstance(t, int | float) and not isinstance(t, bool))
    duration = milliseconds(total * unit)
    if not outcome.is_failing:
        word = None if status in ("passed", "skipped") else status
        return ReportedExecution(outcome, duration, None, word)
    step, result = next(
        ((s, r) for s, r in zip(steps, results, strict=True) if r.get("status") == gravest),
        ({}, {}),
    )
    text = result.get("error_message")
    message = "\n".join(map(str, text)) if isinstance(text, list) else as_text(text)
    title = f"{step.get('keyword') or ''} {step.get('name') or ''}".strip()
    said = failure(
        limit=ledger.limits.max_text,
        message=(message or "").split("\n", 1)[0] or title,
        trace=f"{title}\n{message or ''}",
    )
    is_hook = "name" not in step and "keyword" not in step
    outcome = Outcome.ERRORED if is_hook and outcome is Outcome.FAILED else outcome
    return ReportedExecution(outcome, duration, said, "hook" if is_hook else None)


def _detail(element: Object) -> CaseDetail | None:
    tags = tuple(
        short_name(tag.get("name") if isinstance(tag, dict) else tag, 200)
        for tag in as_list(element.get("tags"))
    )
    return CaseDetail(tags=tags) if tags else None


def _recognises(head: Head) -> bool:
    if not head.text.startswith("["):
        return False
    return "elements" in head.keys or ({"keyword", "name"} <= head.keys)


FORMAT = Format("cucumber", _recognises, read)
