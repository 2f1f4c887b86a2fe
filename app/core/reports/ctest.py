"""CTest's own Test.xml."""

import base64
import zlib
from collections.abc import Iterator, Sequence

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, short_name
from app.core.reports.xmltree import Node, TreeStream

STATUS = {"passed": Outcome.PASSED, "failed": Outcome.FAILED, "notrun": Outcome.SKIPPED}
_ON_PURPOSE = ("disabled", "skip")  # beginnings of a completion status that is no failure
_UNPACKED = 256 * 1024  # bytes unpacked of a compressed output


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read one dashboard run; a test that could not be started has failed."""
    ledger.repeats = Repeats.ATTEMPTS
    stream = TreeStream(source, frozenset({"Test", "StartTestTime"}))
    for around, node in stream:
        if node.tag == "StartTestTime":
            ledger.notes.began(moment(node.text.strip()))
        elif node.attrs.get("Status") is not None:
            _add(ledger, around, node)
        yield
    stream.finish(ledger)


def _add(ledger: Ledger, around: Sequence[Node], node: Node) -> None:
    results = node.child("Results")
    measured = {
        one.attrs.get("name") or "": one.said("Value") or ""
        for one in (results.all("NamedMeasurement") if results is not None else ())
    }
    labels = node.child("Labels")
    tags = tuple(short_name(label.text, 200) for label in (labels.children if labels else ()))
    named = Named(
        node.said("Name") or "",
        classname=(node.said("Path") or "").strip("./"),
        detail=CaseDetail(tags=tags) if tags else None,
    )
    ledger.put(named, [_execution(ledger, node, measured)])


def _execution(ledger: Ledger, node: Node, measured: dict[str, str]) -> ReportedExecution:
    status = (node.attrs.get("Status") or "").lower()
    outcome = STATUS.get(status, Outcome.ERRORED)
    reason = measured.get("Exit Code") or measured.get("Completion Status") or ""
    completion = measured.get("Completion Status", "")
    if status == "notrun" and completion and not completion.lower().startswith(_ON_PURPOSE):
        outcome = Outcome.ERRORED
    if outcome is Outcome.FAILED and reason.lower() in ("timeout", "segfault", "exception"):
        outcome = Outcome.ERRORED
    duration = seconds_as_ms(measured.get("Execution Time", ""))
    word = short_name(completion, 100) or None if status == "notrun" else None
    if not outcome.is_failing:
        return ReportedExecution(outcome, duration, None, word)
    value = node.child("Results", "Measurement", "Value")
    output = _text(value) if value is not None else ""
    said = failure(limit=ledger.limits.max_text, message=reason or completion, output=output)
    return ReportedExecution(outcome, duration, said, word)


def _text(value: Node) -> str:
    """The output, unpacked when it was packed."""
    if value.attrs.get("encoding") != "base64":
        return value.text
    try:
        raw = base64.b64decode("".join(value.text.split()), validate=False)
        if value.attrs.get("compression") == "gzip":
            raw = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw, _UNPACKED)
    except (ValueError, zlib.error):
        return ""
    return raw.decode(errors="replace")


def _recognises(head: Head) -> bool:
    return head.root == "Site" and "<Testing" in head.text


FORMAT = Format("ctest", _recognises, read)
