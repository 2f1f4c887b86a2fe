"""What people type in chat: who they are first, then what GitHub lets them do."""

from app.core.asking import QueueName
from app.core.chat_requests import AnswerCommand
from app.core.errors import FlakeGuardError, Unavailable
from app.render.words import in_zone
from app.services.acts import Actor
from app.services.slack import commands
from app.services.slack.desk import Answer, Deed, Desk, Outcome
from jobs.tasks.chat_asking import answer, desk_for, must_do, refusal, zone_for
from jobs.turns import Work


def answer_command(work: Work) -> None:
    """Answer what was typed, or do it where GitHub lets the asker; they hear what is wrong."""
    request = work.lease.request
    assert isinstance(request, AnswerCommand)
    with in_zone(zone_for(work, request, channel=request.channel)):
        _answer(work, request)


def _answer(work: Work, request: AnswerCommand) -> None:
    desk = desk_for(work, request, channel=request.channel)
    try:
        found = commands.run(desk, request.text)
        if isinstance(found, Deed):
            must_do(desk, found)
            found = _done(work, desk, found)
        else:
            answer(work, request.team_id, request.response_url, found)
            with work.finishing():
                return
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        answer(work, request.team_id, request.response_url, refusal(error))
        with work.finishing():
            return
    answer(work, request.team_id, request.response_url, found)


def _done(work: Work, desk: Desk, deed: Deed) -> Answer:
    assert desk.linked is not None  # seen to before
    actor = Actor(desk.linked.login, "slack", work.lease.request_id)
    with work.finishing() as turn:
        outcome: Outcome = deed.do(turn.session, actor)
        for wanted in outcome.follows:
            turn.ask(QueueName.CLICK, wanted)
    return outcome.answer
