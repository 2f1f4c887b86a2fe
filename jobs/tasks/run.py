"""Ingest a run attempt's reports, and evaluate what failed in it."""

from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from app.core.asking import QueueName
from app.core.chat_requests import TellBroken, TellChat, TellOutage, TellProposals
from app.core.decide import State
from app.core.errors import Unavailable
from app.core.requests import (
    EvaluateRun,
    IngestRun,
    PublishRun,
    ReadRepositoryFiles,
    Recompute,
    RerunJob,
    TellIssue,
)
from app.core.runs import Repository, Run, RunKey
from app.db import decisions, executions, issues, repositories, runs
from app.db.session import Session, unit_of_work
from app.db.work import backfills
from app.render import words
from app.services.acts import counting
from app.services.answers import aftermath
from app.services.chat import hearing, owner_news, threads
from app.services.ingest import runs as ingest
from app.services.ingest.variants import looked_up
from app.services.issues import opening
from app.services.judging import evaluate, outages
from app.services.policy import authorship, changes, policies
from app.services.publishing import past
from app.services.reruns import wishes
from jobs.outside import CODE_HOST, code_host, spared
from jobs.tasks.files import know_files
from jobs.turns import Turn, Work

log = structlog.get_logger()


def ingest_run(work: Work) -> None:
    """Store every report of one attempt, then ask for it to be evaluated.

    Every report is a transaction of its own and is stored once, so a turn that was cut short
    goes on where it ended.
    """
    request = work.lease.request
    assert isinstance(request, IngestRun)
    key = RunKey(request.repo_id, request.run_id, request.attempt)
    found = _run(work, key)
    if found is None:
        with work.finishing():
            return
    repository, run = found
    know_files(work, repository)
    host = code_host(work.context, repository)
    with spared(work.context, CODE_HOST):
        attempt = ingest.fetch_attempt(host, repository, run)
    if attempt.pull_request is not None:
        run = _bind(work, run, attempt)
    stored = 0
    with unit_of_work(work.context.engine) as session:
        policy = policies.policy_of(session, key.repo_id)
    for bound in looked_up(work.context.engine, run, attempt.artifacts):
        if not policy.reads_artifact(bound.artifact.name):
            continue
        with spared(work.context, CODE_HOST):
            stored += ingest.ingest_artifact(
                work.context.engine,
                host,
                repository,
                run,
                bound,
                now=work.context.clock(),
                limits=work.context.limits,
                limit=policy.artifact_max_bytes,
                scratch=work.context.scratch,
            )
    log.info("run_ingested", run=key.run_id, attempt=key.attempt, reports=stored)
    _finish_ingest(work, key, attempt, stored=stored)


def _run(work: Work, key: RunKey) -> tuple[Repository, Run] | None:
    """The run with its repository; None when we were taken off it."""
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, key.repo_id)
        run = runs.run(session, key)
    return None if repository is None or run is None else (repository, run)


def _bind(work: Work, run: Run, attempt: ingest.Attempt) -> Run:
    """Write down which pull request a run belongs to, before its reports are stored."""
    found = attempt.pull_request
    assert found is not None
    with unit_of_work(work.context.engine) as session:
        repositories.note_pull_request(session, run.key.repo_id, found)
        runs.note_pull_request_of(session, run.key, pr_number=found.number, base_sha=found.base_sha)
        bound = runs.run(session, run.key)
    assert bound is not None
    return bound


def _finish_ingest(work: Work, key: RunKey, attempt: ingest.Attempt, *, stored: int) -> None:
    now = work.context.clock()
    with work.finishing() as turn:
        runs.note_jobs(turn.session, key, attempt.jobs)
        runs.mark_ingested(turn.session, key, now=now)
        if stored:
            repositories.note_first_report(turn.session, key.repo_id, now=now)
        run = runs.run(turn.session, key)
        if run is not None and past.is_past(turn.session, run):
            counting.count_past(turn.session, run)
            _leave_to_history(turn, key, now=now)
        else:
            turn.ask(QueueName.RUN, EvaluateRun(key.repo_id, key.run_id, key.attempt))


def _leave_to_history(turn: Turn, key: RunKey, *, now: datetime) -> None:
    """What is told so late moves the scores, by its own time, and is said to nobody."""
    log.info("run_is_past", run=key.run_id, attempt=key.attempt)
    backfills.leave_to_recompute(turn.session, key, now=now)
    turn.ask(QueueName.HISTORY, Recompute(key.repo_id))


