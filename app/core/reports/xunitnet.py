"""xUnit.net's own XML, versions 1 and 2."""

from collections.abc import Iterator, Sequence

from app.core.outcomes import CaseDetail, Failure, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, short_name, whole
from app.core.reports.xmltree import Node, TreeStream

OUTCOMES = {
    "pass": Outcome.PASSED,
    "fail": Outcome.FAILED,
    "skip": Outcome.SKIPPED,
    "notrun": Outcome.SKIPPED,
}
CLEANUP = "({})"


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read assemblies; an error of set-up or clean-up is a failing case."""
    ledger.repeats = Repeats.NEVER
    stream = TreeStream(source, frozenset({"test", "error", "failure"}))
    for around, node in stream:
        _note_start(ledger, around)
        if node.tag == "test":
            _add(ledger, around, node)
        else:
            _add_error(ledger, around, node)
        yield
    stream.finish(ledger)


def _note_start(ledger: Ledger, around: Sequence[Node]) -> None:
    for node in around:
        if node.tag == "assembly":
            day, time = node.attrs.get("run-date"), node.attrs.get("run-time")
            ledger.notes.began(moment(f"{day} {time}"))


def _add(ledger: Ledger, around: Sequence[Node], node: Node) -> None:
    attrs = node.attrs
    classname = attrs.get("type") or ""
    file, line = repository_path(attrs.get("source-file"))
    named = Named(
        (attrs.get("name") or "").removeprefix(f"{classname}."),
        suite=classname,
        classname=classname,
        file=file,
        line=whole(attrs.get("source-line")) or line,
        detail=_detail(node),
    )
    ledger.put(named, [_execution(ledger, node)])


def _execution(ledger: Ledger, node: Node) -> ReportedExecution:
    word = (node.attrs.get("result") or "").lower()
    told = node.child("failure")
    outcome = OUTCOMES.get(word, Outcome.PASSED if told is None else Outcome.FAILED)
    duration = seconds_as_ms(node.attrs.get("time"))
    if not outcome.is_failing:
        kept = "not run" if word == "notrun" else None
        return ReportedExecution(outcome, duration, None, kept)
    return ReportedExecution(outcome, duration, _failure(ledger, told, node.said("output")))


def _failure(ledger: Ledger, told: Node | None, output: str | None) -> Failure:
    return failure(
        limit=ledger.limits.max_text,
        type=told.attrs.get("exception-type") if told is not None else None,
        message=told.said("message") if told is not None else None,
        trace=told.said("stack-trace") if told is not None else None,
        output=output,
    )


def _detail(node: Node) -> CaseDetail | None:
    traits = node.child("traits")
    pairs = tuple(
        (short_name(trait.attrs.get("name"), 200), short_name(trait.attrs.get("value"), 1000))
        for trait in (traits.children if traits is not None else ())
    )
    if not pairs:
        return None
    tags = tuple(value for name, value in pairs if name.lower() == "category")
    return CaseDetail(tags=tags, properties=pairs)


def _add_error(ledger: Ledger, around: Sequence[Node], node: Node) -> None:
    """An error outside of any test: of an assembly, a collection or a fixture."""
    told = node.child("failure") or node
    place = next((n.attrs.get("name") or "" for n in reversed(around) if n.attrs.get("name")), "")
    kind = node.attrs.get("type") or "error"
    execution = ReportedExecution(Outcome.ERRORED, None, _failure(ledger, told, None), "cleanup")
    suite = place.replace("\\", "/").rsplit("/", 1)[-1]
    name = CLEANUP.format(node.attrs.get("name") or kind)
    ledger.put(Named(name, suite=suite, classname=suite), [execution])


def _recognises(head: Head) -> bool:
    return head.root in ("assemblies", "assembly")


FORMAT = Format("xunit.net", _recognises, read)
