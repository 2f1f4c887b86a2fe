"""The pages themselves: read what was asked for, show it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Missing
from app.db.pages import LISTED_STATES
from app.services import page_acts, pages
from app.services.access.sessions import Visitor
from app.services.pages import NOT_HERE
from app.services.uploads import health
from app.web.answers import page
from app.web.case_acts import ASKED
from app.web.formats import cursor_from
from app.web.site import Web
from app.web.timeline import LEGEND, picture_of

LONGEST_OWNER = 210  # characters: @organisation/team
LAST_PAGE = 10_000  # nobody turns further; a larger number is a probe
TASK_ID_DIGITS = 18  # fits PostgreSQL's bigint

SAID = {
    "again": "Taken up again. Should it fail once more, it comes back here with its error.",
    "gone": "That was not parked any more: somebody has already taken it up again.",
}
"""What the page says after a retry; only these sentences, whatever the address holds."""

VIEWS: dict[str, tuple[tuple[str, ...], bool]] = {
    "watched": (LISTED_STATES, True),
    "flaky": (("flaky",), False),
    "broken": (("broken",), False),
    "suspect": (("suspect",), False),
    "quarantined": ((), True),
}
"""The tabs of a repository's page: states, and whether quarantined cases come along."""


def overview(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/`: the repositories, and what is flaky in any of them."""
    found = pages.overview(
        web.engine,
        repository_page=number_in(request, "page"),
        case_page=number_in(request, "cases"),
        owner=(owner := owner_in(request)),
        viewer=visitor.user_id,
    )
    return show(web, "overview.html", visitor, request, found=found, owner=owner)


def account(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/account`: who one is here, and a way out of every browser."""
    return show(web, "account.html", visitor, request)


def repository(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}`: one repository's cases, and the health of its uploads."""
    view = request.query_params.get("show", "watched")
    if view not in VIEWS:
        view = "watched"
    states, with_quarantined = VIEWS[view]
    owner = owner_in(request)
    found = pages.repository_page(
        web.engine,
        full_name_in(request),
        states=states,
        with_quarantined=with_quarantined,
        owner=owner,
        case_page=number_in(request, "cases"),
        run_page=number_in(request, "runs"),
        now=web.clock(),
        rates=web.rates,
        viewer=visitor.user_id,
    )
    return show(
        web, "repository.html", visitor, request, found=found, view=view, views=VIEWS, owner=owner
    )


def one_case(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/cases/{case_id}`: all that was seen and decided of one case."""
    before = cursor_from(request.query_params.get("before", ""))
    found = pages.case_page(
        web.engine,
        full_name_in(request),
        _case_id(request),
        before=before,
        now=web.clock(),
        rates=web.rates,
        viewer=visitor.user_id,
    )
    picture = picture_of(found.timeline.sightings)
    return show(
        web,
        "case.html",
        visitor,
        request,
        found=found,
        picture=picture,
        legend=LEGEND,
        is_newest=before is None,
        server_url=web.server_url,
        may_write=page_acts.may_write(web.engine, visitor.user_id, found.repository),
        is_asked=request.query_params.get("said") == ASKED,
    )


def uploads(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/r/{owner}/{name}/uploads`: how each upload went, and what was refused."""
    found = health.uploads_page(
        web.engine,
        full_name_in(request),
        report_page=number_in(request, "page"),
        refused_page=number_in(request, "refused"),
        viewer=visitor.user_id,
    )
    return show(web, "uploads.html", visitor, request, found=found)


def parked(web: Web, visitor: Visitor, request: Request) -> Response:
    """`/parked`: work that was set aside, and a button to try it again."""
    found = pages.parked_page(web.engine, page=number_in(request, "page"))
    said = SAID.get(request.query_params.get("said", ""), "")
    return show(web, "parked.html", visitor, request, found=found, said=said)


def retry(web: Web, visitor: Visitor, request: Request, _form: FormData) -> Response:
    """Take one parked task up again."""
    task_id = request.path_params["task_id"]
    if not (task_id.isascii() and task_id.isdecimal() and len(task_id) <= TASK_ID_DIGITS):
        raise Missing(NOT_HERE)
    was_parked = pages.retry_parked(
        web.engine, web.queue, int(task_id), by=visitor.login, now=web.clock()
    )
    said = "again" if was_parked else "gone"
    return RedirectResponse(f"/parked?said={said}", HTTPStatus.SEE_OTHER)


def show(
    web: Web,
    template: str,
    visitor: Visitor,
    request: Request,
    **values: Any,  # noqa: ANN401 -- what a template takes is checked by rendering it
) -> Response:
    """A page of whoever is signed in."""
    return page(
        template,
        visitor=visitor,
        now=web.clock(),
        parked_count=pages.count_parked(web.engine) if visitor.is_admin else 0,
        here=request.url.path,
        **values,
    )


def number_in(request: Request, name: str) -> int:
    """Which page of a list is asked for, from 1."""
    text = request.query_params.get(name, "")
    if text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE)):
        return min(max(int(text), 1), LAST_PAGE)
    return 1


def full_name_in(request: Request) -> str:
    """The repository that the address names."""
    name = f"{request.path_params['owner']}/{request.path_params['name']}"
    if not name.isprintable():  # no repository's, and PostgreSQL refuses a NUL
        raise Missing(NOT_HERE)
    return name


def owner_in(request: Request) -> str | None:
    """Whose cases are asked for; None for everybody's."""
    name = request.query_params.get("owner", "")
    return name if 0 < len(name) <= LONGEST_OWNER and name.isprintable() else None


def _case_id(request: Request) -> UUID:
    case_id: UUID = request.path_params["case_id"]
    return case_id
