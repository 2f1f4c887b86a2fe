"""From an HTTP request to an operation and back: who, how often, what, and GitHub's headers."""

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_hex

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.github.api import (
    actions,
    apps,
    checks,
    commits,
    deliveries,
    issues,
    pulls,
    signing_in,
    teams,
)
from app.sandbox.github.api.auth import caller_of
from app.sandbox.github.api.call import DOCUMENTATION, Answer, ApiError, Call, Caller, Operation
from app.sandbox.github.api.limits import CREATES_CONTENT, Limits
from app.sandbox.github.world import GitHubWorld

REQUEST_ID_BYTES = 6


class GitHubApi:
    """The REST API of one world."""

    def __init__(self, github: GitHubWorld, limits: Limits) -> None:
        self.github = github
        self.limits = limits

    def routes(self) -> list[Route]:
        """Every operation by path; paths are tried in this order."""
        rate_limit = Operation("GET", "/rate_limit", "token", self.rate_limit)
        every = (
            rate_limit,
            *deliveries.OPERATIONS,
            *apps.OPERATIONS,
            *signing_in.OPERATIONS,
            *actions.OPERATIONS,
            *checks.OPERATIONS,
            *commits.OPERATIONS,
            *pulls.OPERATIONS,
            *issues.OPERATIONS,
            *teams.OPERATIONS,
        )
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in every:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        known = [self._route(path, operations) for path, operations in by_path.items()]
        return [*known, self._route("/{unknown:path}", {})]

    def _route(self, path: str, operations: Mapping[str, Operation]) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            operation = operations.get("GET" if request.method == "HEAD" else request.method)
            if operation is None:
                return error_response(ApiError(HTTPStatus.NOT_FOUND, "Not Found"), {})
            return await run_in_threadpool(self.respond, request, body, operation)

        return Route(path, endpoint, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])

    def respond(self, request: Request, body: bytes, operation: Operation) -> Response:
        """Do one operation and say how it went."""
        headers: dict[str, str] = {}
        try:
            caller = caller_of(self.github, request.headers.get("Authorization", ""), operation)
            headers |= self._count(caller, operation)
            answer = self._work(self._call(request, body, operation, caller))
        except ApiError as error:
            return error_response(error, headers)
        response = answered(request, answer, headers)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            self._give_back(caller)
        return response

    def _work(self, call: Call) -> Answer:
        """Reading sees one moment; writing may send webhooks, and never with the lock held."""
        if call.operation.method != "GET":
            return call.operation.work(call)
        with self.github.lock:
            return call.operation.work(call)

    def rate_limit(self, call: Call) -> Answer:
        """GET: what is left; asking is free."""
        with self.github.lock:
            window = self.limits.window(holder(call.caller), now=call.now)
            core: dict[str, object] = dict(self.limits.told(window))
        unused = {**core, "used": 0, "remaining": core["limit"]}
        return Answer({"resources": {"core": core, "search": unused}, "rate": core})

    def _count(self, caller: Caller, operation: Operation) -> dict[str, str]:
        if caller.is_app or operation.path == "/rate_limit":
            return {}
        now, who = self.github.clock(), holder(caller)
        with self.github.lock:
            if operation.method in CREATES_CONTENT:
                self.limits.count_content(who, now=now)
            return self.limits.count(who, now=now)

    def _call(self, request: Request, body: bytes, operation: Operation, caller: Caller) -> Call:
        names = {name: str(value) for name, value in request.path_params.items()}
        path = operation.path.replace(":path}", "}").format(**names)
        return Call(
            self.github, path, names, dict(request.query_params), json_of(body), caller, operation
        )

    def _give_back(self, caller: Caller) -> None:
        """An answer that nothing changed costs nothing of the rate limit."""
        with self.github.lock:
            self.limits.window(holder(caller), now=self.github.clock()).used -= 1


def holder(caller: Caller) -> str:
    """Whose budget a request is taken from."""
    token = caller.token
    if token is None:
        return "app"
    if token.installation is not None:
        return f"installation ID {token.installation.id}"
    return f"user ID {token.user.id if token.user else 0}"


def json_of(body: bytes) -> Mapping[str, object]:
    """The request's JSON object; an empty one where there is no body."""
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise ApiError(HTTPStatus.BAD_REQUEST, "Problems parsing JSON") from None
    if not isinstance(value, dict):
        raise ApiError(HTTPStatus.BAD_REQUEST, "Body should be a JSON object")
    return value


def answered(request: Request, answer: Answer, more: Mapping[str, str]) -> Response:
    """The answer over HTTP; 304 where the asker has it already."""
    headers = {**more, **answer.headers}
    if answer.body is None:
        return said(answer.status, b"", headers)
    content = json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode()
    if request.method in {"GET", "HEAD"} and answer.status == HTTPStatus.OK:
        headers["ETag"] = f'W/"{hashlib.sha256(content).hexdigest()}"'
        headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return said(HTTPStatus.NOT_MODIFIED, b"", headers)
    return said(answer.status, content, headers)


def error_response(error: ApiError, headers: Mapping[str, str]) -> Response:
    """GitHub's body for a refusal."""
    body: dict[str, object] = {"message": error.message}
    if error.errors is not None:
        body["errors"] = error.errors
    body |= {"documentation_url": DOCUMENTATION, "status": str(error.status)}
    return said(error.status, json.dumps(body).encode(), {**headers, **error.headers})


def said(status: int, content: bytes, headers: Mapping[str, str]) -> Response:
    """A response with what GitHub always sends."""
    always = {
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Request-Id": token_hex(REQUEST_ID_BYTES).upper(),
        "X-GitHub-Api-Version-Selected": "2022-11-28",
    }
    kind = "application/json; charset=utf-8" if content else None
    return Response(content, status, {**always, **headers}, media_type=kind)
