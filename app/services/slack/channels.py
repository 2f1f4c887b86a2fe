"""Binding a channel to repositories, by whom GitHub lets administer them; and what it hears."""

from app.core.asking import Request
from app.core.chat_commands import Command, Kind, kinds_of
from app.core.chat_requests import TellChat
from app.core.decide import State
from app.core.errors import BadInput
from app.core.globs import glob
from app.core.owners import is_owner
from app.db import judgements
from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import Session
from app.ports import Permission
from app.render import escape
from app.render.words import slack as said
from app.services import acts
from app.services.acts import Actor
from app.services.slack.desk import Answer, Deed, Desk, Outcome, must_be_linked
from app.services.slack.places import place

SENTENCE = 600  # characters of what is answered
LONGEST_PATH = 200  # characters of a glob
TOLD_AT_ONCE = 100  # cases that are flaky already and get their threads when a channel is bound


def subscribe(desk: Desk, command: Command) -> Deed:
    """`subscribe <repo> [kinds] [@team|path]`: an administrator of it binds the channel to it."""
    must_be_linked(desk)
    if desk.is_direct:
        raise BadInput(said.only_channels())
    if not command.words:
        raise BadInput(said.name_one_to_hear_of())
    repository = place(desk, command.words[0]).repository
    wanted = _wanted(desk, repository.id, list(command.words[1:]))

    def do(session: Session, actor: Actor) -> Outcome:
        heard = Subscription(
            wanted.repo_id,
            wanted.team_id,
            wanted.channel,
            wanted.kinds,
            wanted.owner,
            wanted.path,
            actor.login,
        )
        is_new = places.subscribe(session, heard, now=desk.now)
        _audit(session, desk, heard, actor, "subscribe")
        flaky = judgements.in_state(session, repository.id, State.FLAKY)[:TOLD_AT_ONCE]
        follows: list[Request] = [TellChat(repository.id, case_id.hex) for case_id in flaky]
        sentence = said.subscribed(
            repository.full_name, wanted.kinds, wanted.owner, wanted.path, is_new=is_new
        )
        answer = Answer(escape.slack(sentence, limit=SENTENCE), to_all=True)
        return Outcome(answer, follows if is_new else ())

    return Deed(repository, Permission.ADMIN, do)


def unsubscribe(desk: Desk, command: Command) -> Deed:
    """`unsubscribe <repo>`: an administrator of it takes the channel off it."""
    must_be_linked(desk)
    repository = place(desk, command.rest).repository

    def do(session: Session, actor: Actor) -> Outcome:
        was_bound = places.unsubscribe(
            session, repository.id, team_id=desk.team_id, channel=desk.channel
        )
        if not was_bound:
            raise BadInput(said.was_not_bound(repository.full_name))
        gone = Subscription(repository.id, desk.team_id, desk.channel)
        _audit(session, desk, gone, actor, "unsubscribe")
        sentence = said.unsubscribed(repository.full_name)
        return Outcome(Answer(escape.slack(sentence, limit=SENTENCE), to_all=True))

    return Deed(repository, Permission.ADMIN, do)


def _wanted(desk: Desk, repo_id: int, words: list[str]) -> Subscription:
    kinds: tuple[Kind, ...] = ()
    owner = path = None
    for word in words:
        known = kinds_of(word)
        if known is not None:
            kinds += known
        elif word.startswith("@"):
            if not is_owner(word):
                raise BadInput(said.no_such_owner(word))
            owner = word
        elif any(sign in word for sign in "/*.") and len(word) <= LONGEST_PATH:
            path = glob(word).pattern
        else:
            raise BadInput(said.not_to_hear_of(word, [one.value for one in Kind]))
    told = tuple(dict.fromkeys(kind.value for kind in kinds))
    return Subscription(repo_id, desk.team_id, desk.channel, told, owner, path)


def _audit(session: Session, desk: Desk, heard: Subscription, actor: Actor, act: str) -> None:
    after = {
        "team": heard.team_id,
        "channel": heard.channel,
        "kinds": list(heard.kinds),
        "owner": heard.owner,
        "path": heard.path,
    }
    acts.audit(session, heard.repo_id, None, act, actor, before={}, after=after, now=desk.now)
