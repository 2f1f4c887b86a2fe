"""NUnit's own XML: version 3 (`test-run`) and version 2 (`test-results`)."""

from collections.abc import Iterator, Sequence

from app.core.identity import fold_parameters
from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import safe_link
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, short_name
from app.core.reports.xmltree import Node, TreeStream

OUTCOMES = {
    "passed": Outcome.PASSED,
    "success": Outcome.PASSED,
    "warning": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "cancelled": Outcome.ERRORED,
    "notrunnable": Outcome.ERRORED,
    "invalid": Outcome.ERRORED,
    "skipped": Outcome.SKIPPED,
    "ignored": Outcome.SKIPPED,
    "explicit": Outcome.SKIPPED,
    "inconclusive": Outcome.SKIPPED,
}
_PLAIN_WORDS = frozenset({"passed", "success", "failed", "failure", "skipped", "error"})
_OWN_SITES = ("SetUp", "TearDown")
WHOLE_SUITE = "(suite {})"


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a run; a suite whose own set-up or tear-down failed is a failing case."""
    ledger.repeats = Repeats.NEVER
    stream = TreeStream(source, frozenset({"test-case", "failure"}))
    failed_in: set[str] = set()
    broken: list[tuple[Node, Node]] = []
    for around, node in stream:
        _note_start(ledger, around)
        if node.tag == "test-case":
            if _add(ledger, around, node):
                failed_in.update(suite.attrs.get("id") or "" for suite in around)
        elif around and around[-1].attrs.get("site") in _OWN_SITES:
            broken.append((around[-1], node))
        yield
    for suite, told in broken:
        _add_suite_failure(ledger, suite, told, failed_in)
    stream.finish(ledger)


def _note_start(ledger: Ledger, around: Sequence[Node]) -> None:
    if ledger.notes.started_at is not None or not around:
        return
    root = around[0].attrs
    day, time = root.get("date"), root.get("time")
    ledger.notes.began(moment(root.get("start-time") or (day and time and f"{day} {time}")))


def _add(ledger: Ledger, around: Sequence[Node], node: Node) -> bool:
    """Put a case in; whether it failed."""
    execution = _execution(ledger, node)
    classname, name = _names(around, node)
    named = Named(name, suite=classname, classname=classname, detail=_detail(node))
    ledger.put(named, [execution])
    return execution.outcome.is_failing


def _names(around: Sequence[Node], node: Node) -> tuple[str, str]:
    """Class and name: version 3 gives both, version 2 only their sum."""
    attrs = node.attrs
    name = attrs.get("name") or ""
    classname = attrs.get("classname") or attrs.get("fixture")
    full = attrs.get("fullname") or name
    owner = full.removesuffix(f".{name}") if name else full
    if classname:
        return _fixture(classname, owner), name.removeprefix(f"{classname}.")
    if owner != full:
        return fold_parameters(owner), name
    head = full.split("(", 1)[0].split('"', 1)[0]
    before, dot, _ = head.rpartition(".")
    if dot:
        return before, full[len(before) + 1 :]
    suite = next((s.attrs.get("name") or "" for s in reversed(around) if s.tag == "test-suite"), "")
    return suite, name


def _fixture(classname: str, owner: str) -> str:
    """The class with the parameters of its fixture, which stand in a case's full name alone."""
    plain = classname.partition("`")[0]  # generic ones are written so
    is_parameterized = owner.startswith((f"{plain}(", f"{plain}<"))
    return fold_parameters(owner) if is_parameterized else classname


def _execution(ledger: Ledger, node: Node) -> ReportedExecution:
    attrs = node.attrs
    word = (attrs.get("result") or "").lower()
    label = (attrs.get("label") or "").lower()
    if not word:
        ran = (attrs.get("executed") or "true").lower() == "true"
        held = (attrs.get("success") or "true").lower() == "true"
        word = "ignored" if not ran else "success" if held else "failure"
    outcome = OUTCOMES.get(word, Outcome.SKIPPED)
    if outcome is Outcome.FAILED and label:
        outcome = OUTCOMES.get(label, outcome)
    duration = seconds_as_ms(attrs.get("duration") or attrs.get("time"))
    said_word = label or word
    kept = None if said_word in _PLAIN_WORDS else short_name(said_word, 100)
    if not outcome.is_failing:
        return ReportedExecution(outcome, duration, None, kept)
    told = node.child("failure") or node.child("reason")
    said = failure(
        limit=ledger.limits.max_text,
        message=told.said("message") if told is not None else None,
        trace=told.said("stack-trace") if told is not None else None,
        output=node.said("output"),
    )
    return ReportedExecution(outcome, duration, said, kept)


def _detail(node: Node) -> CaseDetail | None:
    pairs: list[tuple[str, str]] = []
    tags: list[str] = []
    for group in ("properties", "categories"):
        for prop in (node.child(group) or node).children:
            name = short_name(prop.attrs.get("name"), 200)
            if prop.tag == "category" or (prop.tag == "property" and name == "Category"):
                tags.append(short_name(prop.attrs.get("value"), 200) or name)
            elif prop.tag == "property":
                pairs.append((name, short_name(prop.attrs.get("value"), 1000)))
    holder = node.child("attachments")
    paths = [a.said("filePath") for a in holder.all("attachment")] if holder is not None else []
    artifacts = tuple((p.rsplit("/", 1)[-1], p) for path in paths if (p := safe_link(path)))
    if not pairs and not tags and not artifacts:
        return None
    return CaseDetail(tags=tuple(tags), properties=tuple(pairs), artifacts=artifacts)


def _add_suite_failure(ledger: Ledger, suite: Node, told: Node, failed_in: set[str]) -> None:
    """A fixture's own failure counts; that of a set-up only when no case already shows it."""
    is_setup = suite.attrs.get("site") == "SetUp"
    if suite.tag != "test-suite" or (is_setup and suite.attrs.get("id") in failed_in):
        return
    text, trace = told.said("message"), told.said("stack-trace")
    said = failure(limit=ledger.limits.max_text, message=text, trace=trace)
    classname = suite.attrs.get("fullname") or suite.attrs.get("name") or ""
    execution = ReportedExecution(Outcome.ERRORED, None, said, "fixture")
    name = WHOLE_SUITE.format("set-up" if is_setup else "tear-down")
    ledger.put(Named(name, suite=classname, classname=classname), [execution])


def _recognises(head: Head) -> bool:
    is_allure = "urn:model.allure" in head.text  # version 1, whose root is a test-suite, too
    roots = ("test-run", "test-results", "test-suite")
    return head.root in roots and "<test-" in head.text and not is_allure


FORMAT = Format("nunit", _recognises, read)
