"""/health, /health/ready and /health/deep: for a load balancer, and for whoever looks after us."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.clock import Clock
from app.core.errors import Missing
from app.core.health import Check, Health, WorkState, worst
from app.db.session import Engine
from app.services import health
from app.services.access.sessions import Door, check_admin_token, cookie_name, visitor_of

BEARER = "bearer "
NOT_HERE = "Nothing is here, or nothing for you."


@dataclass(frozen=True, slots=True)
class HealthChecks:
    """What the checks need from outside. Built once, by the root.

    `ping_redis` raises app.core.errors.Unavailable when Redis does not answer.
    """

    engine: Engine
    clock: Clock
    ping_redis: Callable[[], None]
    door: Door  # the same as the pages', so that wrong tokens are counted together
    secure: bool  # whether cookies insist on https, as the pages' do

    def alive(self, _request: Request) -> Response:
        """`/health`: this process answers; nothing else is looked at."""
        return JSONResponse({"status": Health.OK})

    def ready(self, _request: Request) -> Response:
        """`/health/ready`: whether to send requests here. 503 unless we can do our work."""
        checks = health.readiness(self.engine, self.ping_redis)
        body = {"status": worst(checks), "checks": {one.name: _brief(one) for one in checks}}
        return JSONResponse(body, status_code=_status(checks))

    def deep(self, request: Request) -> Response:
        """`/health/deep`: everything, timed, for the administrator, signed in or by ADMIN_TOKEN."""
        if not self._may_look(request):
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("/sign-in?next=/health/deep", HTTPStatus.SEE_OTHER)
            raise Missing(NOT_HERE)
        checks = health.readiness(self.engine, self.ping_redis)
        is_usable = all(one.health is Health.OK for one in checks if one.name != "redis")
        work = health.work_state(self.engine) if is_usable else None
        body: dict[str, Any] = {
            "status": worst(checks),
            "checks": {one.name: _full(one) for one in checks},
        }
        if work is not None:
            body |= _work(work, now=self.clock())
        return JSONResponse(body, status_code=_status(checks))

    def _may_look(self, request: Request) -> bool:
        """Raises NotSignedIn or RateLimited for a wrong bearer token, Missing for people."""
        authorization = request.headers.get("authorization", "")
        now = self.clock()
        if authorization.lower().startswith(BEARER):
            address = request.client.host if request.client else ""
            token = authorization[len(BEARER) :].strip()
            check_admin_token(self.door, token, address=address, now=now)
            return True
        secret = request.cookies.get(cookie_name(secure=self.secure))
        visitor = visitor_of(self.door, secret, now=now)
        if visitor is not None and not visitor.is_admin:
            raise Missing(NOT_HERE)  # to sign in again would change nothing
        return visitor is not None


def routes(checks: HealthChecks) -> list[Route]:
    """The three of them."""
    return [
        Route("/health", checks.alive),
        Route("/health/ready", checks.ready),
        Route("/health/deep", checks.deep),
    ]


def _status(checks: tuple[Check, ...]) -> int:
    is_failing = worst(checks) is Health.FAILING
    return HTTPStatus.SERVICE_UNAVAILABLE if is_failing else HTTPStatus.OK


def _brief(check: Check) -> str:
    # Anybody may read this one, so it says nothing of hosts, versions or errors.
    return check.health


def _full(check: Check) -> dict[str, Any]:
    return {"status": check.health, "ms": check.took_ms, "message": check.message}


def _work(work: WorkState, *, now: datetime) -> dict[str, Any]:
    asked = [one.oldest_asked_at for one in work.tasks if one.oldest_asked_at is not None]
    return {
        "tasks": {
            "open": sum(one.open for one in work.tasks),
            "parked": sum(one.parked for one in work.tasks),
            "oldest_open_seconds": _age(min(asked), now) if asked else None,
            "by_kind": [
                {
                    "kind": one.kind,
                    "queue": one.queue,
                    "open": one.open,
                    "parked": one.parked,
                    "oldest_open_seconds": _age(one.oldest_asked_at, now),
                }
                for one in work.tasks
            ],
        },
        "cron": {
            "leases": [asdict(one) | {"until": one.until.isoformat()} for one in work.leases],
            "jobs": [asdict(one) | {"last_at": one.last_at.isoformat()} for one in work.scheduled],
        },
        "breakers": [
            {
                "host": one.host,
                "failures": one.failures,
                "is_open": one.open_until is not None and one.open_until > now,
                "open_until": one.open_until.isoformat() if one.open_until else None,
            }
            for one in work.breakers
        ],
    }


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, round((now - moment).total_seconds()))
