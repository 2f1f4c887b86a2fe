"""The pages of outages: a repository's, and one with all that it hit."""

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import Missing
from app.services import outage_pages
from app.services.access.sessions import Visitor
from app.services.pages import NOT_HERE, everybody
from app.web.pages import full_name_in, number_in, owner_in, show
from app.web.site import Web

ID_DIGITS = 18  # fits PostgreSQL's bigint


def every_outage(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/outages`: events in which many cases failed together, newest first."""
    name, page, owner = full_name_in(request), number_in(request, "page"), owner_in(request)
    viewer = visitor.user_id
    found = outage_pages.listed(web.engine, name, page=page, owner=owner, viewer=viewer)
    shown = {"found": found, "repository": name, "owner": owner}
    owners = everybody(web.engine, name, viewer=viewer)
    return show(web, "outages.html", visitor, request, owners=owners, **shown)


def one_outage(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/outages/{id}`: when, what it hit, what its failures say, over or not."""
    text = request.path_params["outage_id"]
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
        raise Missing(NOT_HERE)
    name = full_name_in(request)
    found = outage_pages.one(web.engine, name, int(text), viewer=visitor.user_id)
    return show(web, "outage.html", visitor, request, found=found)
