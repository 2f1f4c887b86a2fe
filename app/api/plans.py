"""GET /api/v1/repositories/{owner}/{name}/plan and /accuracy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import plan_shapes
from app.api.act_routes import (
    ADMIN,
    OF_REPOSITORY,
    OWNER,
    READING,
    REPOSITORY,
    SESSION,
    TOKEN,
    refusals,
)
from app.api.answers import refusal
from app.api.doors import Guest, RepositoryDoor
from app.api.openapi import Answer, Operation, Parameter
from app.core.errors import FlakeGuardError
from app.services import plans
from app.services.publishing.commit_facts import Addresses


@dataclass(frozen=True, slots=True)
class Plans:
    """The endpoints. Built once, by the root."""

    doors: RepositoryDoor
    addresses: Addresses
    rates: Mapping[str, float] = field(default_factory=dict)  # money a minute, by runner's label

    def plan(self, request: Request) -> Response:
        """What to quarantine or fix, the dearest first."""

        def show(guest: Guest) -> BaseModel:
            engine, repository, now = self.doors.engine, guest.repository, self.doors.clock()
            owner = request.query_params.get("owner") or None
            found = plans.plan(engine, repository.id, rates=self.rates, now=now, owner=owner)
            return plan_shapes.plan_of(repository.full_name, found, self.addresses)

        return self._answered(request, show)

    def accuracy(self, request: Request) -> Response:
        """How right we were."""

        def show(guest: Guest) -> BaseModel:
            repository = guest.repository
            found = plans.accuracy(self.doors.engine, repository.id, now=self.doors.clock())
            return plan_shapes.accuracy_of(repository.full_name, found)

        return self._answered(request, show)

    def operations(self) -> tuple[Operation, ...]:
        """Both addresses, described."""
        return (
            _reading("plan", "See what to quarantine or fix first", self.plan, PLAN, [OWNER]),
            _reading("accuracy", "See how right we were", self.accuracy, ACCURACY),
        )

    def _answered(self, request: Request, show: Callable[[Guest], BaseModel]) -> Response:
        try:
            return JSONResponse(show(self.doors.reader(request)).model_dump(mode="json"))
        except FlakeGuardError as error:
            return refusal(request, error)


PLAN = Answer(HTTPStatus.OK, "The plan, the dearest first.", plan_shapes.PlanShape)
ACCURACY = Answer(HTTPStatus.OK, "Precision and calibration.", plan_shapes.AccuracyShape)


def _reading(
    name: str,
    summary: str,
    endpoint: Callable[[Request], Response],
    answer: Answer,
    asked: Sequence[Parameter] = (),
) -> Operation:
    return Operation(
        method="GET",
        path=f"{REPOSITORY}/{name}",
        name=name,
        summary=summary,
        description=answer.meaning,
        endpoint=endpoint,
        parameters=[*OF_REPOSITORY, *asked],
        answers=[answer, *refusals(*READING)],
        security=(TOKEN, ADMIN, SESSION),
    )
