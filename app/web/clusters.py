"""The pages of clusters: a repository's, and one with all that fails so."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Missing
from app.services import clusters
from app.services.pages import NOT_HERE
from app.services.sessions import Visitor
from app.web.pages import full_name_in, number_in, show
from app.web.site import Web

ID_DIGITS = 18  # fits PostgreSQL's bigint


def every_cluster(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/clusters`: failures that say the same, those seen last first."""
    name, page = full_name_in(request), number_in(request, "page")
    found = clusters.listed(web.engine, name, page=page, now=web.clock(), viewer=visitor.user_id)
    return show(web, "clusters.html", visitor, request, found=found, repository=name)


def one_cluster(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/clusters/{id}`; an id that it had before leads to the one it has now."""
    text = request.path_params["cluster_id"]
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
        raise Missing(NOT_HERE)
    found = clusters.one(
        web.engine, full_name_in(request), int(text), now=web.clock(), viewer=visitor.user_id
    )
    if found.line.cluster_id != int(text):
        return RedirectResponse(f"{found.line.cluster_id}")
    return show(web, "cluster.html", visitor, request, found=found)
