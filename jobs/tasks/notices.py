"""Messages about many cases: what they are to speak of, and bringing one up to date."""

from collections.abc import Callable, Collection

from app.core.asking import QueueName
from app.core.chat_requests import TellBroken, TellNotice, TellProposals
from app.db.session import unit_of_work
from app.services.chat import broken, notices, proposals
from app.services.publishing.publish import Addresses
from jobs.outside import CHAT, spared
from jobs.tasks.say import told_of
from jobs.tasks.team_channels import know_channels
from jobs.turns import Work

Gather = Callable[..., Collection[int]]
"""Which messages of a repository changed; see app.services.chat.proposals.gather and broken's."""


def tell_proposals(work: Work) -> None:
    """Let each channel's message speak of what was proposed; each is said by a task of its own."""
    request = work.lease.request
    assert isinstance(request, TellProposals)
    _gather(work, request.repo_id, proposals.gather)


def tell_broken(work: Work) -> None:
    """Let each channel's thread speak of what the default branch fails, or end."""
    request = work.lease.request
    assert isinstance(request, TellBroken)
    _gather(work, request.repo_id, broken.gather)


def _gather(work: Work, repo_id: int, gather: Gather) -> None:
    context = work.context
    know_channels(context, repo_id)
    with work.finishing() as turn:
        repository = told_of(context, turn.session, repo_id)
        if context.chat is None or repository is None:
            return
        changed = gather(turn.session, repository, new_token=context.new_token, now=context.clock())
        for notice_id in changed:
            turn.ask(QueueName.RUN, TellNotice(repo_id, notice_id))


def tell_notice(work: Work) -> None:
    """Bring a channel's message about many cases up to date, and what stands below it."""
    request, context = work.lease.request, work.context
    assert isinstance(request, TellNotice)
    host, telling = context.chat, None
    if host is not None:
        with unit_of_work(context.engine) as session:
            repository = told_of(context, session, request.repo_id)
            if repository is not None:
                addresses = Addresses(context.server_url, context.public_url)
                telling = notices.prepare(
                    session, repository, request.notice_id, addresses=addresses
                )
    if host is not None and telling is not None:
        with spared(context, CHAT):
            notices.say(context.engine, host, telling, now=context.clock())
    with work.finishing():
        pass
