"""/slack/link: who somebody on Slack is on GitHub; asked here, after GitHub has named them."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import FlakeGuardError, NotAllowed, NotSignedIn
from app.render.words import chat_links as links
from app.services import sessions
from app.services.chat_linking import PURPOSE, ChatLinking
from app.services.people import BACK_WITHIN
from app.services.sessions import cookie_name
from app.web import sign_in
from app.web.answers import page
from app.web.doors import STALE_FORM, field_of, form_of
from app.web.problems import STATUS
from app.web.site import Web

LONGEST = 500  # characters of a token, state or code; ours are far shorter


def start(web: Web, request: Request) -> Response:
    """To GitHub, where the link is good; a browser that only looks ahead is told to come itself."""
    token = request.query_params.get("token", "")
    if request.method != "GET" or sign_in.is_prefetch(request):
        return _told(links.link_open_it())
    try:
        started = _linking(web).start(token[:LONGEST])
    except FlakeGuardError as error:
        return _told(str(error), status=STATUS[error.kind])
    answer = RedirectResponse(started.address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _cookie(web),
        started.nonce,
        max_age=int(BACK_WITHIN.total_seconds()),
        httponly=True,
        samesite="lax",  # strict ones do not come along from GitHub
        secure=web.secure,
        path="/",
    )
    return answer


def is_back(web: Web, request: Request) -> bool:
    """Whether a browser that comes from GitHub went there to be linked."""
    state = request.query_params.get("state", "")
    return web.linking is not None and state.startswith(f"{PURPOSE}.")


def back(web: Web, request: Request) -> Response:
    """From GitHub: both are named, and nothing happens without a yes."""
    query, nonce = request.query_params, request.cookies.get(_cookie(web), "")
    state, code = query.get("state", ""), query.get("code", "")
    try:
        if not nonce or not 0 < len(code) <= LONGEST or len(state) > LONGEST:
            raise NotSignedIn(links.link_is_over())
        asked = _linking(web).back(state=state, code=code, nonce=nonce)
    except FlakeGuardError as error:
        return _told(str(error), status=STATUS[error.kind])
    return page(
        "chat_link.html",
        visitor=None,
        asked=asked,
        digest=asked.digest.hex(),
        csrf=sessions.csrf_of(nonce),
        message="",
    )


def confirm(web: Web, request: Request) -> Response:
    """Yes: they are one person."""
    nonce, form = request.cookies.get(_cookie(web), ""), form_of(request)
    if not nonce or not sessions.is_same(field_of(form, "csrf"), sessions.csrf_of(nonce)):
        raise NotAllowed(STALE_FORM)
    try:
        asked = _linking(web).confirm(field_of(form, "asked"), nonce=nonce)
    except FlakeGuardError as error:
        return _told(str(error), status=STATUS[error.kind])
    assert asked.login is not None  # confirmed
    answer = _told(links.linked_now(asked.user_name, asked.team_name, asked.login))
    answer.delete_cookie(_cookie(web), secure=web.secure, httponly=True, samesite="lax")
    return answer


def _told(message: str, *, status: int = HTTPStatus.OK) -> Response:
    return page("chat_link.html", visitor=None, status=status, asked=None, message=message)


def _cookie(web: Web) -> str:
    return cookie_name(secure=web.secure) + "-chat"


def _linking(web: Web) -> ChatLinking:
    assert web.linking is not None  # the routes are there only with it
    return web.linking
