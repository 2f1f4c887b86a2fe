"""Vitest's JSON report: a test that passed on retry is one that passed with failure messages."""

from collections.abc import Iterator

from app.core.outcomes import ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.jest import NOT_RUN, ended, failed, read_files
from app.core.reports.jsonshape import Object, words
from app.core.reports.ledger import Ledger
from app.core.reports.limits import Limits
from app.core.reports.source import Head, Source


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read a report of Vitest."""
    return read_files(source, ledger, _attempts)


def _attempts(test: Object, limits: Limits) -> list[ReportedExecution]:
    texts = words(test.get("failureMessages"))
    status = test.get("status")
    if status == "failed":
        return [failed(test, texts, limits)]
    if status in NOT_RUN:
        return [ended(test)]
    earlier = [failed({}, [text], limits) for text in texts]
    return [*earlier, ended(test)]


def _recognises(head: Head) -> bool:
    return "testResults" in head.keys or "numTotalTests" in head.keys


FORMAT = Format("vitest", _recognises, read)
