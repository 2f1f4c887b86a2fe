"""GET /api/v1/repositories/{owner}/{name}/quarantine: what is held now, for a CI script."""

from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.api.act_shapes import HeldList, held_of
from app.api.answers import refusal
from app.api.doors import RepositoryDoor
from app.core.errors import FlakeGuardError
from app.services.quarantine.held import held_now

NOT_CHANGED = 304
JSON_TYPES = frozenset({"application/json", "application/*"})  # whoever takes it, too, gets it
TAG_DIGITS = 32  # of a digest of all that is answered, so that no change of it is missed


@dataclass(frozen=True, slots=True)
class HeldCases:
    """The endpoint. Built once, by the root."""

    doors: RepositoryDoor

    def show(self, request: Request) -> Response:
        """JSON, or one case a line for whoever asks for text/plain."""
        try:
            guest = self.doors.reader(request)
        except FlakeGuardError as error:
            return refusal(request, error)
        owner = request.query_params.get("owner") or None
        branch = request.query_params.get("branch") or None
        now = self.doors.clock()
        held = held_now(self.doors.engine, guest.repository.id, now=now, owner=owner, branch=branch)
        if _wants_text(request):
            answer: Response = PlainTextResponse("".join(f"{one.line}\n" for one in held))
        else:
            cases = [held_of(one) for one in held]
            shown = HeldList(repository=guest.repository.full_name, cases=cases)
            answer = JSONResponse(shown.model_dump(mode="json"))
        tag = f'"{sha256(answer.body).hexdigest()[:TAG_DIGITS]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
        if _knows(request, tag):
            return Response(status_code=NOT_CHANGED, headers=headers)
        answer.headers.update(headers)
        return answer


def _wants_text(request: Request) -> bool:
    """Whether text/plain was asked for, in the header or as ?format=text."""
    accepted = {
        one.partition(";")[0].strip()
        for one in request.headers.get("accept", "").lower().split(",")
    }
    asks = "text/plain" in accepted and not accepted & JSON_TYPES
    return asks or request.query_params.get("format") == "text"


def _knows(request: Request, tag: str) -> bool:
    """Whether the asker has this very list; a weak tag is compared by what it names."""
    known = request.headers.get("if-none-match", "")
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return tag in tags or "*" in tags
