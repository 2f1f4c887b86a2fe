"""Robot Framework's output.xml."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape

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
# What `rebot --merge` writes into the message of what it merged. Source: robot/result/merger.py
_MERGED = re.compile(
    r"\*HTML\* <span class=\"merge\">[^<]{0,200}(?:re-executed|has been merged)", re.I
)
_HTML = re.compile(r"<[^>]{0,200}>")
_OLD = '<span class="old-status">'  # before each execution that was replaced, the newest first
_STATUS = re.compile(r"(?:New|Old) status:(?:\s|<[^>]{0,200}>)*(PASS|FAIL|SKIP)", re.I)
_MESSAGE = re.compile(r"(?:New|Old) message:(.*)$", re.I | re.S)
_PARENT = "arent suite teardown failed"  # "Also parent ..." where the test failed itself
TEAR_DOWN = "(suite tear-down)"
_STAMP = re.compile(r"^(\d{4})(\d\d)(\d\d) (.*)$")


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a run; a merged re-execution shows the execution before it."""
    ledger.repeats = Repeats.NEVER
    stream = TreeStream(source, frozenset({"test", "kw"}))
    told_of: set[str] = set()  # suites whose tests say themselves that their tear-down failed
    for around, node in stream:
        if around:
            ledger.notes.began(_moment(around[0].attrs.get("generated")))
        if node.tag == "test":
            _add(ledger, around, node, told_of)
        elif (node.attrs.get("type") or "").lower() == "teardown":
            _add_tear_down(ledger, around, node, told_of)
        yield
    stream.finish(ledger)


def _moment(text: str | None) -> datetime | None:
    return moment(_STAMP.sub(r"\1-\2-\3 \4", text)) if text else None


def _longname(around: Sequence[Node]) -> str:
    return ".".join(suite.attrs.get("name") or "" for suite in around if suite.tag == "suite")


def _source(around: Sequence[Node]) -> str | None:
    suites = (suite for suite in reversed(around) if suite.tag == "suite")
    source = next((suite.attrs["source"] for suite in suites if suite.attrs.get("source")), None)
    return repository_path(source)[0]


def _add_tear_down(ledger: Ledger, around: Sequence[Node], node: Node, told_of: set[str]) -> None:
    """A suite's own tear-down that failed; Rebot's output, not Robot's, tells it of each test."""
    status = node.child("status")
    suite = _longname(around)
    if status is None or status.attrs.get("status") != "FAIL" or suite in told_of:
        return
    said = failure(
        limit=ledger.limits.max_text, message=status.text, trace=_trace(node, status.text)
    )
    execution = ReportedExecution(Outcome.ERRORED, _duration(status), said, "fixture")
    ledger.put(Named(TEAR_DOWN, suite, suite, _source(around)), [execution])


def _add(ledger: Ledger, around: Sequence[Node], node: Node, told_of: set[str]) -> None:
    longname = _longname(around)
    tags = tuple(short_name(tag.text, 200) for tag in node.all("tag"))
    holder = node.child("tags")
    if holder is not None:
        tags += tuple(short_name(tag.text, 200) for tag in holder.all("tag"))
    named = Named(
        node.attrs.get("name") or "",
        suite=longname,
        classname=longname,
        file=_source(around),
        line=whole(node.attrs.get("line")) or None,
        detail=CaseDetail(tags=tags) if tags else None,
    )
    status = node.child("status")
    if status is not None and _PARENT in status.text:
        told_of.add(longname)
    ledger.put(named, _executions(ledger, node))


def _executions(ledger: Ledger, node: Node) -> list[ReportedExecution]:
    status = node.child("status")
    if status is None:
        return [ReportedExecution(Outcome.ERRORED, None, None, "unfinished")]
    outcome = OUTCOMES.get((status.attrs.get("status") or "").upper(), Outcome.ERRORED)
    message = status.text
    earlier = []
    if _MERGED.match(message):
        latest, *replaced = message.split(_OLD)
        earlier = [_replaced(ledger, said) for said in reversed(replaced)]
        message = _message(latest)
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


def _message(told: str) -> str:
    """The message of one of the executions that were merged, as it was before."""
    found = _MESSAGE.search(told)
    return unescape(_HTML.sub("\n", found.group(1))).strip() if found else ""


def _replaced(ledger: Ledger, told: str) -> ReportedExecution:
    """An execution that another one replaced."""
    found = _STATUS.search(told)
    outcome = OUTCOMES[found.group(1).upper()] if found else Outcome.ERRORED
    if not outcome.is_failing:
        return ReportedExecution(outcome)
    return ReportedExecution(
        outcome, None, failure(limit=ledger.limits.max_text, message=_message(told))
    )


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
