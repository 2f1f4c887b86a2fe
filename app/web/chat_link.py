"""/slack/link: who somebody on Slack is on GitHub; asked here, after GitHub has named them."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import FlakeGuardError, NotAllowed, NotSignedIn
from app.render.words import chat_links as links
from app.services.access import sessions
from app.services.chat.linking import PURPOSE, ChatLinking
from app.web import sign_in
from app.web.answers import page
from app.web.away import cookie_for, is_over, to_github
from app.web.doors import STALE_FORM, field_of, form_of
from app.web.problems import STATUS
from app.web.site import Web

COOKIE = "chat"
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
    return to_github(web, started, purpose=COOKIE)


def is_back(web: Web, request: Request) -> bool:
    """Whether a browser that comes from GitHub went there to be linked."""
    state = request.query_params.get("state", "")
    return web.linking is not None and state.startswith(f"{PURPOSE}.")


def back(web: Web, request: Request) -> Response:
    """From GitHub: both are named, and nothing happens without a yes."""
    query, nonce = request.query_params, request.cookies.get(cookie_for(web, COOKIE), "")
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
    nonce, form = request.cookies.get(cookie_for(web, COOKIE), ""), form_of(request)
    if not nonce or not sessions.is_same(field_of(form, "csrf"), sessions.csrf_of(nonce)):
        raise NotAllowed(STALE_FORM)
    try:
        asked = _linking(web).confirm(field_of(form, "asked"), nonce=nonce)
    except FlakeGuardError as error:
        return _told(str(error), status=STATUS[error.kind])
    assert asked.login is not None  # confirmed
    answer = _told(links.linked_now(asked.user_name, asked.team_name, asked.login))
    return is_over(web, answer, purpose=COOKIE)


def _told(message: str, *, status: int = HTTPStatus.OK) -> Response:
    return page("chat_link.html", visitor=None, status=status, asked=None, message=message)


def _linking(web: Web) -> ChatLinking:
    assert web.linking is not None  # the routes are there only with it
    return web.linking
