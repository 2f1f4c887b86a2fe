"""POST /api/v1/reports and the old /api/ingestion/junit: reports from CI that is not GitHub's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from app.api import shapes
from app.api.answers import refusal, request_id_of
from app.api.bodies import Body, Pair, body_of
from app.api.waiting import Evaluations
from app.clock import Clock
from app.core.errors import BadInput, ErrorKind, Missing, NotAllowed, NotSignedIn, Unavailable
from app.core.uploads import FIELDS, Told, told
from app.db.session import Engine
from app.ports import Allowance, Budget
from app.services.access.tokens import Holder, holder_of, is_same_project
from app.services.uploads.handed_in import Handed, NothingRead, Uploads
from app.services.uploads.results import NOT_HERE, Result

PATIENCE = 30.0  # seconds that `wait=true` waits before it answers with a link
STORED_AT_ONCE = 8  # uploads; more would only wait for the interpreter and the connections
ID_DIGITS = 18  # fits the database's bigint
OTHER_PROJECT = (
    "This token is not for that project; leave the project out, or use the project's own token."
)
TOO_MANY = "Too many uploads with this token; send this one again after the time in Retry-After."

OLD_HEADERS = {
    "x-repository-id": "project",
    "x-run-id": "pipeline",
    "x-job-name": "job",
    "x-suite-name": "suite",
}
"""What the old FlakeGuard's clients say in headers, and the field that each is."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a valid token, and what they may still send; None while nobody can count."""

    holder: Holder
    allowance: Allowance | None

    @property
    def headers(self) -> dict[str, str]:
        """What every answer tells of the limit."""
        if self.allowance is None:
            return {}
        return {
            "X-RateLimit-Limit": str(self.allowance.limit),
            "X-RateLimit-Remaining": str(self.allowance.remaining),
            "X-RateLimit-Reset": str(self.allowance.resets_at),
        }


@dataclass(frozen=True, slots=True)
class Reports:
    """The endpoints that take reports in. Built once, by the root."""

    engine: Engine
    clock: Clock
    uploads: Uploads
    budget: Budget
    evaluations: Evaluations
    body_limit: int  # bytes, as sent
    public_url: str | None = None
    patience: float = PATIENCE
    at_once: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(STORED_AT_ONCE))

    async def receive(self, request: Request) -> Response:
        """`POST /api/v1/reports`: the fields are in the address or the form."""
        return await self._receive(request, source="api", said=())

    async def receive_junit(self, request: Request) -> Response:
        """`POST /api/ingestion/junit`: the same, with the old clients' headers."""
        return await self._receive(request, source="junit", said=_old_fields(request.headers))

    def show(self, request: Request) -> Response:
        """`GET /api/v1/reports/{id}`: what became of an upload."""
        try:
            holder = holder_of(self.engine, _authorization(request), now=self.clock())
            text = request.path_params["id"]
            if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
                raise Missing(NOT_HERE)
            result = self.uploads.result(holder, int(text))
        except (NotSignedIn, Missing) as error:
            return refusal(request, error)
        return self._answer(result, HTTPStatus.OK, {})

    async def _receive(self, request: Request, *, source: str, said: Iterable[Pair]) -> Response:
        try:
            caller = await run_in_threadpool(self._admit, _authorization(request))
        except NotSignedIn as error:
            return refusal(request, error)
        allowance = caller.allowance
        if allowance is not None and not allowance.is_allowed:
            return _too_many(request, caller, allowance)
        body = None
        try:
            body = await body_of(request, limit=self.body_limit)
            handed = _handed(request, caller.holder, body, source=source, said=said)
            taken = await to_thread.run_sync(
                self.uploads.take, caller.holder, handed, limiter=self.at_once
            )
            return await self._taken(caller, taken, handed.told)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is left to read it
        except NothingRead as error:
            reports = [shapes.report_of(one).model_dump(mode="json") for one in error.reports]
            return refusal(request, error, headers=caller.headers, reports=reports)
        except (BadInput, NotAllowed) as error:
            await run_in_threadpool(self._note_refusal, request, caller, source, error, body)
            return refusal(request, error, headers=caller.headers)
        finally:
            if body is not None:
                body.close()

    def _admit(self, authorization: str) -> Caller:
        """Who sends this; counted against their limit, unless nobody can count."""
        holder = holder_of(self.engine, authorization, now=self.clock())
        try:
            return Caller(holder, self.budget.take(holder.digest.hex()))
        except Unavailable as error:
            log.warning("rate_limit_open", error=str(error), holder=holder.token.id)
            return Caller(holder, None)

    async def _taken(self, caller: Caller, result: Result, said: Told) -> Response:
        turn, upload_id = result.upload.turn, result.upload.upload_id
        status = HTTPStatus.CREATED if result.is_new else HTTPStatus.OK
        if said.wait and turn is not None and result.is_waiting:
            await self.evaluations.settled(turn, patience=self.patience)
            result = await run_in_threadpool(self.uploads.result, caller.holder, upload_id)
            if result.is_waiting:
                status = HTTPStatus.ACCEPTED
        return self._answer(result, status, caller.headers)

    def _answer(self, result: Result, status: HTTPStatus, headers: Mapping[str, str]) -> Response:
        upload = shapes.upload_of(result, public_url=self.public_url)
        return JSONResponse(
            upload.model_dump(mode="json"),
            status_code=status,
            headers={"Location": upload.link, **headers},
        )

    def _note_refusal(
        self,
        request: Request,
        caller: Caller,
        source: str,
        error: BadInput | NotAllowed,
        body: Body | None,
    ) -> None:
        announced = request.headers.get("content-length", "")
        size = sum(one.size_bytes for one in body.files) if body else 0
        if not size and announced.isascii() and announced.isdigit() and len(announced) < ID_DIGITS:
            size = int(announced)
        try:
            self.uploads.refuse(
                caller.holder,
                source=source,
                reason=str(error),
                size_bytes=size,
                request_id=request_id_of(request),
            )
        except Unavailable as away:
            log.warning("refusal_not_kept", error=str(away))


def _handed(
    request: Request, holder: Holder, body: Body, *, source: str, said: Iterable[Pair]
) -> Handed:
    fields = _fields([*request.query_params.multi_items(), *body.fields, *said])
    found, warnings = told(fields)
    if found.project and not is_same_project(holder.repository, found.project):
        raise NotAllowed(OTHER_PROJECT)
    return Handed(
        told=found,
        fields={name: value for name, value in fields.items() if name in FIELDS},
        warnings=warnings,
        files=body.files,
        source=source,
        request_id=request_id_of(request),
    )


def _fields(pairs: Iterable[Pair]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if fields.setdefault(name, value) != value:
            raise BadInput(f"The field “{name[:60]}” is told twice, with different values.")
    return fields


def _old_fields(headers: Headers) -> list[Pair]:
    """The old headers as fields. The old system's own ids of repositories say nothing here."""
    said = [(field, headers[name]) for name, field in OLD_HEADERS.items() if name in headers]
    return [
        (field, value)
        for field, value in said
        if field != "project" or "/" in value or value.lstrip("-").isdecimal()
    ]


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


def _too_many(request: Request, caller: Caller, allowance: Allowance) -> Response:
    error = Unavailable(TOO_MANY, kind=ErrorKind.RATE_LIMIT)
    headers = {**caller.headers, "Retry-After": str(allowance.retry_after)}
    return refusal(request, error, headers=headers, status=HTTPStatus.TOO_MANY_REQUESTS)
