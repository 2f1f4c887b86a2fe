"""What a person does on a case's page: asked for here, done by a worker, shown a moment later."""

from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.acts import ONE_CLICK, ActName
from app.core.errors import BadInput, NotAllowed
from app.services import page_acts
from app.services.access.sessions import Visitor
from app.services.page_acts import ONLY_PEOPLE
from app.web.doors import field_of
from app.web.site import Web

ASKED = "asked"


def ask(web: Web, visitor: Visitor, request: Request, form: FormData) -> Response:
    """Ask for one act on one case, in the visitor's name."""
    if visitor.user_id is None:
        raise NotAllowed(ONLY_PEOPLE)
    names = request.path_params
    full_name, case_id = f"{names['owner']}/{names['name']}", names["case_id"]
    assert isinstance(case_id, UUID)
    try:
        act = ActName(field_of(form, "act"))
    except ValueError:
        act = None
    if act not in ONE_CLICK:
        raise BadInput("There is no such act; go back and press a button of the page.")
    page_acts.ask(
        web.engine,
        web.queue,
        page_acts.Wanted(full_name, case_id, act, visitor.login, visitor.user_id),
        request_id=getattr(request.state, "request_id", ""),
        now=web.clock(),
    )
    where = f"/r/{quote(full_name, safe='/')}/cases/{case_id}"
    return RedirectResponse(f"{where}?said={ASKED}#decisions", HTTPStatus.SEE_OTHER)
