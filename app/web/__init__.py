"""The dashboard: pages for whoever is signed in, at `/`."""

from functools import partial

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.web import pages, security_txt, sign_in
from app.web.assets import asset_url, static_file
from app.web.doors import FORM_BYTES, Endpoint, signed_in, writing
from app.web.problems import Crashes, exception_handlers
from app.web.request_ids import RequestIds
from app.web.security import SecurityHeaders
from app.web.site import Web

__all__ = ["Web", "exception_handlers", "middleware", "routes"]

ONE = "/r/{owner}/{name}"


def routes(web: Web) -> list[Route]:
    """Every page, and what they are made of."""
    reading: dict[str, Endpoint] = {
        "/": signed_in(web, pages.overview),
        ONE: signed_in(web, pages.repository),
        f"{ONE}/cases/{{case_id}}": signed_in(web, pages.one_case),
        "/parked": signed_in(web, pages.parked),
        "/sign-in": partial(sign_in.show, web),
        "/security": partial(security_txt.policy, web),
        "/.well-known/security.txt": partial(security_txt.security_txt, web),
        "/static/{name}": static_file,
        "/favicon.ico": _mark,
    }
    acting: dict[str, Endpoint] = {
        "/sign-in": partial(sign_in.submit, web),
        "/sign-out": writing(web, sign_in.leave),
        "/parked/{task_id}/retry": writing(web, pages.retry),
    }
    return [Route(path, page) for path, page in reading.items()] + [
        Route(path, act, methods=["POST"], max_body_size=FORM_BYTES) for path, act in acting.items()
    ]


def middleware() -> list[Middleware]:
    """What stands around every route of the application, pages or not, outermost first."""
    return [Middleware(RequestIds), Middleware(SecurityHeaders), Middleware(Crashes)]


def _mark(_request: Request) -> Response:
    return RedirectResponse(asset_url("mark.svg"))
