"""A button of a check run was pressed: do what it stands for, once, and answer there."""

from dataclasses import dataclass

import structlog

from app.core.acts import ActName, ButtonName
from app.core.asking import QueueName
from app.core.errors import NotAllowed
from app.core.policy.policy import Policy
from app.core.requests import ActFromCheck, PublishRun
from app.core.runs import Repository
from app.db import claims, publications, repositories
from app.db.session import Session, unit_of_work
from app.render.view import Offer
from app.render.words import answers as said
from app.services.acts import Actor, Asked
from app.services.answers import commanding, composing
from app.services.answers.composing import Place
from app.services.policy import policies
from app.services.publishing import clicks
from app.services.publishing.publish import CHECK
from app.services.reruns import failed_jobs
from jobs.outside import CODE_HOST, code_host, spared
from jobs.tasks.acting import act_on, must_write
from jobs.turns import Work

log = structlog.get_logger()

MOST_AT_ONCE = 10  # cases that one click acts on


@dataclass(frozen=True, slots=True)
class Click:
    """A click that is ours to answer."""

    repository: Repository
    policy: Policy
    head_sha: str
    offer: Offer | None  # None: what stood behind the button is gone
    once: str
    actor: Actor

    @property
    def place(self) -> Place:
        """Where it is answered."""
        return Place(self.repository.id, self.head_sha)


def act_from_check(work: Work) -> None:
    """Act on what stands behind a check run's button.

    A click on a check run that is none of ours, in another installation than the repository's,
    or on an unknown button changes nothing; a person who may not write hears so there.
    """
    request = work.lease.request
    assert isinstance(request, ActFromCheck)
    with unit_of_work(work.context.engine) as session:
        click = _click(session, work, request)
    if click is None:
        log.info("click_ignored", check_run=request.check_run_id, identifier=request.identifier)
        with work.finishing():
            return
    try:
        must_write(work, click.repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        _answer(work, click, str(refused))
        return
    act = ButtonName(request.identifier).act
    if act is None:
        _rerun(work, click)
    elif click.offer is None:
        _answer(work, click, said.nothing_listed(request.login))
    else:
        _act(work, click, click.offer, act)


def _click(session: Session, work: Work, request: ActFromCheck) -> Click | None:
    """What was clicked; None where that is none of our business."""
    repository = repositories.repository(session, request.repo_id)
    shown = publications.publication_by_id(session, request.repo_id, CHECK, request.check_run_id)
    if repository is None or shown is None or request.identifier not in set(ButtonName):
        return None
    policy = policies.policy_of(session, repository.id)
    if repository.installation_id != request.installation_id or not policy.publishes:
        return None
    return Click(
        repository,
        policy,
        shown.key,
        clicks.offered(shown.view, request.identifier),
        f"click:{request.delivery_id}",
        Actor(request.login, "check", work.lease.request_id),
    )


def _answer(work: Work, click: Click, text: str, *, url: str | None = None) -> None:
    """Say on the check run why nothing was done."""
    now = work.context.clock()
    with work.finishing() as turn:
        if not claims.claim(turn.session, click.repository.id, click.once, now=now):
            return
        composing.tell(turn.session, click.place, text, once=f"{click.once}:0", now=now, url=url)
        turn.ask(QueueName.CLICK, PublishRun(click.repository.id, click.head_sha))


def _act(work: Work, click: Click, offer: Offer, act: ActName) -> None:
    """Act on the button's cases, unless they are more than one click may act on."""
    login = click.actor.login
    if len(offer.cases) > MOST_AT_ONCE:
        page = work.context.public_url
        url = f"{page}/r/{click.repository.full_name}" if page else None
        text = said.too_many(login, len(offer.cases), most=MOST_AT_ONCE, has_page=url is not None)
        _answer(work, click, text, url=url)
        return
    now = work.context.clock()
    asked = Asked(commit=click.head_sha)
    with work.finishing() as turn:
        if not claims.claim(turn.session, click.repository.id, click.once, now=now):
            return
        turn.ask(QueueName.CLICK, PublishRun(click.repository.id, click.head_sha))
        acted = act_on(turn, work, click.repository, offer.cases, act, click.actor, asked=asked)
        text = composing.of_acts(turn.session, click.repository.id, acted)
        composing.tell(turn.session, click.place, text, once=f"{click.once}:0", now=now)


def _rerun(work: Work, click: Click) -> None:
    """Have the failed jobs run again, each run's once."""
    offered = click.offer.runs if click.offer else ()
    now = work.context.clock()
    with unit_of_work(work.context.engine) as session:
        runs = composing.runs_meant(session, click.repository.id, offered, once=click.once, now=now)
        wanted = [commanding.wanted_of(session, click.repository.id, run) for run in runs]
    host = code_host(work.context, click.repository)
    with spared(work.context, CODE_HOST):
        outcomes = failed_jobs.start(
            host, click.repository, click.policy, wanted, click.actor.login
        )
    with work.finishing() as turn:
        if not claims.claim(turn.session, click.repository.id, click.once, now=now):
            return
        turn.ask(QueueName.CLICK, PublishRun(click.repository.id, click.head_sha))
        composing.tell_reruns(
            turn.session, click.place, outcomes, click.actor, once=click.once, now=now
        )
