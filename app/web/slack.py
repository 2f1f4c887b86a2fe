"""/slack/install: the app goes into one workspace after the other. Admins only."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import FlakeGuardError, NotSignedIn
from app.services import pages
from app.services.access.sessions import Visitor
from app.services.chat.workspaces import REFUSED, Workspaces
from app.web.answers import page
from app.web.problems import STATUS
from app.web.security import CONTENT_SECURITY_POLICY
from app.web.site import Web

HERE = "/slack/install"
LONGEST = 500  # characters of a state or code


def show(web: Web, visitor: Visitor, request: Request) -> Response:
    """The workspaces that installed us, and the way into another."""
    is_made = request.query_params.get("said") == "made"
    return _page(web, visitor, said="The app is installed." if is_made else "")


def begin(web: Web, visitor: Visitor, _request: Request, _form: FormData) -> Response:
    """A page with one link, which leads to Slack."""
    try:
        address = _of(web).begin(session=visitor.csrf)
    except FlakeGuardError as error:
        return _page(web, visitor, refusal=str(error), status=STATUS[error.kind])
    return _page(web, visitor, address=address)


def back(web: Web, visitor: Visitor, request: Request) -> Response:
    """Slack sends the administrator back, with a code for the workspace's token."""
    query = request.query_params
    try:
        if query.get("error"):
            raise NotSignedIn(REFUSED)
        _of(web).finish(
            session=visitor.csrf,
            state=query.get("state", "")[:LONGEST],
            code=query.get("code", "")[:LONGEST],
            by=visitor.login,
        )
    except FlakeGuardError as error:
        return _page(web, visitor, refusal=str(error), status=STATUS[error.kind])
    return RedirectResponse(f"{HERE}?said=made", HTTPStatus.SEE_OTHER)


def _page(
    web: Web,
    visitor: Visitor,
    *,
    said: str = "",
    refusal: str = "",
    address: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    installed = _of(web)
    answer = page(
        "slack_install.html",
        visitor=visitor,
        status=status,
        now=web.clock(),
        parked_count=pages.count_parked(web.engine),
        here=HERE,
        workspaces=installed.every(),
        is_set_up=installed.is_set_up,
        said=said,
        refusal=refusal,
        address=address,
        host=urlsplit(address).netloc,
    )
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


def _of(web: Web) -> Workspaces:
    assert web.workspaces is not None  # its routes are there only with it
    return web.workspaces
