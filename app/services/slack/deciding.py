"""The commands that decide about a case: one act each, which GitHub must let the asker do."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.core.asking import Request
from app.core.chat_buttons import handle_of, value_of
from app.core.chat_commands import Command, mentioned, span_of
from app.core.errors import BadInput, Missing
from app.core.reruns import TIMES_ASKED
from app.db.chat import links
from app.db.session import Session, unit_of_work
from app.ports import Permission
from app.render.chat import reply
from app.render.words import slack as said
from app.services import acts
from app.services.acts import Actor, Done, Wish
from app.services.acts.named import MOST_DAYS
from app.services.answers import aftermath
from app.services.slack import named
from app.services.slack.desk import Answer, Deed, Desk, Outcome
from app.services.slack.named import NamedCase

Act = Callable[[Session, Actor], Done]
SPAN_WORDS = 2  # `30 days`


def quarantine(desk: Desk, command: Command) -> Deed:
    """`quarantine <test> [days] [reason]`."""
    words = list(command.words)
    case, rest = _case_first(desk, words)
    days = None
    if rest and rest[0].removesuffix("d").isdigit():
        days = int(rest.pop(0).removesuffix("d")[:4])
        if not 1 <= days <= MOST_DAYS:
            raise BadInput(said.so_many_days(MOST_DAYS))
    reason = " ".join(rest)

    def act(session: Session, actor: Actor) -> Done:
        return acts.activate(
            session,
            case.repository.id,
            case.case_id,
            actor,
            now=desk.now,
            reason=reason,
            wish=Wish(days=days),
        )

    return _deed(case, act, now=desk.now)


def release(desk: Desk, command: Command) -> Deed:
    """`release <test>`."""
    case = named.case(desk, command.words)

    def act(session: Session, actor: Actor) -> Done:
        return acts.release(
            session, case.repository.id, case.case_id, actor, reason="", now=desk.now
        )

    return _deed(case, act, now=desk.now)


def dismiss(desk: Desk, command: Command) -> Deed:
    """`dismiss <test>`."""
    case = named.case(desk, command.words)

    def act(session: Session, actor: Actor) -> Done:
        return acts.dismiss(session, case.repository.id, case.case_id, actor, now=desk.now)

    return _deed(case, act, now=desk.now)


def own(desk: Desk, command: Command) -> Deed:
    """`own <test> @user`: a Slack user who is linked, or a name as CODEOWNERS takes it."""
    *words, whose = command.words or ("",)
    if not words:
        raise BadInput(said.whose_is_it())
    case = named.case(desk, words)
    owner = _owner(desk, whose)

    def act(session: Session, actor: Actor) -> Done:
        return acts.own(session, case.repository.id, case.case_id, actor, owner=owner, now=desk.now)

    return _deed(case, act, now=desk.now)


def mute(desk: Desk, command: Command) -> Deed:
    """`mute <test> <time>`."""
    words, span = _span_last(list(command.words))
    case = named.case(desk, words)

    def act(session: Session, actor: Actor) -> Done:
        until = desk.now + span
        return acts.mute(
            session, case.repository.id, case.case_id, actor, until=until, now=desk.now
        )

    return _deed(case, act, now=desk.now)


def rerun(desk: Desk, command: Command) -> Deed:
    """`rerun <test> [n]`."""
    words = list(command.words)
    times = TIMES_ASKED
    if len(words) > 1 and words[-1].isascii() and words[-1].isdigit():
        times = int(words.pop()[:4])
    case = named.case(desk, words)

    def act(session: Session, actor: Actor) -> Done:
        return acts.rerun(
            session, case.repository.id, case.case_id, actor, now=desk.now, times=times
        )

    return _deed(case, act, now=desk.now)


def _deed(case: NamedCase, act: Act, *, now: datetime) -> Deed:
    """An act, said to whoever asked, in the threads and on GitHub."""

    def do(session: Session, actor: Actor) -> Outcome:
        done = act(session, actor)
        follows: list[Request] = aftermath.follows(session, case.repository.id, done, now=now)
        undo = value_of(handle_of(case.repository.id, case.case_id), done.event_id)
        shown = reply(said.done_to(case.name, done.sentence), "", undo=undo)
        return Outcome(Answer(shown.text, shown.blocks), follows)

    return Deed(case.repository, Permission.WRITE, do)


def _case_first(desk: Desk, words: list[str]) -> tuple[NamedCase, list[str]]:
    """The case that the first words name, and the words behind it.

    A name with spaces stands in quotes; a repository may stand before it.
    """
    if not words:
        raise BadInput(said.name_a_case())
    if len(words) == 1 or "/" not in words[0]:
        return named.case(desk, words[:1]), words[1:]
    try:
        return named.case(desk, words[:1]), words[1:]
    except Missing:  # then it says where the case is
        return named.case(desk, words[:2]), words[2:]


def _span_last(words: list[str]) -> tuple[list[str], timedelta]:
    """The time at the end, `3d` or `3 days`, and the words before it."""
    for number in (1, SPAN_WORDS):
        span = span_of("".join(words[-number:])) if len(words) > number else None
        if span is not None:
            return words[:-number], span
    raise BadInput(said.for_how_long())


def _owner(desk: Desk, whose: str) -> str:
    """Whom a word names: a mentioned Slack user by their login, else as it stands."""
    chat_user = mentioned(whose)
    if chat_user is None:
        return whose
    with unit_of_work(desk.engine) as session:
        found = links.linked(session, team_id=desk.team_id, chat_user=chat_user)
    if found is None:
        raise BadInput(said.owner_not_linked())
    return f"@{found.login}"
