"""pytest-reportlog: a line for every stage of every test."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.core.outcomes import CaseDetail, Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jsonlines import Event, JsonLines
from app.core.reports.jsonshape import as_list, as_object, as_text
from app.core.reports.ledger import Ledger
from app.core.reports.pytest_json import named_by
from app.core.reports.repeats import Repeats, merged
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, moment, seconds_as_ms, short_name, whole

SUBTEST = "SubTestReport"  # of pytest 9, and of pytest-subtests before it


@dataclass(slots=True)
class Stages:
    """One execution between its set-up and its tear-down."""

    line: int | None
    last: ReportedExecution = field(default_factory=lambda: ReportedExecution(Outcome.PASSED))
    has_call: bool = False


class ReportLogReader:
    """The executions that have begun and not ended."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open: dict[str, Stages] = {}

    def take(self, event: Event) -> None:
        """Take one line."""
        nodeid = as_text(event.get("nodeid")) or ""
        kind = event.get("$report_type")
        if kind == "CollectReport" and event.get("outcome") == "failed":
            said = failure(
                limit=self.ledger.limits.max_text,
                message="collection failure",
                trace=_representation(event),
            )
            execution = ReportedExecution(Outcome.ERRORED, None, said, "collection failure")
            self.ledger.put(named_by(nodeid), [execution])
        elif kind == SUBTEST:
            self._subtest(nodeid, event)
        elif kind == "TestReport" and nodeid:
            self.ledger.notes.began(moment(event.get("start")))
            self._stage(nodeid, event)

    def _stage(self, nodeid: str, event: Event) -> None:
        stages = self._stages(nodeid, event)
        when = event.get("when")
        stages.last = self._joined(stages.last, event, when)
        if when == "teardown":
            del self.open[nodeid]
            self._put(nodeid, stages, event)

    def _subtest(self, nodeid: str, event: Event) -> None:
        """A part of a test: where it failed, so did the test, whose own report may say else."""
        if event.get("outcome") == "failed":  # told before its test's set-up where that is rerun
            stages = self._stages(nodeid, event)
            told = self._told(stages.last, event, event.get("when"))
            stages.last = merged(stages.last, told)

    def _stages(self, nodeid: str, event: Event) -> Stages:
        """The execution that is open, or the one that begins."""
        place = as_list(event.get("location"))
        line = whole(place[1]) if len(place) > 1 else None
        return self.open.setdefault(nodeid, Stages(None if line is None else line + 1))

    def _joined(self, so_far: ReportedExecution, event: Event, when: object) -> ReportedExecution:
        duration = seconds_as_ms(event.get("duration"))
        match when:
            case "setup":
                so_far = so_far._replace(setup_ms=duration)
            case "teardown":
                so_far = so_far._replace(teardown_ms=duration)
            case _:
                so_far = so_far._replace(duration_ms=duration)
        return merged(so_far, self._told(so_far, event, when))

    def _told(self, so_far: ReportedExecution, event: Event, when: object) -> ReportedExecution:
        """What this stage alone makes of the execution."""
        word = event.get("outcome")
        if word in ("failed", "rerun"):
            text = _representation(event)
            crash = as_object(as_object(event.get("longrepr")).get("reprcrash"))
            said = failure(
                limit=self.ledger.limits.max_text,
                message=crash.get("message") or (text or "").strip().split("\n")[-1],
                trace=text,
                output=_sections(event),
            )
            outcome = Outcome.FAILED if when == "call" else Outcome.ERRORED
            return so_far._replace(
                outcome=outcome, failure=said, word="rerun" if word == "rerun" else None
            )
        if word == "skipped":
            is_xfail = "wasxfail" in event
            return so_far._replace(outcome=Outcome.SKIPPED, word="xfail" if is_xfail else None)
        return so_far._replace(outcome=Outcome.PASSED, failure=None)

    def _put(self, nodeid: str, stages: Stages, event: Event) -> None:
        named = named_by(nodeid, line=stages.line)
        pairs = tuple(
            (short_name(pair[0], 1000), short_name(pair[1], 1000))
            for pair in as_list(event.get("user_properties"))
            if isinstance(pair, list) and len(pair) > 1
        )
        if pairs:
            named = replace(named, detail=CaseDetail(properties=pairs))
        self.ledger.put(named, [stages.last])

    def finish(self) -> None:
        """Put in what never ended: the run was killed, or a worker died."""
        for nodeid, stages in self.open.items():
            execution = stages.last
            if not execution.outcome.is_failing:
                execution = execution._replace(outcome=Outcome.ERRORED, word="unfinished")
            self.ledger.put(named_by(nodeid, line=stages.line), [execution])


def _representation(event: Event) -> str | None:
    """The traceback as text, whatever shape it is in."""
    value = event.get("longrepr")
    if isinstance(value, list):
        return ": ".join(str(part) for part in value)
    found = as_object(value)
    if not found:
        return as_text(value)
    lines: list[str] = []
    for entry in as_list(as_object(found.get("reprtraceback")).get("reprentries")):
        inner = as_object(as_object(entry).get("data"))
        lines += [str(line) for line in as_list(inner.get("lines"))]
    return "\n".join(lines) or as_text(as_object(found.get("reprcrash")).get("message"))


def _sections(event: Event) -> str:
    return "\n".join(
        f"{part[0]}\n{part[1]}"
        for part in as_list(event.get("sections"))
        if isinstance(part, list) and len(part) > 1
    )


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read the log of one session."""
    ledger.repeats = Repeats.ATTEMPTS
    reader, lines = ReportLogReader(ledger), JsonLines(source)
    for event in lines.objects():
        reader.take(event)
        yield
    reader.finish()
    lines.finish(ledger)


def _recognises(head: Head) -> bool:
    return "$report_type" in head.keys or "pytest_version" in head.keys


FORMAT = Format("pytest-reportlog", _recognises, read)