def evaluate_run(work: Work) -> None:
    """Judge one attempt's failures, then ask for what follows to be said."""
    request = work.lease.request
    assert isinstance(request, EvaluateRun)
    key = RunKey(request.repo_id, request.run_id, request.attempt)
    found = _run(work, key)
    if found is None:
        with work.finishing():
            return
    repository, run = found
    are_known = know_files(work, repository)
    _know_changes(work, repository, run)
    _know_authors(work, repository, run)
    now = work.context.clock()
    with work.finishing() as turn:
        found_out = evaluate.evaluate(
            turn.session,
            repository,
            run,
            now=now,
            request_id=work.lease.request_id,
            proposes=work.context.proposes,
        )
        runs.mark_evaluated(turn.session, key, now=now)
        _note_outage(turn, repository, run, now=now)
        told = _tell_chat(turn, repository, run, found_out, now=now)
        _of_our_own_accord(turn, work, repository, run, told)
        if found_out.needs_recompute:
            turn.ask(QueueName.HISTORY, Recompute(repository.id))
        if repository.installation_id is not None:  # other hosts' CI asks what became of it
            turn.ask(QueueName.RUN, PublishRun(repository.id, run.head_sha))
        if not are_known:
            turn.ask(QueueName.HISTORY, ReadRepositoryFiles(repository.id))


def _tell_chat(
    turn: Turn,
    repository: Repository,
    run: Run,
    found: evaluate.Evaluated,
    *,
    now: datetime,
) -> set[UUID]:
    """Have threads and messages about many cases say what is new; the cases that have threads."""
    session, changed = turn.session, found.changed
    for change in changed:
        if not change.is_dismissal:
            announce(session, repository, change, now=now)
    told = {change.case_id for change in changed} | found.proven
    told |= threads.with_threads(session, repository.id, run.key.run_id)
    for case_id in sorted(told):
        turn.ask(QueueName.RUN, TellChat(repository.id, case_id.hex))
    if any(State.BROKEN in {change.was, change.now} for change in changed):
        turn.ask(QueueName.RUN, TellBroken(repository.id))
    proposed = decisions.proposed(session, repository.id, since=now)
    failed = executions.failed_in_run(session, repository.id, run.key.run_id)
    if proposed:
        turn.ask(QueueName.RUN, TellProposals(repository.id))
    for wanted in aftermath.in_notices(session, repository.id, sorted({*told, *failed})):
        turn.ask(QueueName.RUN, wanted)
    return told


def _of_our_own_accord(
    turn: Turn, work: Work, repository: Repository, run: Run, changed: set[UUID]
) -> None:
    """Have issues opened and jobs re-run as the policy wants, and told what may be news."""
    session, now = turn.session, work.context.clock()
    seen = {*changed, *executions.failed_in_run(session, repository.id, run.key.run_id)}
    opening.open_due(session, repository, run, seen, now=now, request_id=work.lease.request_id)
    for issue_id in issues.to_tell(session, repository.id, seen):
        turn.ask(QueueName.RUN, TellIssue(repository.id, issue_id))
    for rerun_id in wishes.due(session, repository, run, now=now):
        turn.ask(QueueName.RUN, RerunJob(repository.id, rerun_id))


def _know_changes(work: Work, repository: Repository, run: Run) -> None:
    """Ask the code host which files the changes touch that something failed in, once for each."""
    if repository.installation_id is None:
        return
    wanted = changes.missing(work.context.engine, repository, run)
    if not wanted:
        return
    host = code_host(work.context, repository)
    with spared(work.context, CODE_HOST):
        found = changes.fetch(host, repository, wanted)
    changes.keep(work.context.engine, repository, found, now=work.context.clock())


def _know_authors(work: Work, repository: Repository, run: Run) -> None:
    """Ask the code host who changed the files of failed cases last, where nobody owns them."""
    if repository.installation_id is None:
        return
    wanted = authorship.missing(work.context.engine, run, now=work.context.clock())
    if not wanted:
        return
    try:
        with spared(work.context, CODE_HOST):
            found = authorship.fetch(code_host(work.context, repository), repository, wanted)
    except Unavailable as error:  # no judgement waits for a guess; the next failure asks again
        log.warning("last_changes_not_read", repo=repository.id, error=str(error))
        return
    authorship.keep(work.context.engine, repository, found, now=work.context.clock())


def _note_outage(turn: Turn, repository: Repository, run: Run, *, now: datetime) -> None:
    """Let what was judged to be an outage's failures belong to one event, and have it told."""
    if outage := outages.note_run(turn.session, repository, run, now=now):
        turn.ask(QueueName.RUN, TellOutage(repository.id, outage.id))


def announce(
    session: Session, repository: Repository, change: evaluate.Changed, *, now: datetime
) -> None:
    """Say a change of state in the threads that are open already, and to owners; each once."""
    run = change.run
    once = f"{change.case_id.hex[:12]}:{change.now}:{run.key.run_id}.{run.key.attempt}"
    says, at = partial(words.became, change.now), run.ended_at or run.started_at
    threads.queue_replies(
        session,
        repository.id,
        change.case_id,
        once=once,
        says=says,
        at=at,
        kind=hearing.STATES[change.now],
    )
    if change.now in owner_news.NEWS and run.is_trusted:
        owner_news.queue(
            session, repository.id, change.case_id, once=once, says=says, at=at, now=now
        )
