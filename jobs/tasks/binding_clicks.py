"""Taking back what a channel was told to hear, or when, from the message that says so."""

from app.core.chat_buttons import parts_of
from app.core.chat_requests import ActFromChat
from app.core.errors import FlakeGuardError, NotAllowed, Unavailable
from app.db import repositories, trail
from app.db.session import unit_of_work
from app.ports import Permission
from app.render.words import slack_windows as said
from app.services.acts import Actor
from app.services.slack import channels, preferences
from app.services.slack.desk import Deed, Desk, must_be_linked
from jobs.tasks.chat_asking import answer, desk_for, must_do, refusal, repo_of
from jobs.turns import Work


def undo_binding(work: Work) -> None:
    """Take it back, by whoever may bind the channel; the others hear why not."""
    request = work.lease.request
    assert isinstance(request, ActFromChat)
    try:
        desk, deed = _deed(work, request)
        login = must_be_linked(desk).login
        if desk.permission(deed.repository) < Permission.READ:
            raise NotAllowed(said.nothing_to_undo())  # a guessed value shows no name
        must_do(desk, deed)
        actor = Actor(login, "slack", work.lease.request_id)
        with work.finishing() as turn:
            said_back = deed.do(turn.session, actor).answer
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        answer(work, request.team_id, request.response_url, refusal(error))
        with work.finishing():
            return
    answer(work, request.team_id, request.response_url, said_back)


def _deed(work: Work, request: ActFromChat) -> tuple[Desk, Deed]:
    """What is taken back, and by whom; NotAllowed for an act that is none of this workspace."""
    handle, number = parts_of(request.handle)
    repo_id = repo_of(handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        event = trail.event(session, repo_id, number) if repository else None
    if repository is None or event is None:
        raise NotAllowed(said.nothing_to_undo())
    team_id = request.team_id
    is_setting = preferences.is_setting(event, team_id=team_id)
    if not is_setting and not channels.is_binding(event, team_id=team_id):
        raise NotAllowed(said.nothing_to_undo())
    desk = desk_for(work, request, channel=str(event.after["channel"]))
    take_back = preferences.take_back if is_setting else channels.take_back
    return desk, take_back(desk, repository, event)
