"""Reports that were handed in, as answers and pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.pages import CaseName, Evidence
from app.core.runs import RunKey


class Progress(StrEnum):
    """How far the evaluation has come that an upload asked for."""

    WAITING = "stored"  # stored; the evaluation is still to come
    DONE = "evaluated"
    PARKED = "set_aside"  # the evaluation failed for good; a person takes it up again


@dataclass(frozen=True, slots=True)
class Turn:
    """An asking for a task: it is answered once the task has done so many."""

    task_id: int
    number: int


@dataclass(frozen=True, slots=True)
class HandedReport:
    """One report with all that is known of how it went."""

    report_id: int
    path: str
    variant: str
    source: str
    size_bytes: int
    format: str | None
    cases: int
    executions: int
    passed: int
    failed: int
    errored: int
    skipped: int
    flaky: int
    duration_ms: int | None
    warnings: tuple[str, ...]
    refusal: str | None
    refusal_line: int | None
    received_at: datetime
    took_ms: int | None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report on the page of uploads, with its run attempt."""

    report: HandedReport
    workflow: str
    attempt: int
    branch: str
    pr_number: int | None
    head_sha: str
    is_trusted: bool
    url: str


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """A request that was refused at the door: nothing of it could be kept but the reason."""

    upload_id: int
    source: str
    received_at: datetime
    size_bytes: int
    reason: str
    request_id: str
    token: str  # the name of the token that came along


@dataclass(frozen=True, slots=True)
class Upload:
    """One request that handed in reports."""

    upload_id: int
    key: RunKey
    variant: str
    received_at: datetime
    took_ms: int | None
    told: Mapping[str, Any]
    reports: tuple[int, ...]
    warnings: tuple[str, ...]
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Became:
    """A case whose state a run attempt's evaluation changed."""

    case_id: UUID
    name: CaseName
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class JudgedFailure:
    """A failing case of a run attempt, and what its failure is held to be."""

    case_id: UUID
    name: CaseName
    variant: str
    cause: str
    p_flaky: float
    evidence: Evidence
