"""The commands that read: how things stand, in the channel's repositories or a named one."""

from collections.abc import Sequence
from itertools import chain

from app.core.chat_commands import Command
from app.core.errors import BadInput
from app.core.pages import CaseLine
from app.core.runs import Repository
from app.db import pages
from app.db.chat import links as chat_links
from app.db.chat import preferences
from app.db.clusters import shown as clusters
from app.db.session import unit_of_work
from app.ports import Permission
from app.render import slack_answers as shown
from app.render import slack_digest
from app.render.words import chat_links as links
from app.services.slack import digest as digests
from app.services.slack import named
from app.services.slack.desk import Answer, Desk, Place, link_url, must_be_linked, offer_link
from app.services.slack.places import place, places
from app.services.slack.told import case_told

SHOWN = 10  # lines of a list, unless another number is asked for
MOST_SHOWN = 25
FLAKY = ("flaky",)
CONCERNED = ("flaky", "broken", "suspect")


def status(desk: Desk, command: Command) -> Answer:
    """How repositories stand: counts, and the worst case of each."""
    found = places(desk, command.rest)
    told = []
    for one in found:
        with unit_of_work(desk.engine) as session:
            line = pages.repository(session, one.repository.full_name)
            worst = pages.worst_cases(
                session, repo_id=one.repository.id, states=FLAKY, page=1, size=3
            )
        if line is not None:
            told.append(shown.Standing(line, worst.items))
    return _answer(shown.status(told, page_of=desk.page), found)


def top(desk: Desk, command: Command) -> Answer:
    """The worst cases of a repository, or of all that the channel is bound to."""
    words = list(command.words)
    number = _number(words, default=SHOWN)
    found = places(desk, " ".join(words))
    return _worst(desk, found, number)


def topflaky(desk: Desk, command: Command) -> Answer:
    """The same of every repository here, by the old bot's name and limits."""
    words = list(command.words)
    return _worst(desk, places(desk, None), _number(words, default=SHOWN))


def test(desk: Desk, command: Command) -> Answer:
    """One case: what is held of it, why, and what was decided."""
    case = named.case(desk, command.words)
    url = desk.page(case.repository.full_name, f"/cases/{case.case_id}")
    with unit_of_work(desk.engine) as session:
        told = case_told(session, case.repository, case.case_id, url=url, now=desk.now)
    assert told is not None  # it was found by its name
    return _answer(shown.case(told, now=desk.now), [case.place])


def runs(desk: Desk, command: Command) -> Answer:
    """The newest runs of a repository."""
    where = place(desk, command.rest)
    with unit_of_work(desk.engine) as session:
        found = pages.runs(session, where.repository.id, page=1, size=SHOWN).items
    return _answer(shown.runs(where.repository.full_name, found), [where])


def fails_alike(desk: Desk, command: Command) -> Answer:
    """The clusters of a repository, those seen last first."""
    where = place(desk, command.rest)
    name = where.repository.full_name
    with unit_of_work(desk.engine) as session:
        found = clusters.listed(
            session, where.repository.id, page=1, size=SHOWN, today=desk.now.date()
        ).items
    return _answer(shown.clusters(name, found, page_of=desk.page), [where])


def digest(desk: Desk, command: Command) -> Answer:
    """What became of a repository in the last week."""
    where = place(desk, command.rest)
    with unit_of_work(desk.engine) as session:
        zone = preferences.zone_of_answer(
            session, team_id=desk.team_id, place=desk.channel, person=desk.chat_user
        )
        told = digests.digest(session, where.repository, now=desk.now, zone=zone)
    return _answer(slack_digest.digest(told, page_of=desk.page), [where])


def proposals(desk: Desk, command: Command) -> Answer:
    """What waits for somebody's decision."""
    found = places(desk, command.rest)
    lines = list(chain.from_iterable(_cases(desk, one.repository, CONCERNED) for one in found))
    waiting = [one for one in lines if one.quarantine and one.quarantine.state == "proposed"]
    return _answer(shown.proposals(waiting[:MOST_SHOWN], page_of=desk.page), found)


def mine(desk: Desk, command: Command) -> Answer:
    """The cases that the asker owns, of the repositories here; for the asker alone."""
    linked = must_be_linked(desk)
    found = places(desk, command.rest)
    readable = [
        one.repository for one in found if desk.permission(one.repository) >= Permission.READ
    ]
    owner = f"@{linked.login}"
    lines = list(chain.from_iterable(_cases(desk, one, CONCERNED, owner) for one in readable))
    return Answer(*shown.mine(linked.login, lines, page_of=desk.page))


def help_with(_desk: Desk, _command: Command) -> Answer:
    """What can be typed."""
    return Answer(*shown.help_text())


def link(desk: Desk, _command: Command) -> Answer:
    """Who one is here, or how to say it."""
    if desk.linked is None:
        return Answer(offer_link(desk))
    return Answer(links.linked_as(desk.linked.login, link_url(desk)))


def unlink(desk: Desk, _command: Command) -> Answer:
    """Be nobody here again."""
    if desk.linked is None:
        raise BadInput(links.not_linked_anyway())
    with unit_of_work(desk.engine) as session:
        chat_links.unlink(session, team_id=desk.team_id, chat_user=desk.chat_user)
    return Answer(links.unlinked(desk.linked.login))


def _worst(desk: Desk, found: Sequence[Place], number: int) -> Answer:
    lines = chain.from_iterable(_cases(desk, one.repository, FLAKY, None, number) for one in found)
    worst = sorted(lines, key=lambda line: (-line.score, -line.rate, line.case_id))[:number]
    names = [one.repository.full_name for one in found]
    return _answer(shown.top(names, worst, page_of=desk.page), found)


def _cases(
    desk: Desk,
    repository: Repository,
    states: tuple[str, ...],
    owner: str | None = None,
    number: int = MOST_SHOWN,
) -> Sequence[CaseLine]:
    with unit_of_work(desk.engine) as session:
        return pages.worst_cases(
            session,
            repo_id=repository.id,
            states=states,
            with_quarantined=owner is not None,
            owner=owner,
            page=1,
            size=number,
        ).items


def _answer(said_in: tuple[str, tuple[dict[str, object], ...]], found: Sequence[Place]) -> Answer:
    """For the channel where all of it may be read there, else for the asker alone."""
    return Answer(*said_in, to_all=all(one.is_bound for one in found))


def _number(words: list[str], *, default: int) -> int:
    """A number among the words, which is taken out; between 1 and 25, as the old bot had it."""
    for word in words:
        if word.isascii() and word.isdigit():
            words.remove(word)
            return min(max(int(word[:4]), 1), MOST_SHOWN)
    return default
