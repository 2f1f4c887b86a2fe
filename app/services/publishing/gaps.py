"""What is unexplained on a commit beside its failed jobs: what did not run, end or report."""

from collections.abc import Iterator, Mapping

from app.core.expected import missing
from app.core.runs import FAILED_CONCLUSIONS, Run
from app.core.variants import is_among
from app.db import expected
from app.db import runs as run_rows
from app.db.session import Session
from app.render import escape
from app.render.view import JobLine
from app.render.words import check as words_check
from app.services.publishing.waiting import GRACE, Standing

SKIPPED = "skipped"


def gaps(session: Session, standing: Standing, led: Mapping[int, str]) -> Iterator[JobLine]:
    """All that needs somebody because nobody can know what it would have said.

    `led` are the names of the jobs, by id, that need their workflow's to be told apart.
    """
    for run in standing.judged:
        yield from _of_run(session, run, led, is_reporting=run.workflow in standing.reporting)
    for run in standing.overdue:
        name = escape.plain(run.workflow)
        sentence = words_check.never_ended(name, hours=int(GRACE.total_seconds()) // 3600)
        yield JobLine(name=run.workflow, sentence=sentence, url=run.url)


def ending(standing: Standing, *, has_reports: bool) -> tuple[str, str] | None:
    """Title and sentence where nothing that reports was tested; None where something was."""
    if has_reports or standing.waiting or not standing.judged:
        return None
    ended = [run for run in standing.judged if run.workflow in standing.reporting]
    names = sorted({escape.plain(run.workflow) for run in ended or standing.judged})
    if all(run.conclusion == SKIPPED for run in ended or standing.judged):
        return words_check.nothing_tested_title(names), words_check.nothing_tested(names)
    return words_check.no_reports_title(), words_check.no_reports(names)


def _of_run(
    session: Session, run: Run, led: Mapping[int, str], *, is_reporting: bool
) -> Iterator[JobLine]:
    jobs = {job.name: job for job in run_rows.jobs(session, run.key)}
    workflow = escape.plain(run.workflow)
    if run.conclusion in FAILED_CONCLUSIONS and not any(job.is_red for job in jobs.values()):
        sentence = words_check.run_unexplained(workflow, run.conclusion or "")
        yield JobLine(name=run.workflow, sentence=sentence, url=run.url)
    if not is_reporting or run.conclusion == SKIPPED:
        return
    for job in jobs.values():
        if job.conclusion == "cancelled":
            name = led.get(job.id, job.name)
            sentence = words_check.cancelled(escape.plain(name))
            yield JobLine(name=name, sentence=sentence, url=job.url)
    before = expected.brought_before(session, run)
    stored = expected.came_with(session, run)
    came = {one.variant for one in before.usual if is_among(stored, run, one.variant)}
    for one in missing(before.usual, looked_at=before.looked_at, came=came, jobs=jobs):
        variant = escape.plain(one.variant)
        yield JobLine(
            name=led.get(one.job.id, one.job.name) if one.job else variant,
            sentence=words_check.report_missing(variant, workflow, runs=one.runs),
            url=one.job.url if one.job else run.url,
        )
