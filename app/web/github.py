"""Signing in through GitHub: out with a state and a challenge, back with a code."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import FlakeGuardError, NotSignedIn
from app.services import sessions
from app.services.people import BACK_WITHIN, STARTED_ELSEWHERE, People
from app.services.sessions import cookie_name
from app.web import chat_link, sign_in
from app.web.problems import STATUS
from app.web.site import Web

LONGEST = 500  # characters of a state or code; GitHub's are far shorter
REFUSED = "GitHub did not sign you in: you, or your organization, said no to it there."


def start(web: Web, request: Request) -> Response:
    """To GitHub; what binds the way back to this browser goes into a cookie of its own."""
    goal = sign_in.next_path(request.query_params.get("next"))
    if request.method != "GET" or sign_in.is_prefetch(request):
        return sign_in.form(web, goal)
    try:
        started = _people(web).start(goal)
    except FlakeGuardError as error:
        return sign_in.form(web, goal, message=str(error), status=STATUS[error.kind])
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


def back(web: Web, request: Request) -> Response:
    """From GitHub: a session for whom it names, where this browser had been sent to it."""
    if chat_link.is_back(web, request):
        return chat_link.back(web, request)
    query = request.query_params
    state, code = query.get("state", ""), query.get("code", "")
    nonce = request.cookies.get(_cookie(web), "")
    try:
        if not code and query.get("error"):
            raise NotSignedIn(REFUSED)
        if not (0 < len(state) <= LONGEST and 0 < len(code) <= LONGEST and nonce):
            raise NotSignedIn(STARTED_ELSEWHERE)
        returned = _people(web).finish(state=state, code=code, nonce=nonce)
        secret = sessions.sign_in_person(web.door, returned.person, now=web.clock())
    except FlakeGuardError as error:
        answer = sign_in.form(web, "/", message=str(error), status=STATUS[error.kind])
    else:
        answer = sign_in.let_in(web, request, secret, sign_in.next_path(returned.goal))
    answer.delete_cookie(_cookie(web), secure=web.secure, httponly=True, samesite="lax")
    return answer


def _cookie(web: Web) -> str:
    return cookie_name(secure=web.secure) + "-github"


def _people(web: Web) -> People:
    assert web.people is not None  # the routes are there only with it
    return web.people
