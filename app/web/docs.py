"""/docs: the API's description as a page that a person can read, without any script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.web.answers import page


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a schema."""

    name: str
    type: str
    meaning: str


def show(api: Mapping[str, Any], _request: Request) -> Response:
    """The page; it tells nothing that is not in /openapi.json, so anybody may read it."""
    schemas = api["components"]["schemas"]
    return page(
        "docs.html",
        visitor=None,
        about=api["info"],
        operations=list(_operations(api)),
        schemes=api["components"]["securitySchemes"],
        schemas={name: list(_fields(schema)) for name, schema in schemas.items()},
        type_of=type_of,
    )


def _operations(api: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield {"path": path, "method": method.upper(), **operation}


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    for name, one in schema.get("properties", {}).items():
        yield Field(name, type_of(one), one.get("description", ""))
    if "enum" in schema:
        for word in schema["enum"]:
            yield Field(word, "a word", "")


def type_of(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    kind = str(schema.get("format") or schema.get("type") or "anything")
    bounds = [str(schema[key]) for key in ("minimum", "maximum") if key in schema]
    if len(bounds) == len(("minimum", "maximum")):
        kind += f" from {bounds[0]} to {bounds[1]}"
    return kind
