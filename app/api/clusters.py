"""Clusters and outages over the API: listed, shown whole; a cluster is named and linked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import cluster_shapes as shapes
from app.api.acts import BODY_LIMIT, body_of, number_of
from app.api.answers import refusal
from app.api.doors import Guest, RepositoryDoor
from app.core.errors import BadInput, FlakeGuardError
from app.core.reports.texts import clean
from app.db.session import Session, unit_of_work
from app.services import clusters, outage_pages
from app.services.access.tokens import By
from app.services.clusters import Called

MOST_PAGES = 10_000
Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The endpoints. Built once, by the root."""

    doors: RepositoryDoor

    def listed(self, request: Request) -> Response:
        """A page of a repository's clusters."""

        def show() -> BaseModel:
            name, page = self._readable(request), _page(request)
            owner, now = _owner(request), self.doors.clock()
            found = clusters.listed(self.doors.engine, name, page=page, now=now, owner=owner)
            lines = [shapes.cluster_of(one) for one in found.items]
            return shapes.ClusterList(clusters=lines, page=page, has_more=found.has_more)

        return _answered(request, show)

    def one(self, request: Request) -> Response:
        """A cluster whole, also by an id that it had before."""

        def show() -> BaseModel:
            name, cluster = self._readable(request), number_of(request, "cluster")
            found = clusters.one(self.doors.engine, name, cluster, now=self.doors.clock())
            return shapes.whole_cluster(found)

        return _answered(request, show)

    async def name(self, request: Request) -> Response:
        """Call a cluster by a name."""
        body = await body_of(request)

        def act(session: Session, guest: Guest, cluster: int) -> Called:
            wanted, now = _asked(shapes.NameAsked, body).name, self.doors.clock()
            name = guest.repository.full_name
            return clusters.name(session, name, cluster, wanted, _by(guest), now=now)

        return await run_in_threadpool(lambda: self._acted(request, act))

    async def link(self, request: Request) -> Response:
        """Link a cluster to an issue."""
        body = await body_of(request)

        def act(session: Session, guest: Guest, cluster: int) -> Called:
            wanted, now = _asked(shapes.LinkAsked, body).url, self.doors.clock()
            name = guest.repository.full_name
            return clusters.link(session, name, cluster, wanted, _by(guest), now=now)

        return await run_in_threadpool(lambda: self._acted(request, act))

    def outages(self, request: Request) -> Response:
        """A page of a repository's outages."""

        def show() -> BaseModel:
            name, page = self._readable(request), _page(request)
            owner = _owner(request)
            found = outage_pages.listed(self.doors.engine, name, page=page, owner=owner)
            lines = [shapes.outage_of(one) for one in found.items]
            return shapes.OutageList(outages=lines, page=page, has_more=found.has_more)

        return _answered(request, show)

    def outage(self, request: Request) -> Response:
        """An outage whole."""

        def show() -> BaseModel:
            name, outage = self._readable(request), number_of(request, "outage")
            return shapes.whole_outage(outage_pages.one(self.doors.engine, name, outage))

        return _answered(request, show)

    def _readable(self, request: Request) -> str:
        return self.doors.reader(request).repository.full_name

    def _acted(self, request: Request, act: Callable[[Session, Guest, int], Called]) -> Response:
        def work() -> BaseModel:
            guest, cluster = self.doors.actor(request), number_of(request, "cluster")
            with unit_of_work(self.doors.engine) as session:
                called = act(session, guest, cluster)
            name = guest.repository.full_name
            kept, now = called.cluster_id, self.doors.clock()
            line = shapes.cluster_of(clusters.one(self.doors.engine, name, kept, now=now).line)
            return shapes.ClusterCalled(**line.model_dump(), event=called.event_id)

        return _answered(request, work)


def _answered(request: Request, show: Callable[[], BaseModel]) -> Response:
    try:
        return JSONResponse(show().model_dump(mode="json"))
    except FlakeGuardError as error:
        return refusal(request, error)


def _by(guest: Guest) -> By:
    actor = guest.actor
    return By(actor.shown, actor.surface, actor.request_id)


def _owner(request: Request) -> str | None:
    """Whose are asked for, in letters that the database can look for; None for everybody's."""
    return clean(request.query_params.get("owner", "")) or None


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PAGES))
    if not is_number or not 1 <= int(text) <= MOST_PAGES:
        raise BadInput(f"page is a number from 1 to {MOST_PAGES}.")
    return int(text)


def _asked(shape: type[Asked], body: bytes) -> Asked:
    if len(body) > BODY_LIMIT:
        raise BadInput(f"The body is longer than {BODY_LIMIT} bytes.")
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadInput(f"The body is not what this takes: {where}: {first['msg']}.") from None
