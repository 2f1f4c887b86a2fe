"""Signing in through GitHub: out with a state and a challenge, back with a code."""

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import FlakeGuardError, NotSignedIn
from app.services.access import sessions
from app.services.access.people import STARTED_ELSEWHERE, People
from app.web import chat_link, sign_in
from app.web.away import cookie_for, is_over, to_github
from app.web.problems import STATUS
from app.web.site import Web

LONGEST = 500  # characters of a state or code; GitHub's are far shorter
COOKIE = "github"
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
    return to_github(web, started, purpose=COOKIE)


def back(web: Web, request: Request) -> Response:
    """From GitHub: a session for whom it names, where this browser had been sent to it."""
    if chat_link.is_back(web, request):
        return chat_link.back(web, request)
    query = request.query_params
    state, code = query.get("state", ""), query.get("code", "")
    nonce = request.cookies.get(cookie_for(web, COOKIE), "")
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
    return is_over(web, answer, purpose=COOKIE)


def _people(web: Web) -> People:
    assert web.people is not None  # the routes are there only with it
    return web.people
