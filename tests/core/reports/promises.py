"""What every reader promises, whatever it is given; Hypothesis and the fuzzer hold it to it."""

import io
from collections import Counter
from collections.abc import Iterable

from app.core.errors import BadInput
from app.core.identity import case_id
from app.core.outcomes import ReportedCase, ReportedExecution
from app.core.reports import Limits, ReadWhole, ReportReading
from app.core.reports.at_once import ReadingAtOnce
from app.core.reports.formats import Format
from app.core.reports.reading import open_report
from app.core.reports.source import Source

TWICE = Limits(max_held=0)  # nothing may be held, so that every report is read twice


def check(data: bytes, limits: Limits, *, known: Format | None = None) -> None:
    """Read it, or have it refused in a sentence; what comes out is whole and fit to be kept."""
    try:
        reading = ReportReading(*_opened(data, limits, known))
        cases = list(reading)
    except BadInput as refused:
        check_sentence(refused)
        return
    check_cases(cases, reading)


def check_every_way(data: bytes, *, known: Format | None = None) -> None:
    """`check`, and that it reads the same in one pass, in two, and as it comes."""
    check(data, Limits(), known=known)
    once = _cases(data, Limits(), known)
    assert _cases(data, TWICE, known) == once
    at_once = _at_once(data, known)
    assert at_once is None or at_once == once


def check_sentence(refused: BadInput) -> None:
    """A refusal is a finished sentence, fit to be shown."""
    assert str(refused).endswith((".", ")")), refused
    check_text(str(refused))


def check_cases(cases: list[ReportedCase], reading: ReportReading) -> None:
    """The sums are right, every case is told from every other, every text can be stored."""
    totals = reading.totals
    verdicts = totals.passed + totals.failed + totals.errored + totals.skipped + totals.flaky
    assert verdicts == totals.cases == len(cases)
    assert totals.executions == sum(len(case.executions) for case in cases)
    assert all(warning.endswith((".", ")")) for warning in reading.warnings), reading.warnings
    ids = Counter((case_id(1, case), case.variant) for case in cases)
    assert all(count == 1 for count in ids.values()), ids.most_common(1)
    for text in reading.warnings:
        check_text(text)
    for case in cases:
        _check_case(case)


def check_text(text: str | None) -> None:
    """Nothing that PostgreSQL or a page could choke on."""
    assert text is None or "\0" not in text
    assert text is None or text.encode().decode() == text


def _check_case(case: ReportedCase) -> None:
    for text in (case.suite, case.classname, case.name, case.parameters, case.file, case.variant):
        check_text(text)
    for execution in case.executions:
        for text in (*(execution.failure or ()), execution.word):
            check_text(text)
        for ms in (execution.duration_ms, execution.setup_ms, execution.teardown_ms):
            assert ms is None or 0 <= ms < 2**31, ms
    if case.detail is not None:
        _check_all(case.detail.tags)
        for pair in (*case.detail.properties, *case.detail.artifacts):
            _check_all(pair)


def _check_all(texts: Iterable[str]) -> None:
    for text in texts:
        check_text(text)


def _opened(data: bytes, limits: Limits, known: Format | None) -> tuple[Source, Format]:
    """The report for the reader it is meant for, or for the one that recognises it."""
    if known is None:
        return open_report(io.BytesIO(data), limits=limits)
    return Source(io.BytesIO(data), limits), known


def _cases(data: bytes, limits: Limits, known: Format | None) -> list[str] | str:
    try:
        return sorted(map(_told, ReportReading(*_opened(data, limits, known))))
    except BadInput as refused:
        return str(refused)


def _at_once(data: bytes, known: Format | None) -> list[str] | str | None:
    """As `_cases`; None where only the whole report can tell."""
    try:
        return sorted(map(_told, ReadingAtOnce(*_opened(data, Limits(), known))))
    except ReadWhole:
        return None
    except BadInput as refused:
        return str(refused)


def _told(case: ReportedCase) -> str:
    """All that is told of a case; a plain pass is told in fewer bytes, and tells the same."""
    last, *earlier = (ReportedExecution(*one) for one in (case.last, *case.earlier))
    return repr(case._replace(last=last, earlier=tuple(earlier)))
