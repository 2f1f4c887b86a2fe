"""What people click in chat, and the windows that some clicks open: a window first, data after."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from app.core.asking import QueueName
from app.core.chat_buttons import (
    OF_NOTICES,
    WINDOWS,
    ChatButton,
    case_in,
    parts_of,
    value_of,
)
from app.core.chat_requests import ActFromChat, SubmitFromChat, TellChat
from app.core.errors import Conflict, FlakeGuardError, Missing, NotAllowed, Unavailable
from app.db import cases, repositories
from app.db.chat import threads as chat_rows
from app.db.chat.threads import Thread
from app.db.session import Session, unit_of_work
from app.ports import Permission
from app.render import escape, words
from app.render import slack_windows as shown
from app.render.blocks import Block
from app.render.words import slack as said_there
from app.render.words import slack_windows as said
from app.services.acts import Actor, Done
from app.services.answers import aftermath
from app.services.slack import presses
from app.services.slack.desk import Answer, Desk, must_be_linked
from app.services.slack.presses import Filled, Pressed
from jobs.outside import CHAT, spared
from jobs.tasks import home
from jobs.tasks.binding_clicks import undo_binding
from jobs.tasks.chat_asking import (
    answer,
    desk_for,
    host_for,
    is_told,
    must_write_from,
    refusal,
    repo_of,
    zone_for,
)
from jobs.tasks.notice_clicks import act_on_notice
from jobs.turns import Work

log = structlog.get_logger()
Do = Callable[[Session, Actor], Done]


def act_from_chat(work: Work) -> None:
    """Do what was clicked, or open its window; the clicker hears why not.

    A refusal is said before the task is done: who is cut short in between says it again.
    """
    request = work.lease.request
    assert isinstance(request, ActFromChat)
    if ChatButton(request.action) in WINDOWS:
        _window(work, request)
        return
    if ChatButton(request.action) in OF_NOTICES:
        act_on_notice(work)
        return
    if request.action == ChatButton.UNBIND:
        undo_binding(work)
        return
    if request.action == ChatButton.LINK:
        home.offer(work, request)
        with work.finishing():
            return
    pressed = None
    try:
        desk, pressed = _pressed(work, request)
        must_write_from(desk, pressed.repository, pressed.thread.channel)
        now = work.context.clock()
        with words.in_zone(zone_for(work, request, channel=pressed.thread.channel)):
            _act(work, desk, pressed, partial(_press, pressed, now=now))
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        _reply(work, request, refusal(error))
        with work.finishing() as turn:
            if pressed is not None and isinstance(error, Conflict):  # they saw what was before
                shown_case = pressed.thread.case_id.hex
                turn.ask(QueueName.CLICK, TellChat(pressed.repository.id, shown_case))


def submit_from_chat(work: Work) -> None:
    """Do what was filled in; who sent it hears why not, where the thread is."""
    request = work.lease.request
    assert isinstance(request, SubmitFromChat)
    thread = None
    try:
        desk, pressed = _pressed(work, request)
        thread = pressed.thread
        must_write_from(desk, pressed.repository, pressed.thread.channel)
        now = work.context.clock()
        filled = Filled(
            request.reason, int(request.days) if request.days else None, request.owner or None
        )
        with words.in_zone(zone_for(work, request, channel=thread.channel)):
            _act(work, desk, pressed, partial(_send, pressed, filled, now=now))
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        if thread is not None and thread.channel == home.AT_HOME:
            home.publish(work, request, note=refusal(error).text)
        elif thread is not None:
            _whisper(work, request, thread, refusal(error))
        with work.finishing():
            pass


def _press(pressed: Pressed, session: Session, actor: Actor, *, now: datetime) -> Done:
    return presses.press(session, pressed, actor, now=now)


def _send(
    pressed: Pressed, filled: Filled, session: Session, actor: Actor, *, now: datetime
) -> Done:
    return presses.send(session, pressed, filled, actor, now=now)


def _act(work: Work, desk: Desk, pressed: Pressed, do: Do) -> None:
    """Act, and have everything that shows the case judged and said anew."""
    assert desk.linked is not None  # seen to before
    actor = Actor(desk.linked.login, "slack", work.lease.request_id)
    repo_id, now = pressed.repository.id, work.context.clock()
    with work.finishing() as turn:
        done = do(turn.session, actor)
        for wanted in aftermath.follows(turn.session, repo_id, done, now=now):
            turn.ask(QueueName.CLICK, wanted)
        case_id = pressed.thread.case_id
        name = cases.cases(turn.session, repo_id, [case_id])[case_id].full_name
    if pressed.thread.channel != home.AT_HOME:
        return
    request, sentence = work.lease.request, said_there.done_to(name, done.sentence)
    if isinstance(request, ActFromChat) and request.response_url:  # below a command's answer
        answer(work, request.team_id, request.response_url, Answer(escape.slack(sentence)))
        return
    is_taken_back = pressed.button is ChatButton.UNDO
    undo = None if is_taken_back else value_of(pressed.thread.handle, done.event_id)
    home.show_done(work, sentence, undo=undo)


def _reply(work: Work, request: ActFromChat, said_back: Answer) -> None:
    """Tell who clicked: below the message, or on their own page."""
    if request.response_url:
        answer(work, request.team_id, request.response_url, said_back)
    else:
        home.publish(work, request, note=said_back.text)


def _window(work: Work, request: ActFromChat) -> None:
    """Open a window while Slack lets us, then look, then show what was found."""
    host = host_for(work.context, request.team_id)
    if host is None:
        with work.finishing():
            return
    try:
        with spared(work.context, CHAT):
            opened = host.open_window(request.trigger_id, shown.loading())
    except FlakeGuardError as error:
        log.info("window_not_opened", because=str(error))
        _reply(work, request, Answer(said.window_too_late()))
        with work.finishing():
            return
    try:
        view = _view(work, request)
    except FlakeGuardError as error:
        is_passing = isinstance(error, Unavailable) and not error.permanent
        view = shown.told(said.try_again() if is_passing else refusal(error).text)
    try:
        with spared(work.context, CHAT):
            host.change_window(opened, view)
    except Missing:
        log.info("window_closed")
    with work.finishing():
        pass


def _view(work: Work, request: ActFromChat) -> Block:
    desk, pressed = _pressed(work, request)
    if pressed.button is ChatButton.WHY:
        if not is_told(desk, pressed.repository.id, pressed.thread.channel):
            must_be_linked(desk)
            if desk.permission(pressed.repository) < Permission.READ:
                raise NotAllowed(words.nothing_to_act_on())
    else:
        must_write_from(desk, pressed.repository, pressed.thread.channel)
    zone = zone_for(work, request, channel=pressed.thread.channel)
    with words.in_zone(zone), unit_of_work(work.context.engine) as session:
        return presses.window(session, pressed, now=desk.now)


def _pressed(work: Work, request: ActFromChat | SubmitFromChat) -> tuple[Desk, Pressed]:
    """What was pressed, and who did; NotAllowed where it stands for nothing any more."""
    handle, number = parts_of(request.handle)
    repo_id = repo_of(handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        thread = chat_rows.thread_by_handle(session, repo_id, handle)
        thread = thread or _at_home(session, repo_id, handle)
    if repository is None or thread is None:
        raise NotAllowed(words.nothing_to_act_on())
    desk = desk_for(work, request, channel=thread.channel)
    return desk, Pressed(ChatButton(request.action), repository, thread, number)


def _at_home(session: Session, repo_id: int, handle: str) -> Thread | None:
    """What a button of somebody's own page speaks of, as if it had a thread; None for rubbish."""
    case_id = case_in(handle)
    if case_id is None or not cases.cases(session, repo_id, [case_id]):
        return None
    return Thread(repo_id, case_id, home.AT_HOME, handle, None, None)


def _whisper(work: Work, request: SubmitFromChat, thread: Thread, said_back: Answer) -> None:
    """Tell who sent a window, where the thread is; when they cannot be told, so be it."""
    host = host_for(work.context, request.team_id)
    if host is None:
        return
    try:
        with spared(work.context, CHAT):
            host.whisper(thread.channel, request.chat_user, said_back.text)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("answer_not_heard", said=said_back.text, because=str(error))
