"""The API's addresses, each with its description."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.api import act_routes, cluster_routes, shapes
from app.api.acts import Acts
from app.api.clusters import Clusters
from app.api.held import HeldCases
from app.api.openapi import Answer, Body, Operation, Parameter, Schema, document
from app.api.plans import Plans
from app.api.reports import OLD_HEADERS, Reports
from app.api.uploads import UploadHealth
from app.core.uploads import FIELDS

TOKEN, ADMIN, SESSION = "projectToken", "adminToken", "session"
SCHEMES: dict[str, Schema] = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A project's token, made with: flakeguard token create",
    },
    ADMIN: {"type": "http", "scheme": "bearer", "description": "ADMIN_TOKEN."},
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "flakeguard",
        "description": "The pages' own session; over https its name begins with __Host-.",
    },
}
LIMITS = {
    "X-RateLimit-Limit": "Uploads that are possible at once after a pause.",
    "X-RateLimit-Remaining": "Uploads that are possible now.",
    "X-RateLimit-Reset": "Seconds since 1970 when all are possible again.",
}
AGAIN = {"Retry-After": "Seconds after which to send it again."}
WHERE = {"Location": "Where the upload is found again."}
BINARY: Schema = {"type": "string", "format": "binary"}
ID: Schema = {"type": "integer", "format": "int64"}

HOW = (
    "The body is one report, a zip of reports, or a multipart form of many files; plain or gzip, "
    "in any format we read, found by its content. Fields go into the address or into the form. "
    "The same content for the same pipeline, attempt and job is stored once: sent again, it is "
    "answered 200 with the first result."
)
HOW_OLD = (
    "For clients of the old FlakeGuard: its headers instead of fields, and a project token. "
    "Fields may come along, and everything else is as with /api/v1/reports."
)


@dataclass(frozen=True, slots=True)
class Api:
    """Everything under /api that is described, and its description."""

    operations: Sequence[Operation]

    def description(self) -> dict[str, Any]:
        """As /openapi.json shows it."""
        return document(self.operations, schemes=SCHEMES)

    def routes(self) -> list[Route]:
        """Every route, the description's own included."""
        described = JSONResponse(self.description()).body

        def openapi(_request: Request) -> Response:
            return Response(described, media_type="application/json")

        return [*(one.route() for one in self.operations), Route("/openapi.json", openapi)]


def api_of(reports: Reports, health: UploadHealth, acts: Acts, plans: Plans) -> Api:
    """The API over these endpoints; whoever may act may read what is held, clusters and outages."""
    doors = acts.doors
    handed = (_receive(reports), _show(reports), _receive_junit(reports), _uploads(health))
    decided = act_routes.operations(acts, HeldCases(doors))
    seen = cluster_routes.operations(Clusters(doors))
    return Api((*handed, *decided, *plans.operations(), *seen))


def _receive(reports: Reports) -> Operation:
    return Operation(
        method="POST",
        path=shapes.REPORTS,
        name="handInReports",
        summary="Hand in test reports",
        description=HOW,
        endpoint=reports.receive,
        parameters=_query(),
        body=_body(),
        answers=_taken(),
        security=(TOKEN,),
    )


def _receive_junit(reports: Reports) -> Operation:
    old = [
        Parameter(
            name="-".join(part.capitalize() for part in header.split("-")),
            place="header",
            meaning=FIELDS[field].meaning,
            schema=FIELDS[field].schema,
        )
        for header, field in OLD_HEADERS.items()
    ]
    return Operation(
        method="POST",
        path="/api/ingestion/junit",
        name="handInJUnit",
        summary="Hand in a report as the old FlakeGuard took it",
        description=HOW_OLD,
        endpoint=reports.receive_junit,
        parameters=[*old, *_query()],
        body=_body(),
        answers=_taken(),
        security=(TOKEN,),
    )


def _show(reports: Reports) -> Operation:
    return Operation(
        method="GET",
        path=f"{shapes.REPORTS}/{{id}}",
        name="showUpload",
        summary="Ask what became of an upload",
        description="Ask until its status is no longer stored.",
        endpoint=reports.show,
        parameters=[Parameter("id", "path", "The upload's id.", ID, is_required=True)],
        answers=[
            Answer(HTTPStatus.OK, "What became of it.", shapes.Upload, WHERE),
            _refused(HTTPStatus.UNAUTHORIZED, "No valid token came along."),
            _refused(HTTPStatus.NOT_FOUND, "The token's project has no such upload."),
            *_always(),
        ],
        security=(TOKEN,),
    )


def _uploads(health: UploadHealth) -> Operation:
    number: Schema = {"type": "integer", "minimum": 1, "default": 1}
    return Operation(
        method="GET",
        path="/api/v1/repositories/{id}/uploads",
        name="listUploads",
        summary="See how a repository's uploads went",
        description="The newest reports, whatever way they came, and what was refused at the door.",
        endpoint=health.show,
        parameters=[
            Parameter("id", "path", "The repository's id.", ID, is_required=True),
            Parameter("page", "query", "Which page, from 1.", number),
        ],
        answers=[
            Answer(HTTPStatus.OK, "The health of its uploads.", shapes.Uploads),
            _refused(HTTPStatus.UNAUTHORIZED, "No valid token came along, and nobody signed in."),
            _refused(HTTPStatus.NOT_FOUND, "There is no such repository, or not for this token."),
            _refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tokens."),
            *_always(),
        ],
        security=(TOKEN, ADMIN, SESSION),
    )


def _query() -> list[Parameter]:
    return [Parameter(name, "query", kind.meaning, kind.schema) for name, kind in FIELDS.items()]


def _body() -> Body:
    fields = {name: {**kind.schema, "description": kind.meaning} for name, kind in FIELDS.items()}
    files = {"type": "array", "items": dict(BINARY)}
    return Body(
        "The reports. Content-Encoding: gzip is understood.",
        {
            "application/octet-stream": BINARY,
            "application/xml": BINARY,
            "application/json": {},
            "application/zip": BINARY,
            "application/gzip": BINARY,
            "multipart/form-data": {
                "type": "object",
                "properties": {**fields, "report": files},
                "required": ["report"],
            },
        },
    )


def _taken() -> list[Answer]:
    found = {**WHERE, **LIMITS}
    return [
        Answer(HTTPStatus.CREATED, "Stored, as far as it could be read.", shapes.Upload, found),
        Answer(HTTPStatus.OK, "Handed in before; the first result.", shapes.Upload, found),
        Answer(
            HTTPStatus.ACCEPTED, "Stored; ask again at `link`, it takes long.", shapes.Upload, found
        ),
        _refused(HTTPStatus.BAD_REQUEST, "Not readable; says why, and in which line.", LIMITS),
        _refused(HTTPStatus.UNAUTHORIZED, "No valid token came along."),
        _refused(HTTPStatus.FORBIDDEN, "The token is not for that project.", LIMITS),
        _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.", LIMITS),
        _refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many with this token.", {**LIMITS, **AGAIN}),
        *_always(),
    ]


def _always() -> list[Answer]:
    return [
        _refused(HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of ours."),
        _refused(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away; send it again.", AGAIN),
    ]


def _refused(status: HTTPStatus, meaning: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, meaning, shapes.Error, headers or {})
