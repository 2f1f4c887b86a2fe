"""What links to our pages unfold to: in a bound channel for all, else for a linked reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.core.our_pages import PageKind, PageMeant, page_meant
from app.core.runs import Repository
from app.db import outages, pages, repositories
from app.db.chat import places
from app.db.clusters import shown as clusters
from app.db.session import Session, unit_of_work
from app.ports import Permission
from app.render import slack_answers
from app.render import slack_unfurls as shown
from app.render.blocks import Block
from app.services.slack.desk import Desk
from app.services.slack.told import case_told

MOST_LINKS = 5  # of one message
LONGEST_ID = 18  # digits that a number of ours may have
WORST_SHOWN = 3

Unfolded = dict[str, tuple[Block, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What each address unfolds to."""

    for_all: Unfolded  # where the message stands
    for_reader: Unfolded  # for who pasted it, and nobody else


def unfolded(desk: Desk, urls: Iterable[str]) -> Shown:
    """What these addresses unfold to, for whom; what may not be read unfolds to nothing.

    A repository that does not exist and one that may not be read are told apart by nobody.
    """
    found = Shown({}, {})
    for url in list(dict.fromkeys(urls))[:MOST_LINKS]:
        meant = page_meant(url, desk.public_url) if desk.public_url else None
        repository = _repository(desk, meant) if meant else None
        if meant is None or repository is None:
            continue
        is_bound = _is_bound(desk, repository)
        if not is_bound and not _may_read(desk, repository):
            continue
        with unit_of_work(desk.engine) as session:
            blocks = _blocks(session, desk, repository, meant)
        if blocks:
            (found.for_all if is_bound else found.for_reader)[url] = blocks
    return found


def _repository(desk: Desk, meant: PageMeant) -> Repository | None:
    with unit_of_work(desk.engine) as session:
        found = repositories.repository_named(session, meant.repository)
        return None if found is None else repositories.repository(session, found.id)


def _is_bound(desk: Desk, repository: Repository) -> bool:
    with unit_of_work(desk.engine) as session:
        heard = places.subscriptions(session, team_id=desk.team_id, channel=desk.channel)
    return repository.id in heard


def _may_read(desk: Desk, repository: Repository) -> bool:
    """Whether who pasted the address may read it."""
    return desk.linked is not None and desk.permission(repository) >= Permission.READ


def _blocks(
    session: Session, desk: Desk, repository: Repository, meant: PageMeant
) -> tuple[Block, ...]:
    name = repository.full_name
    if meant.kind is PageKind.CASE:
        return _case(session, desk, repository, meant)
    if meant.kind is PageKind.REPOSITORY:
        line = pages.repository(session, name)
        worst = pages.worst_cases(
            session, repo_id=repository.id, states=("flaky",), page=1, size=WORST_SHOWN
        )
        assert line is not None  # it was found by its name
        standing = slack_answers.Standing(line, worst.items)
        return slack_answers.status([standing], page_of=desk.page)[1]
    number = _number(meant.id)
    url = desk.page(name, f"/{meant.kind.value}/{number}")
    if meant.kind is PageKind.OUTAGE:
        reach = outages.reach(session, repository.id, number)
        return shown.outage(name, reach, url) if reach else ()
    kept = clusters.kept_id(session, repository.id, number)
    found = kept and clusters.one(
        session, repository.id, kept, repository=name, today=desk.now.date()
    )
    return shown.cluster(name, found.line, url) if found else ()


def _case(
    session: Session, desk: Desk, repository: Repository, meant: PageMeant
) -> tuple[Block, ...]:
    try:
        case_id = UUID(meant.id)
    except ValueError:
        return ()
    url = desk.page(repository.full_name, f"/cases/{case_id}")
    told = case_told(session, repository, case_id, url=url, now=desk.now)
    return slack_answers.case(told, now=desk.now)[1] if told else ()


def _number(said: str) -> int:
    """A number of ours; 0, which nothing has, for anything else."""
    is_number = said.isascii() and said.isdigit() and len(said) <= LONGEST_ID
    return int(said) if is_number else 0
