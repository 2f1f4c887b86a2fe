"""Allure 2 results: one JSON document for each execution, several of them on lines together."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import BadInput
from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.priorities import NAMES
from app.core.reports.allure_fixtures import Fixtures
from app.core.reports.formats import Format
from app.core.reports.jsonlines import JsonLines
from app.core.reports.jsonshape import Object, as_object, as_text, objects
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import safe_link
from app.core.reports.repeats import Repeats, part_of
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment, short_name

MARKS = ("flaky", "known", "muted")  # of the results themselves
STATUS = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "broken": Outcome.ERRORED,
    "skipped": Outcome.SKIPPED,
}
SUITES = ("parentSuite", "suite", "subSuite")
WITHIN = " › "  # noqa: RUF001 - between the names of nested suites
MAX_STEPS = 50  # steps in one another


@dataclass(frozen=True, slots=True)
class Result:
    """One execution, waiting for the others of its case."""

    started: float
    named: Named
    execution: ReportedExecution
    uuid: str = ""


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read results; those of one history are attempts, the one that began last the verdict."""
    ledger.repeats = Repeats.ATTEMPTS
    results, fixtures = [], Fixtures(ledger)
    for document in _documents(source, ledger):
        if fixtures.take(document):
            continue
        results.append(_result(ledger, document))
        ledger.settle()
    for result in sorted(results, key=lambda result: (result.named.part, result.started)):
        ledger.put(result.named, [result.execution])
        yield
    fixtures.put({result.uuid for result in results if result.execution.outcome.is_failing})


def _documents(source: Source, ledger: Ledger) -> Iterator[Object]:
    """The documents: one on each line, or a single one over many lines."""
    if source.head.text.split("\n", 1)[0].rstrip().endswith("}"):
        lines = JsonLines(source)
        yield from lines.objects()
        if lines.first_bad is not None:
            ledger.notes.lacks(
                f"{lines.bad} of the Allure results cannot be read; the others were kept."
            )
        return
    text = ""
    for piece in source.text():
        text += piece
        if len(text) > source.limits.max_item:
            raise BadInput("The Allure result is larger than any real one.", line=1)
    try:
        yield as_object(json.loads(text, strict=False))
    except (ValueError, RecursionError) as flaw:
        line = getattr(flaw, "lineno", 1)
        raise BadInput(
            f"The Allure result is cut short or damaged (line {line}).", line=line
        ) from None


def _result(ledger: Ledger, found: Object) -> Result:
    labels: dict[str, str] = {}
    for label in objects(found.get("labels")):
        labels.setdefault(as_text(label.get("name")) or "", short_name(label.get("value"), 1000))
    start, stop = found.get("start"), found.get("stop")
    began = moment(start)
    ledger.notes.began(began)
    duration = None
    if isinstance(start, int | float) and isinstance(stop, int | float):
        duration = milliseconds(stop - start)
    name = as_text(found.get("name")) or as_text(found.get("fullName")) or ""
    named = Named(
        name + _parameters(found, name),
        suite=WITHIN.join(labels[key] for key in SUITES if labels.get(key)),
        classname=labels.get("testClass") or labels.get("package") or _class(found, name),
        detail=_detail(found),
        part=_part(found),
    )
    execution = _execution(ledger, found, duration)
    uuid = as_text(found.get("uuid")) or ""
    return Result(began.timestamp() if began else 0.0, named, execution, uuid)


def _part(found: Object) -> int:
    """Which history it belongs to: hidden parameters may tell cases of one name apart."""
    history = as_text(found.get("historyId"))
    return part_of(history) if history else 0


def _class(found: Object, name: str) -> str:
    full = as_text(found.get("fullName")) or ""
    return full.removesuffix(name).rstrip(".#:/ ") if full != name else ""


def _parameters(found: Object, name: str) -> str:
    said = [
        f"{short_name(p.get('name'), 200)}={short_name(p.get('value'), 200)}"
        for p in objects(found.get("parameters"))
        if p.get("excluded") is not True and p.get("mode") not in ("hidden", "masked")
    ]
    return f"[{', '.join(said)}]" if said and not name.endswith("]") else ""


def _execution(ledger: Ledger, found: Object, duration: int | None) -> ReportedExecution:
    status = (as_text(found.get("status")) or "unknown").lower()
    outcome = STATUS.get(status, Outcome.SKIPPED)
    word = short_name(status, 100)
    if not outcome.is_failing:
        return ReportedExecution(outcome, duration, None, None if word == outcome.value else word)
    details = as_object(found.get("statusDetails")) or as_object(found.get("failure"))
    said = failure(
        limit=ledger.limits.max_text, message=details.get("message"), trace=details.get("trace")
    )
    return ReportedExecution(outcome, duration, said, "broken" if status == "broken" else None)


def _attachments(found: Object, depth: int = 0) -> Iterator[tuple[str, str]]:
    for attachment in objects(found.get("attachments")):
        if link := safe_link(attachment.get("source")):
            yield short_name(attachment.get("name"), 200), link
    if depth < MAX_STEPS:
        for step in objects(found.get("steps")):
            yield from _attachments(step, depth + 1)


def _detail(found: Object) -> CaseDetail | None:
    tags = tuple(
        short_name(label.get("value"), 200)
        for label in objects(found.get("labels"))
        if label.get("name") == "tag"
    )
    artifacts = tuple(_attachments(found))[:100]
    details = as_object(found.get("statusDetails"))
    labels = {label.get("name"): label.get("value") for label in objects(found.get("labels"))}
    said = tuple((name, short_name(labels[name], 200)) for name in NAMES if labels.get(name))
    marks = said + tuple((key, "true") for key in MARKS if details.get(key) is True)
    if not tags and not artifacts and not marks:
        return None
    return CaseDetail(tags=tags, properties=marks, artifacts=artifacts)


def _recognises(head: Head) -> bool:
    keys = head.keys
    if not head.text.startswith("{") or "name" not in keys or "tests" in keys:
        return False
    own = {"historyId", "statusDetails", "testCaseId", "fullName", "stage", "labels", "uuid"}
    if {"status", "start", "stop"} <= keys:
        return True
    return len(own & keys) >= (1 if {"status", "start"} & keys else 2)


FORMAT = Format("allure", _recognises, read)
