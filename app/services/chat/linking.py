"""A chat user says who they are on GitHub: a link for them alone, GitHub's word, and a yes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.clock import Clock
from app.core.errors import Missing
from app.db.chat import links as chat_links
from app.db.chat.links import LinkAsked
from app.db.session import Engine, Session, unit_of_work
from app.ports import ChatPerson
from app.render.words import chat_links as links
from app.services.access.people import SECRET_BYTES, People, Started, digest_of

LINK_LIFETIME = timedelta(minutes=15)
PURPOSE = "chat_link"
PATH = "/slack/link"

log = structlog.get_logger(__name__)


def offer(
    session: Session, who: ChatPerson, *, team_id: str, chat_user: str, base_url: str, now: datetime
) -> str:
    """A link for one chat user, good once and for 15 minutes; it replaces earlier ones."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    asked = LinkAsked(
        digest_of(token), team_id, chat_user, who.name, who.workspace, None, None, None
    )
    chat_links.ask(session, asked, now=now, expires_at=now + LINK_LIFETIME)
    return f"{base_url}{PATH}?token={token}"


@dataclass(frozen=True, slots=True)
class ChatLinking:
    """The browser's side of a link."""

    engine: Engine
    people: People
    clock: Clock

    def start(self, token: str) -> Started:
        """On to GitHub; Missing for a link that is used, replaced, or too old."""
        digest = digest_of(token)
        with unit_of_work(self.engine) as session:
            if chat_links.asked(session, digest, now=self.clock()) is None:
                raise Missing(links.link_is_over())
        return self.people.start(digest.hex(), purpose=PURPOSE)

    def back(self, *, state: str, code: str, nonce: str) -> LinkAsked:
        """What is to be confirmed by whom GitHub has just named; nothing is linked yet."""
        returned = self.people.named(state=state, code=code, nonce=nonce, purpose=PURPOSE)
        digest = bytes.fromhex(returned.goal)
        with unit_of_work(self.engine) as session:
            chat_links.note_person(
                session,
                digest,
                login=returned.person.login,
                user_id=returned.person.user_id,
                binding=digest_of(nonce),
            )
            found = chat_links.asked(session, digest, now=self.clock())
        if found is None:
            raise Missing(links.link_is_over())
        return found

    def confirm(self, digest: str, *, nonce: str) -> LinkAsked:
        """Link them. Missing unless this browser came back from GitHub with this very link."""
        now = self.clock()
        with unit_of_work(self.engine) as session:
            found = chat_links.use(session, _bytes(digest), digest_of(nonce), now=now)
            if found is None or found.login is None:
                raise Missing(links.link_is_over())
            chat_links.link(
                session,
                team_id=found.team_id,
                chat_user=found.chat_user,
                login=found.login,
                user_id=found.user_id,
                now=now,
            )
        log.info("chat_user_linked", team=found.team_id, user=found.chat_user, login=found.login)
        return found


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
