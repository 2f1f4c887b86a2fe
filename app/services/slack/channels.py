"""Binding a channel to repositories, by whom GitHub lets administer them; and what it hears."""

from app.core.asking import Request
from app.core.chat_commands import Command, Kind, kinds_of
from app.core.chat_requests import TellChat
from app.core.decide import State
from app.core.errors import BadInput, Conflict
from app.core.globs import glob
from app.core.owners import is_owner
from app.core.runs import Repository
from app.db import judgements
from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import Session
from app.db.trail import AuditEvent
from app.ports import Permission
from app.render.words import decisions
from app.render.words import slack as said
from app.services import acts
from app.services.acts import Actor
from app.services.slack.desk import Deed, Desk, Outcome, must_be_linked, taken_back, with_undo
from app.services.slack.places import place

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
        before = _heard_here(session, desk, repository.id)
        is_new = places.subscribe(session, heard, now=desk.now)
        event_id = _audit(session, desk, actor, "subscribe", heard.repo_id, before, heard)
        flaky = judgements.in_state(session, repository.id, State.FLAKY)[:TOLD_AT_ONCE]
        follows: list[Request] = [TellChat(repository.id, case_id.hex) for case_id in flaky]
        sentence = said.subscribed(
            repository.full_name, wanted.kinds, wanted.owner, wanted.path, is_new=is_new
        )
        answer = with_undo(sentence, repository.id, event_id)
        return Outcome(answer, follows if is_new else ())

    return Deed(repository, Permission.ADMIN, do)


def unsubscribe(desk: Desk, command: Command) -> Deed:
    """`unsubscribe <repo>`: an administrator of it takes the channel off it."""
    must_be_linked(desk)
    repository = place(desk, command.rest).repository

    def do(session: Session, actor: Actor) -> Outcome:
        before = _heard_here(session, desk, repository.id)
        if before is None:
            raise BadInput(said.was_not_bound(repository.full_name))
        places.unsubscribe(session, repository.id, team_id=desk.team_id, channel=desk.channel)
        event_id = _audit(session, desk, actor, "unsubscribe", repository.id, before, None)
        sentence = said.unsubscribed(repository.full_name)
        return Outcome(with_undo(sentence, repository.id, event_id))

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


def take_back(desk: Desk, repository: Repository, event: AuditEvent) -> Deed:
    """Let the channel hear what it heard before, by who may bind it; Conflict after a newer word.

    The event is one of those that bind this channel.
    """

    def do(session: Session, actor: Actor) -> Outcome:
        current = _heard_here(session, desk, repository.id)
        if _kept(current) != event.after["heard"]:
            raise Conflict(decisions.newer_than(event.act))
        kept = event.before["heard"]
        if kept is None:
            places.unsubscribe(session, repository.id, team_id=desk.team_id, channel=desk.channel)
        else:
            earlier = Subscription(
                repository.id,
                desk.team_id,
                desk.channel,
                tuple(kept["kinds"]),
                kept["owner"],
                kept["path"],
                actor.login,
            )
            places.subscribe(session, earlier, now=desk.now)
        restored = _heard_here(session, desk, repository.id)
        _audit(session, desk, actor, "undo", repository.id, current, restored, undoes=event.id)
        return Outcome(taken_back(actor, event.act))

    return Deed(repository, Permission.ADMIN, do)


def is_binding(event: AuditEvent, *, team_id: str) -> bool:
    """Whether an act told a channel of this workspace what to hear, and can be taken back."""
    is_one = event.act in {"subscribe", "unsubscribe"} and "heard" in event.after
    return is_one and event.after["team"] == team_id


def _heard_here(session: Session, desk: Desk, repo_id: int) -> Subscription | None:
    heard = places.subscriptions(session, team_id=desk.team_id, channel=desk.channel)
    return heard.get(repo_id)


def _kept(heard: Subscription | None) -> dict[str, object] | None:
    """What a channel hears, as the audit trail keeps it."""
    if heard is None:
        return None
    return {"kinds": list(heard.kinds), "owner": heard.owner, "path": heard.path}


def _audit(
    session: Session,
    desk: Desk,
    actor: Actor,
    act: str,
    repo_id: int,
    before: Subscription | None,
    after: Subscription | None,
    **more: object,
) -> int:
    where = {"team": desk.team_id, "channel": desk.channel, **more}
    return acts.audit(
        session,
        repo_id,
        None,
        act,
        actor,
        before={"heard": _kept(before)},
        after={**where, "heard": _kept(after)},
        now=desk.now,
    )
