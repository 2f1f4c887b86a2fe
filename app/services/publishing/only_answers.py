"""The comment of a pull request on whose commit there is nothing to say but what was asked for."""

from datetime import datetime

from app.core.policy.names import CommentWhen
from app.core.runs import Repository
from app.db import answers, publications, pulls
from app.db.session import Session
from app.render import markdown
from app.render.words import answers as said
from app.services.policy import policies
from app.services.publishing import publish, sticky
from app.services.publishing.commit_facts import Addresses
from app.services.publishing.sticky import COMMENT, Sticky


def only_answers(
    session: Session, repository: Repository, number: int, *, addresses: Addresses, now: datetime
) -> Sticky | None:
    """What the comment says before anything else does; None where the commit has its own words."""
    policy = policies.policy_of(session, repository.id)
    head = pulls.head_of(session, repository.id, number)
    planned = None
    if head:
        planned = publish.plan(session, repository, head, addresses=addresses, now=now)
    if planned is not None and planned.pr_number == number:
        return None
    told = answers.shown(session, repository.id, head, number)
    if not told or policy.comment is CommentWhen.NEVER:
        return None
    if planned is not None and planned.pr_number is not None:
        why = said.said_elsewhere(planned.pr_number)
    else:
        why = said.nothing_yet() if repository.has_reports else said.no_report_ever()
    body = markdown.answers_body(told, why, sticky.marker(repository.id), head_sha=head)
    before = publications.publication(session, repository.id, COMMENT, str(number))
    return Sticky(repository, number, body, before, is_silent=False)
