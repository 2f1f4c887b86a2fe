"""Short ways to read a report in a test."""

import io
from pathlib import Path

from app.core.outcomes import ReportedCase
from app.core.reports import Limits, ReportReading, Totals, read_report

DATA = Path(__file__).parents[2] / "data" / "reports"
Counts = tuple[int, int, int, int, int, int, int]


def read_bytes(
    data: bytes | str, *, limits: Limits | None = None
) -> tuple[list[ReportedCase], ReportReading]:
    """The cases of a report given as text, and the reading with its totals."""
    raw = data if isinstance(data, bytes) else data.encode()
    reading = read_report(io.BytesIO(raw), limits=limits or Limits())
    return list(reading), reading


def read_data(name: str) -> tuple[list[ReportedCase], ReportReading]:
    """The cases of a report in tests/data/reports."""
    with (DATA / name).open("rb") as file:
        reading = read_report(file)
        return list(reading), reading


def counts(totals: Totals) -> Counts:
    """Cases, executions, passed, failed, errored, skipped, flaky."""
    t = totals
    return t.cases, t.executions, t.passed, t.failed, t.errored, t.skipped, t.flaky


def outcomes(case: ReportedCase) -> list[str]:
    """The outcomes of all executions, oldest first."""
    return [execution.outcome.value for execution in case.executions]


def by_name(cases: list[ReportedCase]) -> dict[str, ReportedCase]:
    """Cases under their name with parameters; the last one of a name wins."""
    return {case.name + case.parameters: case for case in cases}


def shape(cases: list[ReportedCase]) -> dict[str, list[str]]:
    """The outcomes of every case under its name."""
    return {name: outcomes(case) for name, case in by_name(cases).items()}
