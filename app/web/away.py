"""Sending a browser to GitHub: what binds the way back to it lies in a cookie of its own."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from app.services.access.people import BACK_WITHIN, Started
from app.services.access.sessions import cookie_name
from app.web.site import Web


def to_github(web: Web, started: Started, *, purpose: str) -> Response:
    """Off to GitHub; the cookie is named after what for, so that two errands do not mix."""
    answer = RedirectResponse(started.address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        cookie_for(web, purpose),
        started.nonce,
        max_age=int(BACK_WITHIN.total_seconds()),
        httponly=True,
        samesite="lax",  # strict ones do not come along from GitHub
        secure=web.secure,
        path="/",
    )
    return answer


def is_over(web: Web, answer: Response, *, purpose: str) -> Response:
    """The answer, after which the way back is closed."""
    name = cookie_for(web, purpose)
    answer.delete_cookie(name, secure=web.secure, httponly=True, samesite="lax")
    return answer


def cookie_for(web: Web, purpose: str) -> str:
    """What the cookie of an errand is called."""
    return f"{cookie_name(secure=web.secure)}-{purpose}"
