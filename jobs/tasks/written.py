"""Somebody wrote commands below a pull request: do them once, if they may, and answer there."""

from dataclasses import dataclass
from typing import TypeAlias

import structlog

from app.core.asking import QueueName
from app.core.commands import Command, CommandName, commands_in
from app.core.errors import FlakeGuardError, NotAllowed, Unavailable
from app.core.policy.policy import Policy
from app.core.requests import ActFromComment, AnswerPull, PublishRun, ReactToComment
from app.core.runs import Repository
from app.db import claims, pulls, repositories
from app.db.session import Session, unit_of_work
from app.ports import Reaction
from app.render.words import answers as said
from app.services.acts import Actor
from app.services.answers import commanding, composing
from app.services.answers.commanding import Pull
from app.services.answers.composing import Place
from app.services.policy import policies
from app.services.reruns import failed_jobs
from app.services.reruns.failed_jobs import NotStarted, Started
from jobs.outside import CODE_HOST, code_host, spared
from jobs.tasks.acting import act_on, must_write
from jobs.turns import Turn, Work

log = structlog.get_logger()

Outcomes: TypeAlias = list[Started | NotStarted]


@dataclass(frozen=True, slots=True)
class Letter:
    """A comment that is ours to answer."""

    repository: Repository
    policy: Policy
    pull: Pull
    commands: list[Command]
    once: str
    actor: Actor

    @property
    def place(self) -> Place:
        """Where it is answered."""
        return Place(self.repository.id, self.pull.head_sha, self.pull.number)


def act_from_comment(work: Work) -> None:
    """Do what a comment asks for; who may not write hears so, and nothing is done.

    Where nothing may be said, nothing is done either: nobody would know of it.
    """
    request = work.lease.request
    assert isinstance(request, ActFromComment)
    with unit_of_work(work.context.engine) as session:
        letter = _letter(session, work, request)
    if letter is None or work.context.is_silent:
        log.info("comment_ignored", comment=request.comment_id)
        with work.finishing():
            return
    outcomes: Outcomes = []
    refusal = None
    try:
        must_write(work, letter.repository, request.login)
        if any(
            command.name is CommandName.RERUN and not command.case for command in letter.commands
        ):
            outcomes = _run_again(work, letter)
    except NotAllowed as refused:
        log.info("comment_refused", login=request.login, reason=str(refused))
        refusal = str(refused)
    _finish(work, letter, request, outcomes, refusal)


def react_to_comment(work: Work) -> None:
    """Put our reaction below a comment; one that is gone needs none."""
    request = work.lease.request
    assert isinstance(request, ReactToComment)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    if repository is not None:
        host = code_host(work.context, repository)
        try:
            with spared(work.context, CODE_HOST):
                host.react(repository.full_name, request.comment_id, Reaction(request.reaction))
        except FlakeGuardError as error:
            if isinstance(error, Unavailable) and not error.permanent:
                raise
            log.info("reaction_not_put", because=str(error))
    with work.finishing():
        pass


def _letter(session: Session, work: Work, request: ActFromComment) -> Letter | None:
    """The comment with all that answering it takes; None where it is none of our business."""
    repository = repositories.repository(session, request.repo_id)
    head = pulls.head_of(session, request.repo_id, request.pr_number)
    if repository is None:
        return None
    policy = policies.policy_of(session, repository.id)
    if not policy.publishes:
        return None
    return Letter(
        repository,
        policy,
        Pull(repository.id, request.pr_number, head or ""),
        commands_in(request.text),
        f"comment:{request.comment_id}",
        Actor(request.login, "comment", work.lease.request_id),
    )


def _run_again(work: Work, letter: Letter) -> Outcomes:
    repo_id, now = letter.repository.id, work.context.clock()
    with unit_of_work(work.context.engine) as session:
        red = commanding.red_runs(session, repo_id, letter.pull.head_sha)
        runs = composing.runs_meant(session, repo_id, red, once=letter.once, now=now)
        wanted = [commanding.wanted_of(session, repo_id, run) for run in runs]
    host = code_host(work.context, letter.repository)
    with spared(work.context, CODE_HOST):
        return failed_jobs.start(host, letter.repository, letter.policy, wanted, letter.actor.login)


def _finish(
    work: Work,
    letter: Letter,
    request: ActFromComment,
    outcomes: Outcomes,
    refusal: str | None,
) -> None:
    """Do the commands, write the answers down, and have both shown."""
    now = work.context.clock()
    with work.finishing() as turn:
        if not claims.claim(turn.session, letter.repository.id, letter.once, now=now):
            return
        if refusal is not None:
            composing.tell(turn.session, letter.place, refusal, once=f"{letter.once}:0", now=now)
            is_done = False
        else:
            results = [
                _obey(turn, work, letter, command, outcomes, once=f"{letter.once}:{number}")
                for number, command in enumerate(letter.commands)
            ]
            is_done = all(results)
        reaction = Reaction.DONE if is_done else Reaction.REFUSED
        turn.ask(
            QueueName.CLICK,
            ReactToComment(letter.repository.id, request.comment_id, reaction.value),
        )
        if letter.pull.head_sha:
            turn.ask(QueueName.CLICK, PublishRun(letter.repository.id, letter.pull.head_sha))
        turn.ask(QueueName.CLICK, AnswerPull(letter.repository.id, letter.pull.number))


def _obey(
    turn: Turn, work: Work, letter: Letter, command: Command, outcomes: Outcomes, *, once: str
) -> bool:
    """Do one command and answer it; whether it was done."""
    now = work.context.clock()
    if command.name is CommandName.RERUN and not command.case:
        return composing.tell_reruns(
            turn.session, letter.place, outcomes, letter.actor, once=once, now=now
        )
    is_done, text = _answer(turn, work, letter, command)
    composing.tell(turn.session, letter.place, text, once=once, now=now)
    return is_done


def _answer(turn: Turn, work: Work, letter: Letter, command: Command) -> tuple[bool, str]:
    """What is said to a command, and whether it was done."""
    session, login = turn.session, letter.actor.login
    try:
        match command.name:
            case CommandName.HELP:
                return True, said.help_text()
            case CommandName.EXPLAIN:
                now = work.context.clock()
                return True, commanding.explanation(session, letter.pull, command, now=now)
            case None:
                unknown = said.unknown_command(command.word, command.meant)
                return False, said.refused(login, unknown)
            case name:
                case = commanding.case_of(session, letter.pull, command)
                asked = commanding.asked_with(letter.pull, command)
                act = commanding.ACTS[name]
                acted = act_on(
                    turn, work, letter.repository, [case.case_id], act, letter.actor, asked=asked
                )
                text = composing.of_acts(session, letter.repository.id, acted)
                return bool(acted.done), text if acted.done else said.refused(login, text)
    except FlakeGuardError as refused:
        if not refused.permanent:
            raise
        return False, said.refused(login, str(refused))
