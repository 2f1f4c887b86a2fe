"""Work that nobody waits for: what ran before, what was lost under way, a scorer anew."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from app.core.asking import QueueName
from app.core.chat_requests import TellBroken, TellHistory
from app.core.errors import Unavailable
from app.core.publishing import ChatMessage
from app.core.requests import ReadHistory, Recompute
from app.core.runs import Repository
from app.db import repositories
from app.db.chat import threads as chat_rows
from app.db.session import unit_of_work
from app.db.work import backfills
from app.ports import Speaker
from app.render.chat import history_message
from app.services import backfill
from app.services.backfill import Reading
from app.services.chat.quiet import first_to_retry
from app.services.chat.saying import say_once
from app.services.deliveries import redelivering
from app.services.judging import recompute as building
from jobs.outside import CHAT, CODE_HOST, code_host, spared
from jobs.turns import Work

log = structlog.get_logger()


def recompute(work: Work) -> None:
    """Work a part of a repository's history into its next scorer; another turn follows."""
    request = work.lease.request
    assert isinstance(request, Recompute)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    with work.finishing() as turn:
        if repository is None:
            return
        now, request_id = work.context.clock(), work.lease.request_id
        if not building.step(turn.session, repository, now=now, request_id=request_id):
            turn.ask(QueueName.HISTORY, request)
            return
        turn.ask(QueueName.HISTORY, TellBroken(repository.id))
        if backfill.is_untold(turn.session, repository.id):
            turn.ask(QueueName.HISTORY, TellHistory(repository.id))


def read_history(work: Work) -> None:
    """Read back a few runs; another turn follows until all are read, then a recompute."""
    request, context = work.lease.request, work.context
    assert isinstance(request, ReadHistory)
    now = context.clock()
    with unit_of_work(context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
        under_way = repository and backfill.begin(
            session, repository, days=context.backfill_days, now=now
        )
    if repository is None or not under_way:
        with work.finishing():
            return
    repository = _with_branch(work, repository)
    host = code_host(context, repository)
    reading = Reading(
        context.engine, host, repository, context.clock, context.limits, context.scratch
    )
    with spared(context, CODE_HOST):
        is_read = backfill.read_some(reading, under_way)
    with work.finishing() as turn:
        if not is_read:
            turn.ask(QueueName.HISTORY, request)
            return
        if backfill.finish(turn.session, repository, now=context.clock()):
            turn.ask(QueueName.HISTORY, Recompute(repository.id))
    log.info("history_read", repo=repository.id)


def _with_branch(work: Work, repository: Repository) -> Repository:
    """The repository with its default branch, which an installation's delivery does not tell.

    Without it no run that is read back would be known to be one of the default branch.
    """
    if repository.default_branch:
        return repository
    with spared(work.context, CODE_HOST):
        branch = code_host(work.context, repository).default_branch(repository.full_name)
    with unit_of_work(work.context.engine) as session:
        repositories.note_default_branch(session, repository.id, branch)
    return replace(repository, default_branch=branch)


def sweep_deliveries(work: Work) -> None:
    """Ask for deliveries that failed once more, and look for runs that none told of."""
    context = work.context
    now = context.clock()
    if context.hook is not None:
        with spared(context, CODE_HOST):
            asked = redelivering.ask_again(context.engine, context.hook, now=now)
        log.info("deliveries_swept", asked_again=asked)
    with work.finishing() as turn:
        for repository in repositories.repositories(turn.session):
            if repository.installation_id is not None and context.backfill_days:
                turn.ask(QueueName.HISTORY, ReadHistory(repository.id))


def _say_everywhere(
    work: Work, host: Speaker, channels: Sequence[str], message: ChatMessage
) -> None:
    """Post what was not posted yet; a channel that fails keeps no other from hearing."""
    failures: list[Unavailable] = []
    for channel in channels:
        try:
            with spared(work.context, CHAT):
                if host.reaches(channel):
                    now = work.context.clock()
                    say_once(work.context.engine, host, channel, message, now=now)
        except Unavailable as error:
            failures.append(error)
    if failures:
        raise first_to_retry(failures, now=work.context.clock())


def tell_history(work: Work) -> None:
    """One message a channel says what was read back."""
    request, context = work.lease.request, work.context
    assert isinstance(request, TellHistory)
    with unit_of_work(context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
        is_due = backfill.is_untold(session, request.repo_id)
        said = backfill.summary(session, request.repo_id)
        channels = chat_rows.channels(session, request.repo_id)
    host = context.chat
    if repository is not None and is_due and said is not None and host is not None:
        message = history_message(repository.full_name, said, handle=f"history:{repository.id}")
        _say_everywhere(work, host, channels, message)
    with work.finishing() as turn:
        backfills.mark_told(turn.session, request.repo_id, now=context.clock())
