"""Say it: the check run and the comment on the code host, the threads in chat."""

from uuid import UUID

from app.core.asking import QueueName
from app.core.chat_requests import TellChat, TellOutage, TellStorm
from app.core.errors import NotGranted
from app.core.requests import AnswerPull, PublishRun
from app.core.runs import Repository
from app.db import repositories
from app.db.session import Session, unit_of_work
from app.ports import CodeHost
from app.services.chat import outages, storms, threads
from app.services.policy import policies
from app.services.publishing import publish, sticky
from app.services.publishing.only_answers import only_answers
from app.services.publishing.publish import Addresses, Plan
from jobs.context import Context
from jobs.outside import CHAT, CODE_HOST, code_host, spared
from jobs.tasks.team_channels import know_channels
from jobs.turns import Work, learn_grants


def told_of(context: Context, session: Session, repo_id: int) -> Repository | None:
    """The repository that something is to be said of; None where nothing may be."""
    if context.is_silent or not policies.policy_of(session, repo_id).publishes:
        return None
    found = repositories.repository(session, repo_id)
    return None if found is None or found.is_archived else found


def publish_run(work: Work) -> None:
    """Make the check run and the comment of one head commit say what we think now."""
    request = work.lease.request
    assert isinstance(request, PublishRun)
    context, now = work.context, work.context.clock()
    wanted = _plan(context, request)
    if wanted:
        host = code_host(context, wanted.repository)
        with spared(context, CODE_HOST):
            try:
                publish.publish_check(context.engine, host, wanted, now=now)
            except NotGranted as refused:
                learn_grants(context, refused)
                _comment(context, host, _plan(context, request))  # it says what is missing
                raise
            _comment(context, host, wanted)
    with work.finishing():
        pass


def answer_pull(work: Work) -> None:
    """Say in a pull request's comment what was answered there, where nothing else says it."""
    request = work.lease.request
    assert isinstance(request, AnswerPull)
    context, now = work.context, work.context.clock()
    wanted = None
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        if repository is not None:
            wanted = only_answers(
                session, repository, request.pr_number, addresses=_addresses(context), now=now
            )
    if wanted is not None:
        host = code_host(context, wanted.repository)
        with spared(context, CODE_HOST):
            sticky.publish(context.engine, host, wanted, now=now)
    with work.finishing():
        pass


def _plan(context: Context, request: PublishRun) -> Plan | None:
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        if repository is None:
            return None
        now = context.clock()
        return publish.plan(
            session, repository, request.head_sha, addresses=_addresses(context), now=now
        )


def _addresses(context: Context) -> Addresses:
    """Where people are, and whether their clicks come to us: only a webhook tells of one."""
    return Addresses(context.server_url, context.public_url, hears_clicks=context.news is None)


def _comment(context: Context, host: CodeHost, wanted: Plan | None) -> None:
    if wanted is not None:
        publish.publish_comment(context.engine, host, wanted, now=context.clock())


def tell_chat(work: Work) -> None:
    """Bring one case's threads up to date; nothing without a workspace or a subscription."""
    request = work.lease.request
    assert isinstance(request, TellChat)
    context, now = work.context, work.context.clock()
    host = context.chat
    telling = None
    if host is not None:
        know_channels(context, request.repo_id)
        with unit_of_work(context.engine) as session:
            repository = told_of(context, session, request.repo_id)
            if repository is not None:
                wanted = threads.channels_needing_threads(session, repository.id)
                telling = threads.prepare(
                    session,
                    repository,
                    UUID(request.case_id),
                    tokens=[context.new_token() for _ in range(wanted)],
                    public_url=context.public_url,
                    now=now,
                )
    if host is not None and telling is not None:
        with spared(context, CHAT):
            threads.say(context.engine, host, telling, now=now)
    with work.finishing() as turn:
        for channel in telling.stormy if telling is not None else ():
            turn.ask(QueueName.RUN, TellStorm(request.repo_id, channel))


def tell_storm(work: Work) -> None:
    """Bring a channel's message of many flaky cases up to date."""
    request = work.lease.request
    assert isinstance(request, TellStorm)
    context, telling = work.context, None
    host = context.chat
    if host is not None:
        with unit_of_work(context.engine) as session:
            repository = told_of(context, session, request.repo_id)
            if repository is not None:
                telling = storms.prepare(
                    session, repository, request.channel, public_url=context.public_url
                )
    if host is not None and telling is not None:
        with spared(context, CHAT):
            storms.say(context.engine, host, telling, now=context.clock())
    with work.finishing():
        pass


def tell_outage(work: Work) -> None:
    """Say what is to be said of one outage; nothing without a workspace."""
    request = work.lease.request
    assert isinstance(request, TellOutage)
    context, now = work.context, work.context.clock()
    host = context.chat
    telling = None
    if host is not None:
        with unit_of_work(context.engine) as session:
            repository = told_of(context, session, request.repo_id)
            if repository is not None:
                telling = outages.prepare(
                    session, repository, request.outage_id, public_url=context.public_url
                )
    if host is not None and telling is not None:
        with spared(context, CHAT):
            outages.say(context.engine, host, telling, now=now)
    with work.finishing():
        pass
