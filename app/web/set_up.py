"""/github/setup: the App is made, installed and watched until its first report. Admins only."""

import hashlib
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.core.credentials import AppInUse
from app.core.errors import FlakeGuardError
from app.render.escape import is_web_link
from app.render.words import set_up as words_set_up
from app.render.words.set_up import Step
from app.services import pages
from app.services.access.sessions import Visitor
from app.services.access.set_up import SetUp
from app.web.answers import page
from app.web.doors import field_of
from app.web.problems import STATUS
from app.web.security import CONTENT_SECURITY_POLICY
from app.web.site import Web

HERE = "/github/setup"
POLLING = CONTENT_SECURITY_POLICY + "; connect-src 'self'"
MARK_DIGITS = 16  # of the digest that tells whether anything has changed
SAID = {
    "made": "The App is made, and its credentials are kept encrypted.",
    "rotated": "The webhook secret is a new one; the old one stays valid for a day.",
}


def show(web: Web, visitor: Visitor, request: Request) -> Response:
    """The walk: what is done, what is next, what is wrong."""
    return _page(web, visitor, said=SAID.get(request.query_params.get("said", ""), ""))


def progress(web: Web, _visitor: Visitor, _request: Request) -> Response:
    """What the page asks every few seconds: a mark that changes with the news, and the steps."""
    app, found = _steps(_of(web))
    told = [{"title": one.title, "state": one.state, "sentence": one.sentence} for one in found]
    return JSONResponse({"mark": _mark(app, found), "steps": told})


def begin(web: Web, visitor: Visitor, _request: Request, form: FormData) -> Response:
    """A page with one button, which carries the manifest to GitHub."""
    set_up = _of(web)
    try:
        sending = set_up.begin(
            session=visitor.csrf,
            organization=field_of(form, "organization").strip(),
            replaces=field_of(form, "replace") == "yes",
        )
    except FlakeGuardError as error:
        return _page(web, visitor, refusal=str(error), status=STATUS[error.kind])
    parts = urlsplit(sending.address)
    answer = page(
        "set_up_go.html",
        visitor=visitor,
        now=web.clock(),
        parked_count=pages.count_parked(web.engine),
        here=HERE,
        sending=sending,
        host=parts.netloc,
    )
    github = f"form-action 'self' {parts.scheme}://{parts.netloc}"
    policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", github)
    answer.headers["Content-Security-Policy"] = policy
    return answer


def back(web: Web, visitor: Visitor, request: Request) -> Response:
    """GitHub sends the administrator back, with a code for the new App's credentials."""
    query = request.query_params
    try:
        _of(web).finish(
            session=visitor.csrf, state=query.get("state", ""), code=query.get("code", "")
        )
    except FlakeGuardError as error:
        return _page(web, visitor, refusal=str(error), status=STATUS[error.kind])
    return RedirectResponse(f"{HERE}?said=made", HTTPStatus.SEE_OTHER)


def rotate(web: Web, visitor: Visitor, _request: Request, _form: FormData) -> Response:
    """Another webhook secret, here and at GitHub."""
    try:
        _of(web).rotate()
    except FlakeGuardError as error:
        return _page(web, visitor, refusal=str(error), status=STATUS[error.kind])
    return RedirectResponse(f"{HERE}?said=rotated", HTTPStatus.SEE_OTHER)


def _page(
    web: Web, visitor: Visitor, *, said: str = "", refusal: str = "", status: int = HTTPStatus.OK
) -> Response:
    set_up = _of(web)
    app, found = _steps(set_up)
    answer = page(
        "set_up.html",
        visitor=visitor,
        status=status,
        now=web.clock(),
        parked_count=pages.count_parked(web.engine),
        here=HERE,
        app=app,
        steps=found,
        snippets=words_set_up.snippets(),
        mark=_mark(app, found),
        said=said,
        refusal=refusal,
        public_url=set_up.public_url,
        is_given=set_up.app.given.app_id is not None,
        install_url=f"{app.url}/installations/new" if is_web_link(app.url) else "",
    )
    answer.headers["Content-Security-Policy"] = POLLING
    return answer


def _steps(set_up: SetUp) -> tuple[AppInUse, list[Step]]:
    app, seen = set_up.progress()
    return app, words_set_up.steps(app, seen)


def _mark(app: AppInUse, found: list[Step]) -> str:
    text = repr([(one.title, one.state, one.sentence) for one in found]) + str(app.app_id)
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_DIGITS]


def _of(web: Web) -> SetUp:
    assert web.set_up is not None  # its routes are there only with it
    return web.set_up
