"""Cucumber's JSON report, and behave's, which has the same parts under slightly other names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
SCRIPT_HIDES = (
    "cucumber.js' report keeps a scenario's last attempt alone: one that passed on retry is a plain"
    " pass; set `--retry 0` and let the CI run failed jobs again, so that both are seen."
)
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
# To cucumber.js and behave a run with an undefined step has failed; other runners let it pass or
# not as they are told to, which their reports do not say.
STRICT = {**OUTCOMES, "undefined": Outcome.ERRORED}


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


def _is_script(step: Object) -> bool:
    """Whether cucumber.js wrote it: it alone lists hooks as steps, and arguments of every step."""
    return "hidden" in step or "arguments" in step


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
        is_script = any(map(_is_script, steps))
        if is_script:
            ledger.notes.warn(SCRIPT_HIDES)
        told = Told(tuple(objects(element.get("before"))), tuple(objects(element.get("after"))))
        known = STRICT if is_script or is_behave else OUTCOMES
        execution = _execution(ledger, told.with_steps(steps), status, unit, known)
        attempts.add(named, execution)
    attempts.flush()


@dataclass(frozen=True, slots=True)
class Told:
    """What a scenario's hooks and steps came to; cucumber.js lists hooks as hidden steps."""

    before: tuple[Object, ...]
    after: tuple[Object, ...]
    steps: tuple[Object, ...] = ()

    def with_steps(self, steps: list[Object]) -> "Told":
        """With the steps; those that are hooks are told apart."""
        hooks = [step for step in steps if step.get("hidden") is True]
        before = [hook for hook in hooks if _keyword(hook).startswith("before")]
        return Told(
            (*self.before, *before),
            (*self.after, *(hook for hook in hooks if hook not in before)),
            tuple(step for step in steps if step.get("hidden") is not True),
        )


def _keyword(step: Object) -> str:
    return (as_text(step.get("keyword")) or "").strip().lower()


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


def _milliseconds(steps: Iterable[Object], unit: float) -> int | None:
    times = [as_object(step.get("result")).get("duration") for step in steps]
    return milliseconds(
        unit * sum(t for t in times if isinstance(t, int | float) and t is not True)
    )


def _execution(
    ledger: Ledger, told: Told, stated: str | None, unit: float, known: Mapping[str, Outcome]
) -> ReportedExecution:
    """The gravest step decides; hooks that break are errors, and their times stand apart."""
    steps = (*told.before, *told.after, *told.steps)
    results = [as_object(step.get("result")) for step in steps]
    found = {as_text(result.get("status")) or "untested" for result in results}
    gravest = next((status for status in _GRAVEST_FIRST if status in found), "passed")
    status = stated if stated is not None and stated in known else gravest
    outcome = known[status]
    duration = _milliseconds(told.steps, unit)
    setup = _milliseconds(told.before, unit) if told.before else None
    teardown = _milliseconds(told.after, unit) if told.after else None
    if not outcome.is_failing:
        word = None if status in ("passed", "skipped") else status
        return ReportedExecution(outcome, duration, None, word, setup, teardown)
    step, result = next(
        ((s, r) for s, r in zip(steps, results, strict=True) if r.get("status") == gravest),
        ({}, {}),
    )
    text = result.get("error_message")
    message = "\n".join(map(str, text)) if isinstance(text, list) else as_text(text)
    title = f"{(as_text(step.get('keyword')) or '').strip()} {step.get('name') or ''}".strip()
    said = failure(
        limit=ledger.limits.max_text,
        message=(message or "").split("\n", 1)[0] or title,
        trace=f"{title}\n{message or ''}",
    )
    is_hook = step in told.before or step in told.after
    outcome = Outcome.ERRORED if is_hook and outcome is Outcome.FAILED else outcome
    word = "hook" if is_hook else status if status == "undefined" else None
    return ReportedExecution(outcome, duration, said, word, setup, teardown)


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
