"""The pages of clusters: a repository's, and one with all that fails so."""

from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Missing
from app.services import clusters
from app.services.access.sessions import Visitor
from app.services.clusters import ClusterAct, Wanted
from app.services.page_acts import may_write
from app.services.pages import NOT_HERE, everybody
from app.web.case_acts import ASKED
from app.web.doors import field_of
from app.web.pages import full_name_in, number_in, owner_in, show
from app.web.site import Web

ID_DIGITS = 18  # fits PostgreSQL's bigint


def every_cluster(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/clusters`: failures that say the same, those seen last first."""
    name, page, owner = full_name_in(request), number_in(request, "page"), owner_in(request)
    viewer = visitor.user_id
    found = clusters.listed(
        web.engine, name, page=page, now=web.clock(), owner=owner, viewer=viewer
    )
    shown = {"found": found, "repository": name, "owner": owner}
    owners = everybody(web.engine, name, viewer=viewer)
    return show(web, "clusters.html", visitor, request, owners=owners, **shown)


def one_cluster(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/clusters/{id}`; an id that it had before leads to the one it has now."""
    name, asked = full_name_in(request), _cluster_in(request)
    found = clusters.one(web.engine, name, asked, now=web.clock(), viewer=visitor.user_id)
    if found.line.cluster_id != asked:
        return RedirectResponse(f"{found.line.cluster_id}")
    may_act = may_write(web.engine, visitor.user_id, name)
    is_asked = request.query_params.get("said") == ASKED
    return show(
        web, "cluster.html", visitor, request, found=found, may_act=may_act, is_asked=is_asked
    )


def call(web: Web, visitor: Visitor, request: Request, form: FormData) -> Response:
    """Ask for a name for a cluster, in the visitor's name."""
    return _ask(web, visitor, request, Wanted(ClusterAct.NAME, field_of(form, "name")))


def link(web: Web, visitor: Visitor, request: Request, form: FormData) -> Response:
    """Ask for a cluster to be linked to an issue, in the visitor's name."""
    return _ask(web, visitor, request, Wanted(ClusterAct.LINK, field_of(form, "url")))


def _ask(web: Web, visitor: Visitor, request: Request, wanted: Wanted) -> Response:
    name, asked = full_name_in(request), _cluster_in(request)
    kept = clusters.ask(
        web.engine,
        web.queue,
        name,
        asked,
        wanted,
        login=visitor.login,
        user_id=visitor.user_id,
        request_id=getattr(request.state, "request_id", ""),
        now=web.clock(),
    )
    where = f"/r/{quote(name, safe='/')}/clusters/{kept}"
    return RedirectResponse(f"{where}?said={ASKED}#said", HTTPStatus.SEE_OTHER)


def _cluster_in(request: Request) -> int:
    text: str = request.path_params["cluster_id"]
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
        raise Missing(NOT_HERE)
    return int(text)
