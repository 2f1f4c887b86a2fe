"""The API's description: made of the same records as its routes, so that neither can lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.routing import Route

from app import __version__

OPENAPI = "3.1.0"
REFS = "#/components/schemas/{model}"
TITLE = "FlakeGuard"
ABOUT = (
    "Hand in test reports from any CI, and ask what became of them. Every answer is JSON; every "
    "refusal says in one sentence what is wrong. Every answer names its request in X-Request-Id."
)

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str  # path, query or header
    meaning: str
    schema: Schema
    is_required: bool = False

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        return {
            "name": self.name,
            "in": self.place,
            "description": self.meaning,
            "required": self.is_required,
            "schema": dict(self.schema),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation answers with."""

    status: int
    meaning: str
    model: type[BaseModel] | None  # None: an answer without a body
    headers: Mapping[str, str] = field(default_factory=dict)  # name and meaning
    plain: str | None = None  # what the same says as text/plain, where it does

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        said: dict[str, Any] = {"description": self.meaning}
        if self.model is not None:
            reference = {"$ref": REFS.format(model=self.model.__name__)}
            said["content"] = {"application/json": {"schema": reference}}
        if self.plain is not None:
            text = {"type": "string", "description": self.plain}
            said["content"]["text/plain"] = {"schema": text}
        if self.headers:
            said["headers"] = {
                name: {"description": meaning, "schema": {"type": "string"}}
                for name, meaning in self.headers.items()
            }
        return said


@dataclass(frozen=True, slots=True)
class Body:
    """What may be sent: a schema for each media type."""

    meaning: str
    contents: Mapping[str, Schema]
    is_required: bool = True

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        contents = {media: {"schema": dict(schema)} for media, schema in self.contents.items()}
        return {"description": self.meaning, "required": self.is_required, "content": contents}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address: where it goes, and what it takes and answers."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    endpoint: Callable[[Request], Any]
    parameters: Sequence[Parameter]
    answers: Sequence[Answer]
    security: Sequence[str]
    body: Body | None = None

    def route(self) -> Route:
        """The route that serves it."""
        path = self.path.replace("{owner}", "{owner:path}")  # a group's name may have slashes
        return Route(path, self.endpoint, methods=[self.method])

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        said: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "description": self.description,
            "security": [{scheme: []} for scheme in self.security],
            "parameters": [one.described() for one in self.parameters],
            "responses": {str(one.status): one.described() for one in self.answers},
        }
        if self.body is not None:
            said["requestBody"] = self.body.described()
        return said


def document(operations: Sequence[Operation], *, schemes: Mapping[str, Schema]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = operation.described()
    answers = [answer for operation in operations for answer in operation.answers]
    models = {answer.model for answer in answers if answer.model is not None}
    ordered = tuple(sorted(models, key=lambda model: model.__name__))
    return {
        "openapi": OPENAPI,
        "info": {"title": TITLE, "version": __version__, "description": ABOUT},
        "paths": paths,
        "components": {"schemas": dict(_schemas(ordered)), "securitySchemes": dict(schemes)},
    }


@cache
def _schemas(models: tuple[type[BaseModel], ...]) -> Mapping[str, Schema]:
    """The models' own descriptions, by name; made once, as that takes most of a start's work."""
    _, found = models_json_schema([(model, "serialization") for model in models], ref_template=REFS)
    schemas: dict[str, Schema] = found["$defs"]
    return schemas
