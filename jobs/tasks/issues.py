"""Issues on the code host: told what there is to say, and heeded when somebody closes one."""

from app.core.asking import QueueName
from app.core.requests import HeedIssue, TellIssue
from app.db.session import unit_of_work
from app.services.acts import Actor
from app.services.issues import hands, syncing
from app.services.issues.hands import Heard
from app.services.publishing.publish import Addresses
from jobs.outside import CODE_HOST, code_host, spared
from jobs.tasks.say import told_of
from jobs.turns import Work


def tell_issue(work: Work) -> None:
    """Make one issue say what there is to say."""
    request = work.lease.request
    assert isinstance(request, TellIssue)
    context, now = work.context, work.context.clock()
    addresses = Addresses(context.server_url, context.public_url)
    telling = None
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        if repository is not None and repository.installation_id is not None:
            telling = syncing.prepare(
                session, repository, request.issue_id, addresses=addresses, now=now
            )
    if telling is not None:
        host = code_host(context, telling.repository)
        with spared(context, CODE_HOST):
            syncing.say(context.engine, host, telling, now=now)
    with work.finishing():
        pass


def heed_issue(work: Work) -> None:
    """Do what follows from somebody's closing, or opening again, an issue of ours."""
    request = work.lease.request
    assert isinstance(request, HeedIssue)
    is_person = bool(request.by_person)
    actor = Actor(request.login, "issue", work.lease.request_id, is_person=is_person)
    heard = Heard(request.number, request.action == "closed", request.reason, actor)
    with work.finishing() as turn:
        now = work.context.clock()
        for wanted in hands.heed(turn.session, request.repo_id, heard, now=now):
            turn.ask(QueueName.RUN, wanted)
