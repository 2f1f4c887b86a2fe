"""An act asked for on a page: who may not write hears so at once, a worker asks GitHub again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.core.acts import ActName
from app.core.asking import QueueName, Request
from app.core.errors import Missing, NotAllowed, Unavailable
from app.core.requests import ActFromPage
from app.db import case_pages, pages
from app.db.access import people
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.ports import Permission, Queue
from app.render import words
from app.services.access.sessions import NOT_HERE

ONLY_PEOPLE = (
    "A decision has a person's name on it, and ADMIN_TOKEN and one-time links have none: sign in "
    "with GitHub to decide."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants done to a case."""

    full_name: str
    case_id: UUID
    act: ActName
    login: str
    user_id: int


def ask(engine: Engine, queue: Queue, wanted: Wanted, *, request_id: str, now: datetime) -> None:
    """Ask for the act; Missing for who may not see the case, NotAllowed for who may not write."""
    with unit_of_work(engine) as session:
        repository = pages.repository(session, wanted.full_name, viewer=wanted.user_id)
        if repository is None:
            raise Missing(NOT_HERE)
        if case_pages.named(session, repository.repo_id, wanted.case_id, now=now) is None:
            raise Missing(NOT_HERE)
        permission = people.permission(session, wanted.user_id, repository.repo_id)
        if permission < Permission.WRITE:
            raise NotAllowed(words.not_allowed(wanted.login, wanted.full_name))
        request = ActFromPage(
            repository.repo_id, wanted.case_id.hex, wanted.act.value, wanted.login
        )
        asking = tasks.Asking(request, QueueName.CLICK, request_id)
        tasks.ask(session, [asking], now=now)
    hint(queue, request)


def hint(queue: Queue, request: Request) -> None:
    """Tell the workers of a click; where that is lost, the sweep finds it."""
    try:
        queue.hint(QueueName.CLICK, [request])
    except Unavailable as error:
        log.warning("hint_lost", error=str(error))


def may_write(engine: Engine, user_id: int | None, full_name: str) -> bool:
    """Whether GitHub let somebody write there when it was last asked."""
    if user_id is None:
        return False
    with unit_of_work(engine) as session:
        repository = pages.repository(session, full_name, viewer=user_id)
        if repository is None:
            return False
        return people.permission(session, user_id, repository.repo_id) >= Permission.WRITE
