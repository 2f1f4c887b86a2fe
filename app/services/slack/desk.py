"""Where a command is worked on: who typed it, where, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.asking import Request
from app.core.chat_buttons import binding_of
from app.core.errors import NotAllowed
from app.core.runs import Repository
from app.db.chat.links import Linked
from app.db.session import Engine, Session, unit_of_work
from app.ports import ChatPerson, Permission
from app.render import escape
from app.render.blocks import Block
from app.render.chat import bound_message
from app.render.words import chat_links as links
from app.render.words import decisions
from app.services.acts import Actor
from app.services.chat import linking

SENTENCE = 600  # characters of what is answered


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody hears; with `to_all` the whole channel does."""

    text: str
    blocks: tuple[Block, ...] = ()
    to_all: bool = False


def with_undo(sentence: str, repo_id: int, event_id: int) -> Answer:
    """That a channel was set something, for all there, with what takes it back."""
    shown = bound_message(sentence, binding_of(repo_id, event_id))
    return Answer(shown.text, shown.blocks, to_all=True)


def taken_back(actor: Actor, act: str) -> Answer:
    """That what a channel was set is taken back, for all there."""
    sentence = decisions.undone_by(actor.shown, act)
    return Answer(escape.slack(sentence, limit=SENTENCE), to_all=True)


class Refused(NotAllowed):
    """A refusal that is mrkdwn already, with a link of ours in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: what is answered, and the work that follows."""

    answer: Answer
    follows: Sequence[Request] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done in a repository, by somebody who may do so much there."""

    repository: Repository
    needs: Permission
    do: Callable[[Session, Actor], Outcome]


@dataclass(frozen=True, slots=True)
class Place:
    """A repository that the asker may read; `is_bound` where the channel as a whole may."""

    repository: Repository
    is_bound: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One command, and what it takes to work on it.

    `permission` asks the code host what the asker may do in a repository; `who` asks Slack what
    the asker is called there.
    """

    engine: Engine
    now: datetime
    team_id: str
    channel: str
    chat_user: str
    linked: Linked | None
    permission: Callable[[Repository], Permission]
    who: Callable[[], ChatPerson]
    public_url: str | None
    is_direct: bool = False  # a conversation with us alone

    def page(self, repository: str, path: str = "") -> str | None:
        """The address of a repository's page; None where we have none."""
        return f"{self.public_url}/r/{repository}{path}" if self.public_url else None


def offer_link(desk: Desk) -> str:
    """What somebody is told who is not linked: how to be, for them alone."""
    url = link_url(desk)
    return links.cannot_link() if url is None else links.link_yourself(url)


def link_url(desk: Desk) -> str | None:
    """A new link for the asker alone; None where we have no page to lead to."""
    if desk.public_url is None:
        return None
    who = desk.who()
    with unit_of_work(desk.engine) as session:
        return linking.offer(
            session,
            who,
            team_id=desk.team_id,
            chat_user=desk.chat_user,
            base_url=desk.public_url,
            now=desk.now,
        )


def must_be_linked(desk: Desk) -> Linked:
    """Who asks; Refused, with a link, where nobody knows."""
    if desk.linked is None:
        raise Refused(offer_link(desk))
    return desk.linked
