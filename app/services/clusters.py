"""Clusters: shown, named and linked to an issue; each of these acts audited, and taken back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.alike import ClusterLine, ClusterPage
from app.core.asking import QueueName
from app.core.errors import BadInput, Missing, NotAllowed
from app.core.pages import Page, RepositoryLine
from app.core.requests import ActOnCluster
from app.db import pages, trail
from app.db.access import people
from app.db.clusters import shown as clusters
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.ports import Permission, Queue
from app.render import words
from app.render.escape import is_web_link
from app.services import page_acts
from app.services.access.tokens import By
from app.services.page_acts import ONLY_PEOPLE

CLUSTERS_SHOWN = 25  # of a page
NAME_LIMIT = 120  # characters
LINK_LIMIT = 500  # characters


class ClusterAct(StrEnum):
    """What a person can do to a cluster."""

    NAME = "name"
    LINK = "link"  # to an issue


@dataclass(frozen=True, slots=True)
class Called:
    """What was done to a cluster."""

    cluster_id: int  # as it is known now
    event_id: int  # of the audit trail, by which it can be undone


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act, and the name or the address that it takes; empty text takes it away."""

    act: ClusterAct
    text: str


def listed(
    engine: Engine,
    repository: str,
    *,
    page: int,
    now: datetime,
    owner: str | None = None,
    viewer: int | None = None,
) -> Page[ClusterLine]:
    """A repository's clusters, those seen last first; Missing when we do not watch it.

    With an `owner`, those in which a case of theirs fails.
    """
    with unit_of_work(engine) as session:
        found = _repository(session, repository, viewer)
        return clusters.listed(
            session, found.repo_id, page=page, size=CLUSTERS_SHOWN, today=now.date(), owner=owner
        )


def one(
    engine: Engine,
    repository: str,
    cluster_id: int,
    *,
    now: datetime,
    viewer: int | None = None,
) -> ClusterPage:
    """A cluster, also under an id that it had before; Missing when there is none."""
    with unit_of_work(engine) as session:
        found = _repository(session, repository, viewer)
        kept = _kept_id(session, found, cluster_id)
        shown = clusters.one(
            session, found.repo_id, kept, repository=found.full_name, today=now.date()
        )
    assert shown is not None  # nobody deletes a cluster
    return shown


def name(
    session: Session, repository: str, cluster_id: int, wanted: str, by: By, *, now: datetime
) -> Called:
    """Call a cluster so; an empty name takes it away. BadInput for an odd name."""
    wanted = _name_in(wanted)
    found = _repository(session, repository)
    kept = _kept_id(session, found, cluster_id)
    before = clusters.locked(session, found.repo_id, kept)
    assert before is not None
    clusters.note_name(session, found.repo_id, kept, wanted or None)
    event = _audit(session, found, kept, "cluster_named", before[0], wanted or None, by, now=now)
    return Called(kept, event)


def link(
    session: Session, repository: str, cluster_id: int, url: str, by: By, *, now: datetime
) -> Called:
    """Link a cluster to an issue; an empty address unlinks it. BadInput for no link."""
    url = _link_in(url)
    found = _repository(session, repository)
    kept = _kept_id(session, found, cluster_id)
    before = clusters.locked(session, found.repo_id, kept)
    assert before is not None
    clusters.note_issue(session, found.repo_id, kept, url or None)
    event = _audit(session, found, kept, "cluster_linked", before[1], url or None, by, now=now)
    return Called(kept, event)


def act(
    session: Session, repository: str, cluster_id: int, wanted: Wanted, by: By, *, now: datetime
) -> Called:
    """Name a cluster or link it, as somebody asked for."""
    match wanted.act:
        case ClusterAct.NAME:
            return name(session, repository, cluster_id, wanted.text, by, now=now)
        case ClusterAct.LINK:
            return link(session, repository, cluster_id, wanted.text, by, now=now)


def ask(
    engine: Engine,
    queue: Queue,
    repository: str,
    cluster_id: int,
    wanted: Wanted,
    *,
    login: str,
    user_id: int | None,
    request_id: str,
    now: datetime,
) -> int:
    """Ask a worker for the act, which asks GitHub who may; the cluster's id.

    Missing for who may not see the repository, NotAllowed for who may not write there, BadInput
    for what cannot be done.
    """
    if user_id is None:
        raise NotAllowed(ONLY_PEOPLE)
    with unit_of_work(engine) as session:
        found = _repository(session, repository, user_id)
        if people.permission(session, user_id, found.repo_id) < Permission.WRITE:
            raise NotAllowed(words.not_allowed(login, repository))
        text = (_name_in if wanted.act is ClusterAct.NAME else _link_in)(wanted.text)
        kept = _kept_id(session, found, cluster_id)
        request = ActOnCluster(found.repo_id, kept, wanted.act.value, text, login)
        tasks.ask(session, [tasks.Asking(request, QueueName.CLICK, request_id)], now=now)
    page_acts.hint(queue, request)
    return kept


def _name_in(text: str) -> str:
    text = text.strip()
    if len(text) > NAME_LIMIT or not text.isprintable():
        raise BadInput(f"A cluster's name is one line of at most {NAME_LIMIT} characters.")
    return text


def _link_in(text: str) -> str:
    text = text.strip()
    if text and (len(text) > LINK_LIMIT or not text.isprintable() or not is_web_link(text)):
        raise BadInput("Name the issue by its address, which begins with https:// or http://.")
    return text


def _audit(
    session: Session,
    repository: RepositoryLine,
    cluster_id: int,
    act: str,
    before: str | None,
    after: str | None,
    by: By,
    *,
    now: datetime,
) -> int:
    return trail.write(
        session,
        repository.repo_id,
        at=now,
        actor=by.actor,
        surface=by.surface,
        act=act,
        case_id=None,
        before={"cluster": cluster_id, "value": before},
        after={"cluster": cluster_id, "value": after},
        request_id=by.request_id,
    )


def _repository(session: Session, full_name: str, viewer: int | None = None) -> RepositoryLine:
    """One that we watch and the viewer (None: nobody in particular) may see."""
    found = pages.repository(session, full_name, viewer=viewer)
    if found is None:
        raise Missing(f"No repository is called {full_name[:200]}.")
    return found


def _kept_id(session: Session, repository: RepositoryLine, cluster_id: int) -> int:
    kept = clusters.kept_id(session, repository.repo_id, cluster_id)
    if kept is None:
        raise Missing(f"{repository.full_name} has no cluster {cluster_id}.")
    return kept
