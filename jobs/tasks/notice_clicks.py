"""What people click below a message about many cases."""

from app.core.asking import QueueName
from app.core.chat_buttons import ChatButton, parts_of
from app.core.chat_requests import ActFromChat, TellNotice
from app.core.errors import FlakeGuardError, NotAllowed, Unavailable
from app.db import repositories
from app.db.chat import notices
from app.db.session import unit_of_work
from app.render import escape, words
from app.services.acts import Actor
from app.services.answers import aftermath
from app.services.slack import notice_presses
from app.services.slack.desk import Answer, Desk
from app.services.slack.notice_presses import PressedNotice
from jobs.tasks.chat_asking import answer, desk_for, must_write_from, refusal, repo_of, zone_for
from jobs.turns import Work


def act_on_notice(work: Work) -> None:
    """Do what was clicked, to those cases of which it still is possible; the clicker hears why not.

    What is shown is brought up to date either way: it may be that which misled them.
    """
    request = work.lease.request
    assert isinstance(request, ActFromChat)
    pressed = None
    try:
        desk, pressed = _pressed(work, request)
        must_write_from(desk, pressed.repository, pressed.notice.channel)
        with words.in_zone(zone_for(work, request, channel=pressed.notice.channel)):
            left = _act(work, desk, pressed)
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        answer(work, request.team_id, request.response_url, refusal(error))
        with work.finishing() as turn:
            if pressed is not None:
                turn.ask(QueueName.CLICK, TellNotice(pressed.repository.id, pressed.notice.id))
        return
    if left is not None:
        answer(work, request.team_id, request.response_url, Answer(escape.slack(left)))


def _act(work: Work, desk: Desk, pressed: PressedNotice) -> str | None:
    assert desk.linked is not None  # seen to before
    actor = Actor(desk.linked.login, "slack", work.lease.request_id)
    repo_id, now = pressed.repository.id, work.context.clock()
    with work.finishing() as turn:
        acted = notice_presses.press(turn.session, pressed, actor, now=now)
        turn.ask(QueueName.CLICK, TellNotice(repo_id, pressed.notice.id))
        for done in acted.done:
            for wanted in aftermath.follows(turn.session, repo_id, done, now=now):
                turn.ask(QueueName.CLICK, wanted)
    return acted.left


def _pressed(work: Work, request: ActFromChat) -> tuple[Desk, PressedNotice]:
    """What was pressed, and who did; NotAllowed where it stands for nothing any more."""
    handle, number = parts_of(request.handle)
    repo_id = repo_of(handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        notice = notices.by_handle(session, repo_id, handle)
    if repository is None or notice is None:
        raise NotAllowed(words.nothing_to_act_on())
    desk = desk_for(work, request, channel=notice.channel)
    return desk, PressedNotice(ChatButton(request.action), repository, notice, number)
