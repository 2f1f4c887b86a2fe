"""Who may see a page, and who may write: every page asks here first."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from anyio import from_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Missing, NotAllowed
from app.services.access.sessions import (
    NOT_HERE,
    Visitor,
    cookie_name,
    is_same,
    must_see_named,
    visitor_of,
)
from app.web.site import Web

FORM_FIELDS = 10  # more than any form of ours has
FORM_BYTES = 16 * 1024
STALE_FORM = "This form is not from a page that you opened just now: go back, reload, try again."

Endpoint = Callable[[Request], Response]


def signed_in(web: Web, page: Callable[[Web, Visitor, Request], Response]) -> Endpoint:
    """The page of one repository for whoever may see it, any other for the administrator alone.

    Everybody who is not signed in is sent to sign in.
    """

    def endpoint(request: Request) -> Response:
        visitor = visitor_in(web, request)
        if visitor is None:
            return to_sign_in(request)
        must_see(web, visitor, request)
        return page(web, visitor, request)

    return endpoint


def for_everybody(web: Web, page: Callable[[Web, Visitor, Request], Response]) -> Endpoint:
    """A page for whoever is signed in, which itself shows to each only what they may see."""

    def endpoint(request: Request) -> Response:
        visitor = visitor_in(web, request)
        return to_sign_in(request) if visitor is None else page(web, visitor, request)

    return endpoint


def must_see(web: Web, visitor: Visitor, request: Request) -> None:
    """Raise Missing unless this visitor may see what the address names."""
    names = request.path_params
    if visitor.is_admin:
        return
    if "owner" not in names or not f"{names['owner']}/{names['name']}".isprintable():
        raise Missing(NOT_HERE)
    must_see_named(web.door, visitor, f"{names['owner']}/{names['name']}")


def writing(
    web: Web,
    act: Callable[[Web, Visitor, Request, FormData], Response],
    *,
    of_oneself: bool = False,
) -> Endpoint:
    """The act for whoever may see what it is about and sends the token of a page of ours along.

    `of_oneself` is for acts that concern nobody but the visitor.
    """

    def endpoint(request: Request) -> Response:
        visitor = visitor_in(web, request)
        if visitor is None:
            return to_sign_in(request)
        form = form_of(request)
        if not is_same(field_of(form, "csrf"), visitor.csrf):
            raise NotAllowed(STALE_FORM)
        if not of_oneself:
            must_see(web, visitor, request)
        return act(web, visitor, request, form)

    return endpoint


def visitor_in(web: Web, request: Request) -> Visitor | None:
    """Who a request's cookie belongs to; where it comes from plays no part."""
    secret = request.cookies.get(cookie_name(secure=web.secure))
    return visitor_of(web.door, secret, now=web.clock())


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, and back here afterwards where that can be repeated."""
    target = "/sign-in"
    goal = f"{request.url.path}?{request.url.query}".removesuffix("?")
    if request.method in {"GET", "HEAD"} and goal != "/":
        target += f"?next={quote(goal, safe='/')}"
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def form_of(request: Request) -> FormData:
    """A form's fields, with no file among them. Called from a thread of the pool."""
    return from_thread.run(_read_form, request)


async def _read_form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=FORM_FIELDS)


def field_of(form: FormData, name: str) -> str:
    """One field's text; empty when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""
