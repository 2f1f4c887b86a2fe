"""Signing in, by a one-time link or ADMIN_TOKEN, and out."""

from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import NotAllowed, NotSignedIn, RateLimited
from app.services.access import sessions
from app.services.access.sessions import Visitor, cookie_name
from app.web.answers import page
from app.web.doors import STALE_FORM, field_of, form_of, visitor_in
from app.web.site import Web

FORM_LIFETIME = 3600  # seconds that a sign-in form stays good
LONGEST_PATH = 1000  # characters of an address to go back to


def show(web: Web, request: Request) -> Response:
    """The sign-in page; a browser that brings a good one-time link is signed in by it."""
    token = request.query_params.get("token")
    if token and request.method == "GET" and not is_prefetch(request):
        return _by_link(web, request, token)
    if visitor_in(web, request) is not None:
        return RedirectResponse(next_path(request.query_params.get("next")), HTTPStatus.SEE_OTHER)
    return form(web, next_path(request.query_params.get("next")))


def submit(web: Web, request: Request) -> Response:
    """Sign in with ADMIN_TOKEN. The form's nonce must have come back in its cookie, too."""
    sent = form_of(request)
    nonce = request.cookies.get(_nonce_cookie(web), "")
    if not nonce or not sessions.is_same(field_of(sent, "csrf"), sessions.csrf_of(nonce)):
        raise NotAllowed(STALE_FORM)
    goal = next_path(field_of(sent, "next"))
    address = request.client.host if request.client else ""
    try:
        secret = sessions.sign_in_by_token(
            web.door, field_of(sent, "token"), address=address, now=web.clock()
        )
    except NotSignedIn as error:
        return form(web, goal, message=str(error), status=HTTPStatus.UNAUTHORIZED)
    except RateLimited as error:
        answer = form(web, goal, message=str(error), status=HTTPStatus.TOO_MANY_REQUESTS)
        wait = max(1, round((error.until - web.clock()).total_seconds()))
        answer.headers["Retry-After"] = str(wait)
        return answer
    return let_in(web, request, secret, goal)


def leave(web: Web, _visitor: Visitor, request: Request, _form_data: FormData) -> Response:
    """Sign out: the session ends here, not only in the browser."""
    sessions.sign_out(web.door, request.cookies[cookie_name(secure=web.secure)])
    return _shown_out(web)


def leave_everywhere(
    web: Web, visitor: Visitor, _request: Request, _form_data: FormData
) -> Response:
    """Sign out of every browser."""
    sessions.sign_out_everywhere(web.door, visitor)
    return _shown_out(web)


def _shown_out(web: Web) -> Response:
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    name = cookie_name(secure=web.secure)
    answer.delete_cookie(name, secure=web.secure, httponly=True, samesite="lax")
    return answer


def next_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of ours, whatever was asked for."""
    path = wanted or "/"
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = path.isprintable() and path.isascii() and len(path) <= LONGEST_PATH
    return path if is_ours and is_plain else "/"


def is_prefetch(request: Request) -> bool:
    """Whether a browser only looks ahead; that must not use a link up."""
    said = f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
    return "prefetch" in said or "preview" in said


def _by_link(web: Web, request: Request, token: str) -> Response:
    goal = next_path(request.query_params.get("next"))
    try:
        secret = sessions.sign_in_by_link(web.door, token, now=web.clock())
    except NotSignedIn as error:
        if visitor_in(web, request) is not None:  # a link opened twice in the same browser
            return RedirectResponse(goal, HTTPStatus.SEE_OTHER)
        return form(web, goal, message=str(error), status=HTTPStatus.UNAUTHORIZED)
    return let_in(web, request, secret, goal)


def let_in(web: Web, request: Request, secret: str, goal: str) -> Response:
    """Into the pages, with a session of its own; the one before ends."""
    name = cookie_name(secure=web.secure)
    if before := request.cookies.get(name):
        sessions.sign_out(web.door, before)
    answer = RedirectResponse(goal, HTTPStatus.SEE_OTHER)
    answer.set_cookie(name, secret, httponly=True, samesite="lax", secure=web.secure, path="/")
    answer.delete_cookie(_nonce_cookie(web), secure=web.secure, httponly=True, samesite="strict")
    return answer


def form(web: Web, goal: str, *, message: str = "", status: int = HTTPStatus.OK) -> Response:
    """The sign-in page, with what went wrong before."""
    nonce = sessions.new_nonce()
    answer = page(
        "sign_in.html",
        visitor=None,
        status=status,
        message=message,
        has_token=web.admin_token is not None,
        has_github=web.people is not None and web.people.can_sign_in,
        csrf=sessions.csrf_of(nonce),
        next=goal,
    )
    answer.set_cookie(
        _nonce_cookie(web),
        nonce,
        max_age=FORM_LIFETIME,
        httponly=True,
        samesite="strict",
        secure=web.secure,
        path="/",
    )
    return answer


def _nonce_cookie(web: Web) -> str:
    return cookie_name(secure=web.secure) + "-sign-in"
