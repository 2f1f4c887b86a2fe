"""`settings`: what this channel hears, who the asker is, and how they want to hear from us."""

from app.core.chat_commands import Command
from app.core.errors import BadInput
from app.db.chat import places, preferences
from app.db.chat.preferences import Preference
from app.db.session import unit_of_work
from app.render import slack_preferences as shown
from app.render.words import owner_news as said
from app.render.words import slack
from app.services.slack.desk import Answer, Desk

ME = "me"
SWITCHES = {"on": True, "off": False}


def settings(desk: Desk, command: Command) -> Answer:
    """`settings` shows them; `settings me on|off` says whether one is told of one's tests."""
    words = [word.lower() for word in command.words]
    if words:
        return _mine(desk, words)
    with unit_of_work(desk.engine) as session:
        here = places.bound(session, team_id=desk.team_id, channel=desk.channel)
        heard = places.subscriptions(session, team_id=desk.team_id, channel=desk.channel)
        mine = preferences.preference(session, team_id=desk.team_id, place=desk.chat_user)
    lines = [
        slack.hears(one.full_name, heard[one.id].kinds, heard[one.id].owner, heard[one.id].path)
        for one in here
        if one.id in heard
    ]
    login = desk.linked.login if desk.linked else None
    return Answer(*shown.settings(lines, login=login, tells=mine.tells))


def _mine(desk: Desk, words: list[str]) -> Answer:
    whose, *rest = words
    if whose != ME or len(rest) != 1 or rest[0] not in SWITCHES:
        raise BadInput(said.cannot_be_set(" ".join(words)))
    wanted = Preference(tells=SWITCHES[rest[0]])
    with unit_of_work(desk.engine) as session:
        preferences.keep(session, wanted, team_id=desk.team_id, place=desk.chat_user)
    return Answer(said.are_told() if wanted.tells else said.are_not_told())
