"""The dashboard: pages for whoever is signed in, at `/`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.web import (
    case_acts,
    chat_link,
    clusters,
    docs,
    github,
    outages,
    pages,
    security_txt,
    set_up,
    sign_in,
    slack,
)
from app.web.assets import asset_url, static_file
from app.web.doors import FORM_BYTES, Endpoint, for_everybody, signed_in, writing
from app.web.problems import Crashes, exception_handlers
from app.web.request_ids import RequestIds
from app.web.security import SecurityHeaders
from app.web.site import Web

__all__ = ["Web", "exception_handlers", "middleware", "routes"]

ONE = "/r/{owner:path}/{name}"  # an owner on GitLab may be a group in a group
CASE = f"{ONE}/cases/{{case_id:uuid}}"


def routes(web: Web, *, api: Mapping[str, Any] | None = None) -> list[Route]:
    """Every page, and what they are made of; `api` is the description that /docs shows."""
    reading, acting = _pages(web), _acts(web)
    if api is not None:
        reading["/docs"] = partial(docs.show, api)
    if web.people is not None:
        reading["/github/sign-in"] = partial(github.start, web)
        reading["/github/oauth/callback"] = partial(github.back, web)
    if web.linking is not None:
        reading["/slack/link"] = partial(chat_link.start, web)
        acting["/slack/link"] = partial(chat_link.confirm, web)
    if web.set_up is not None:
        reading["/github/setup"] = signed_in(web, set_up.show)
        reading["/github/setup/progress"] = signed_in(web, set_up.progress)
        reading["/github/setup/callback"] = signed_in(web, set_up.back)
        acting["/github/setup"] = writing(web, set_up.begin)
        acting["/github/setup/secret"] = writing(web, set_up.rotate)
    if web.workspaces is not None:
        reading["/slack/install"] = signed_in(web, slack.show)
        reading["/slack/oauth_redirect"] = signed_in(web, slack.back)
        acting["/slack/install"] = writing(web, slack.begin)
    return [Route(path, page) for path, page in reading.items()] + [
        Route(path, act, methods=["POST"], max_body_size=FORM_BYTES) for path, act in acting.items()
    ]


def _pages(web: Web) -> dict[str, Endpoint]:
    return {
        **_of_repositories(web),
        "/": for_everybody(web, pages.overview),
        "/parked": signed_in(web, pages.parked),
        "/sign-in": partial(sign_in.show, web),
        "/account": for_everybody(web, pages.account),
        "/security": partial(security_txt.policy, web),
        "/.well-known/security.txt": partial(security_txt.security_txt, web),
        "/static/{name}": static_file,
        "/favicon.ico": _mark,
    }


def _acts(web: Web) -> dict[str, Endpoint]:
    return {
        "/sign-in": partial(sign_in.submit, web),
        "/sign-out": writing(web, sign_in.leave, of_oneself=True),
        "/sign-out/everywhere": writing(web, sign_in.leave_everywhere, of_oneself=True),
        "/parked/{task_id}/retry": writing(web, pages.retry),
        f"{CASE}/act": writing(web, case_acts.ask),
        f"{ONE}/clusters/{{cluster_id}}/name": writing(web, clusters.call),
        f"{ONE}/clusters/{{cluster_id}}/link": writing(web, clusters.link),
    }


def _of_repositories(web: Web) -> dict[str, Endpoint]:
    """The pages of one repository; its own comes last, as its address fits all of them."""
    return {
        CASE: signed_in(web, pages.one_case),
        f"{ONE}/uploads": signed_in(web, pages.uploads),
        f"{ONE}/outages": signed_in(web, outages.every_outage),
        f"{ONE}/outages/{{outage_id}}": signed_in(web, outages.one_outage),
        f"{ONE}/clusters": signed_in(web, clusters.every_cluster),
        f"{ONE}/clusters/{{cluster_id}}": signed_in(web, clusters.one_cluster),
        ONE: signed_in(web, pages.repository),
    }


def middleware() -> list[Middleware]:
    """What stands around every route of the application, pages or not, outermost first."""
    return [Middleware(RequestIds), Middleware(SecurityHeaders), Middleware(Crashes)]


def _mark(_request: Request) -> Response:
    return RedirectResponse(asset_url("mark.svg"))
