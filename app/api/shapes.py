"""The JSON that the API answers with; its description is made of these."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, Field

from app.core.evidence import Evidence
from app.core.handed import Became, HandedReport, JudgedFailure, Progress, RefusedUpload, ReportLine
from app.core.pages import CaseName, Page
from app.render import words
from app.render.escape import is_web_link
from app.services.uploads.results import Result

REPORTS = "/api/v1/reports"


class Refusal(BaseModel):
    """Why a report could not be read."""

    message: str
    line: int | None = Field(description="Where in the report, from 1, where it has lines.")


class Report(BaseModel):
    """One report, stored or refused."""

    id: int
    path: str = Field(description="The file's name, in its archive or form.")
    source: str = Field(description="artifact (GitHub), api, or junit (the old clients' address).")
    variant: str = Field(
        description="The job, suite and environment that it ran in; led by the workflow's name"
        " where another of GitHub's workflows had a job of that name first."
    )
    format: str | None
    size_bytes: int
    received_at: datetime
    took_ms: int | None = Field(description="From the first byte read to the last row stored.")
    duration_ms: int | None = Field(description="Of its tests, as the report tells.")
    cases: int
    executions: int
    passed: int
    failed: int
    errored: int
    skipped: int
    flaky: int = Field(description="Cases that the report itself shows failing and passing.")
    warnings: list[str]
    refusal: Refusal | None


class RunOfReport(BaseModel):
    """The run attempt that reports belong to."""

    name: str
    attempt: int
    branch: str
    commit: str
    pr: int | None
    trusted: bool
    url: str | None


class Change(BaseModel):
    """A case that became something else."""

    case: str
    title: str
    file: str | None
    owners: list[str] = Field(description="People and teams, by policy or CODEOWNERS.")
    was: str
    now: str


class Failure(BaseModel):
    """A failing case of the run attempt, judged."""

    case: str
    title: str
    file: str | None
    owners: list[str] = Field(description="People and teams, by policy or CODEOWNERS.")
    variant: str
    cause: str = Field(description="flaky, broken, new, outage or unknown.")
    p_flaky: float
    why: list[str]


class Upload(BaseModel):
    """What a request handed in, and what came of it."""

    id: int
    status: Progress = Field(
        description="stored: the evaluation is to come; evaluated; set_aside: it failed for good, "
        "and waits for a person."
    )
    project: str
    run: RunOfReport
    variant: str
    received_at: datetime
    reports: list[Report]
    warnings: list[str]
    became: list[Change] | None = Field(
        description="What the run's evaluation changed: flaky, healthy, ...; null until then."
    )
    failures: list[Failure] | None = Field(
        description="The run's failing cases, judged; null until then."
    )
    link: str = Field(description="Where to ask again.")
    page: str | None = Field(description="Where people look, once PUBLIC_URL is set.")


class ReportOfRun(Report):
    """A report with its run attempt."""

    run: RunOfReport


class Refused(BaseModel):
    """A request that was refused at the door; nothing of it was kept but the reason."""

    received_at: datetime
    source: str
    token: str = Field(description="The name of the token that came along.")
    size_bytes: int
    reason: str
    request_id: str


class Uploads(BaseModel):
    """The health of a repository's uploads, newest first."""

    page: int
    has_more: bool
    reports: list[ReportOfRun]
    refused: list[Refused]


class Said(BaseModel):
    """What went wrong."""

    kind: str = Field(
        description="validation, authentication, permission, not_found, rate_limit, database, ..."
    )
    message: str
    line: int | None = Field(None, description="Where in a report, from 1.")
    reports: list[Report] | None = Field(
        None, description="Each report of the request, where none of them could be read."
    )


class Error(BaseModel):
    """A refusal."""

    error: Said
    request_id: str


def upload_of(result: Result, *, public_url: str | None) -> Upload:
    """The answer to whoever handed reports in."""
    upload, run = result.upload, result.run
    is_judged = result.progress is Progress.DONE
    page = f"{public_url.rstrip('/')}/r/{quote(result.project)}" if public_url else None
    return Upload(
        id=upload.upload_id,
        status=result.progress,
        project=result.project,
        run=RunOfReport(
            name=run.workflow,
            attempt=run.key.attempt,
            branch=run.branch,
            commit=run.head_sha,
            pr=run.pr_number,
            trusted=run.is_trusted,
            url=run.url or None,
        ),
        variant=upload.variant,
        received_at=upload.received_at,
        reports=[report_of(one) for one in result.reports],
        warnings=list(upload.warnings),
        became=[_change(one) for one in result.became] if is_judged else None,
        failures=[_failure(one) for one in result.failures] if is_judged else None,
        link=link_of(upload.upload_id),
        page=page,
    )


def link_of(upload_id: int) -> str:
    """Where an upload is found again."""
    return f"{REPORTS}/{upload_id}"


def uploads_of(reports: Page[ReportLine], refused: Sequence[RefusedUpload]) -> Uploads:
    """The answer to whoever asks for a repository's uploads."""
    return Uploads(
        page=reports.number,
        has_more=reports.has_more,
        reports=[_report_of_run(one) for one in reports.items],
        refused=[
            Refused(
                received_at=one.received_at,
                source=one.source,
                token=one.token,
                size_bytes=one.size_bytes,
                reason=one.reason,
                request_id=one.request_id,
            )
            for one in refused
        ],
    )


def report_of(report: HandedReport) -> Report:
    """One report, as answers show it."""
    return Report.model_validate(_values(report))


def _report_of_run(line: ReportLine) -> ReportOfRun:
    run = RunOfReport(
        name=line.workflow,
        attempt=line.attempt,
        branch=line.branch,
        commit=line.head_sha,
        pr=line.pr_number,
        trusted=line.is_trusted,
        url=line.url if is_web_link(line.url) else None,
    )
    return ReportOfRun.model_validate(_values(line.report) | {"run": run})


def _values(report: HandedReport) -> dict[str, object]:
    named = {name: getattr(report, name, None) for name in Report.model_fields}
    refusal = None
    if report.refusal is not None:
        refusal = Refusal(message=report.refusal, line=report.refusal_line)
    return named | {
        "id": report.report_id,
        "warnings": list(report.warnings),
        "refusal": refusal,
    }


def _change(one: Became) -> Change:
    return Change(
        case=str(one.case_id),
        title=title_of(one.name),
        file=one.name.file,
        owners=list(one.name.owners),
        was=one.was,
        now=one.now,
    )


def _failure(one: JudgedFailure) -> Failure:
    why = [words.evidence_sentence(Evidence.from_json(stored)) for stored in one.evidence]
    return Failure(
        case=str(one.case_id),
        title=title_of(one.name),
        file=one.name.file,
        owners=list(one.name.owners),
        variant=one.variant,
        cause=one.cause,
        p_flaky=round(one.p_flaky, 3),
        why=why,
    )


def title_of(name: CaseName) -> str:
    """What a case is called: class and name with its parameters, as on every surface."""
    parts = [part for part in (name.classname, name.name) if part]
    return ("::".join(parts) + name.parameters) or "(no name)"
