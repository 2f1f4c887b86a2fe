"""Robot Framework's output.xml."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from app.core.outcomes import CaseDetail, Failure, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.ledger import Ledger, Named
from app.core.reports.names import repository_path
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, milliseconds, moment, seconds_as_ms, short_name, whole
from app.core.reports.xmltree import Node, TreeStream

OUTCOMES = {
    "PASS": Outcome.PASSED,
    "FAIL": Outcome.FAILED,
    "SKIP": Outcome.SKIPPED,
    "NOT RUN": Outcome.SKIPPED,
}
_MERGED = "Re-executed test has been merged"
_HTML = re.compile(r"<[^>]{0,200}>")
_OLD = re.compile(r"old-status[^>]*>\s*(?:Old status:)?\s*(?:<[^>]*>\s*)*(PASS|FAIL|SKIP)", re.I)
_OLD_MESSAGE = re.compile(r"Old message:(?:\s|<[^>]*>)*(.*)$", re.I | re.S)
_STAMP = re.compile(r"^(\d{4})(\d\d)(\d\d) (.*)$")


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a run; a merged re-execution shows the execution before it."""
    ledger.repeats = Repeats.NEVER
    stream = TreeStream(source, frozenset({"test"}))
    for around, node in stream:
        if around:
            ledger.notes.began(_moment(around[0].attrs.get("generated")))
        _add(ledger, around, node)
        yield
    stream.finish(ledger)


def _moment(text: str | None) -> datetime | None:
    return moment(_STAMP.sub(r"\1-\2-\3 \4", text)) if text else None


def _add(ledger: Ledger, around: Sequence[Node], node: Node) -> None:
    suites = [suite for suite in around if suite.tag == "suite"]
    longname = ".".join(suite.attrs.get("name") or "" for suite in suites)
    source = next((s.attrs["source"] for s in reversed(suites) if s.attrs.get("source")), None)
    tags = tuple(short_name(tag.text, 200) for tag in node.all("tag"))
    holder = node.child("tags")
    if holder is not None:
        tags += tuple(short_name(tag.text, 200) for tag in holder.all("tag"))
    named = Named(
        node.attrs.get("name") or "",
        suite=longname,
        classname=longname,
        file=repository_path(source)[0],
        line=whole(node.attrs.get("line")) or None,
        detail=CaseDetail(tags=tags) if tags else None,
    )
    ledger.put(named, _executions(ledger, node))


def _executions(ledger: Ledger, node: Node) -> list[ReportedExecution]:
    status = node.child("status")
    if status is None:
        return [ReportedExecution(Outcome.ERRORED, None, None, "unfinished")]
    outcome = OUTCOMES.get((status.attrs.get("status") or "").upper(), Outcome.ERRORED)
    message = status.text
    earlier = []
    if _MERGED in message:
        earlier = _merged_attempt(ledger, message)
        message = _HTML.sub("\n", message.partition("Old status")[0]).strip()
    said: Failure | None = None
    if outcome.is_failing:
        said = failure(limit=ledger.limits.max_text, message=message, trace=_trace(node, message))
    setup, teardown = _beside(node, "setup"), _beside(node, "teardown")
    duration = _duration(status)
    if duration is not None:  # of the test as a whole, with both
        duration = max(0, duration - (setup or 0) - (teardown or 0))
    return [*earlier, ReportedExecution(outcome, duration, said, None, setup, teardown)]


def _beside(node: Node, kind: str) -> int | None:
    """How long the test's own set-up or tear-down took, where it has one."""
    found = (kw for kw in node.all("kw") if (kw.attrs.get("type") or "").lower() == kind)
    status = next((kw.child("status") for kw in found), None)
    return None if status is None else _duration(status)


def _merged_attempt(ledger: Ledger, message: str) -> list[ReportedExecution]:
    found = _OLD.search(message)
    if found is None:
        return []
    outcome = OUTCOMES[found.group(1).upper()]
    old = _OLD_MESSAGE.search(message)
    text = _HTML.sub("\n", old.group(1)).strip() if old else ""
    said = failure(limit=ledger.limits.max_text, message=text) if outcome.is_failing else None
    return [ReportedExecution(outcome, None, said)]


def _duration(status: Node) -> int | None:
    elapsed = status.attrs.get("elapsed")
    if elapsed:
        return seconds_as_ms(elapsed)
    began, ended = _moment(status.attrs.get("starttime")), _moment(status.attrs.get("endtime"))
    if began is None or ended is None:
        return None
    return milliseconds((ended - began).total_seconds() * 1000)


def _trace(node: Node, message: str) -> str:
    """The message with the messages of failed keywords before it."""
    lines: list[str] = []
    waiting = [node]
    while waiting and len(lines) < 100:
        inner = waiting.pop()
        lines += [
            msg.text for msg in inner.all("msg") if msg.attrs.get("level") in ("FAIL", "ERROR")
        ]
        waiting += [child for child in inner.children if child.tag != "status"]
    return "\n".join([*lines, message])


def _recognises(head: Head) -> bool:
    return head.root == "robot"


FORMAT = Format("robot", _recognises, read)
