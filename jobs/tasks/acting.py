"""What every act that a person asks for goes through: may they, do it once, say it everywhere."""

from collections.abc import Sequence
from uuid import UUID

from app.core.acts import ActName
from app.core.asking import QueueName
from app.core.errors import NotAllowed
from app.core.runs import Repository
from app.ports import Permission
from app.render import words
from app.services import acts
from app.services.acts import Acted, Actor, Asked
from app.services.answers import aftermath
from jobs.outside import CODE_HOST, code_host, spared
from jobs.turns import Turn, Work

AS_IT_IS = Asked()


def must_write(
    work: Work, repository: Repository, login: str, *, user_id: int | None = None
) -> None:
    """Raise NotAllowed unless the code host lets this person write."""
    if permission(work, repository, login, user_id=user_id) < Permission.WRITE:
        raise NotAllowed(words.not_allowed(login, repository.full_name))


def permission(
    work: Work, repository: Repository, login: str, *, user_id: int | None = None
) -> Permission:
    """What the code host lets a person do."""
    host = code_host(work.context, repository)
    with spared(work.context, CODE_HOST):
        return host.permission(repository.full_name, login, user_id=user_id)


def act_on(
    turn: Turn,
    work: Work,
    repository: Repository,
    case_ids: Sequence[UUID],
    name: ActName,
    actor: Actor,
    *,
    asked: Asked = AS_IT_IS,
) -> Acted:
    """Act, and ask for everything that shows these cases to be judged and said anew."""
    now = work.context.clock()
    acted = acts.act(turn.session, repository.id, case_ids, name, actor, now=now, asked=asked)
    for one in acted.done:
        for wanted in aftermath.follows(turn.session, repository.id, one, now=now):
            turn.ask(aftermath.queue_of(wanted, QueueName.CLICK), wanted)
    return acted
