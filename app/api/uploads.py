"""GET /api/v1/repositories/{id}/uploads: how a repository's uploads went."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import shapes
from app.api.answers import refusal
from app.clock import Clock
from app.core.errors import Missing, NotSignedIn
from app.core.tokens import repo_of
from app.db.session import Engine
from app.services.access.sessions import Door, check_admin_token, cookie_name, must_see, visitor_of
from app.services.access.tokens import BEARER, REFUSED, holder_of
from app.services.uploads.health import LAST_PAGE, health_of
from app.services.uploads.results import NOT_HERE

ID_DIGITS = 18  # fits the database's bigint


@dataclass(frozen=True, slots=True)
class UploadHealth:
    """The endpoint. Built once, by the root."""

    engine: Engine
    clock: Clock
    door: Door  # the same as the pages', so that wrong tokens are counted together
    secure: bool  # whether cookies insist on https, as the pages' do

    def show(self, request: Request) -> Response:
        """The newest reports and refusals, for whoever is signed in or has a token."""
        try:
            repo_id = _id(request)
            self._must_see(request, repo_id)
            page = _page(request)
            found = health_of(self.engine, repo_id, page=page)
        except (Missing, NotSignedIn) as error:
            return refusal(request, error)
        answer = shapes.uploads_of(found.reports, found.refused.items)
        return JSONResponse(answer.model_dump(mode="json"))

    def _must_see(self, request: Request, repo_id: int) -> None:
        """Raises NotSignedIn for strangers, Missing for everybody who may not see it."""
        authorization = request.headers.get("authorization", "")
        now = self.clock()
        if not authorization:
            secret = request.cookies.get(cookie_name(secure=self.secure))
            visitor = visitor_of(self.door, secret, now=now)
            if visitor is None:
                raise NotSignedIn(REFUSED)
            must_see(self.door, visitor, repo_id)
            return
        text = authorization[len(BEARER) :].strip()
        if repo_of(text) is None:  # no project token: it may be ADMIN_TOKEN
            address = request.client.host if request.client else ""
            check_admin_token(self.door, text, address=address, now=now)
            return
        if holder_of(self.engine, authorization, now=now).repository.id != repo_id:
            raise Missing(NOT_HERE)


def _id(request: Request) -> int:
    text = request.path_params["id"]
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= ID_DIGITS):
        raise Missing(NOT_HERE)
    return int(text)


def _page(request: Request) -> int:
    text = request.query_params.get("page", "")
    if text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE)):
        return min(max(int(text), 1), LAST_PAGE)
    return 1
