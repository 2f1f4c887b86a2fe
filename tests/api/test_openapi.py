"""/openapi.json and /docs: made of the code, and true."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.routing import Route
from starlette.testclient import TestClient

from app.api import shapes
from app.core.uploads import FIELDS
from app.services.access.tokens import Made
from tests.api.ci import REPORTS, SHA, Ci, junit

METHODS = {"get", "post"}
PLACES = {"path", "query", "header"}


@pytest.fixture
def described(ci: Ci) -> Any:  # noqa: ANN401 -- JSON
    return ci.client().get("/openapi.json").json()


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 -- it is JSON
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(node: Any) -> Iterator[str]:  # noqa: ANN401 -- it is JSON
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_anybody_may_read_the_description(ci: Ci) -> None:
    answer = ci.client().get("/openapi.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0"


def test_every_address_under_api_is_described_and_the_other_way_round(
    ci: Ci,
    described: Any,  # noqa: ANN401 -- it is JSON
) -> None:
    served = {
        (route.path.replace(":path", ""), method.lower())
        for route in ci.application().routes
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert {(path, method) for path, method, _ in operations(described)} == served
    assert (REPORTS, "post") in served
    assert ("/api/ingestion/junit", "post") in served


def test_the_description_keeps_to_its_form(described: Any) -> None:  # noqa: ANN401 -- it is JSON
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(described):
        assert method in METHODS
        assert {"summary", "description", "security", "parameters", "responses"} <= set(operation)
        in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert all(one["required"] for one in operation["parameters"] if one["in"] == "path")
        assert {one["in"] for one in operation["parameters"]} <= PLACES
        for needed in operation["security"]:
            assert set(needed) <= set(described["components"]["securitySchemes"])
        for status, answer in operation["responses"].items():
            assert re.fullmatch(r"[2-5]\d\d", status)
            assert answer["description"]


def test_every_reference_leads_somewhere(described: Any) -> None:  # noqa: ANN401 -- it is JSON
    schemas = described["components"]["schemas"]

    found = set(references(described))

    assert found == {f"#/components/schemas/{name}" for name in schemas}


def test_every_field_that_is_read_is_described(described: Any) -> None:  # noqa: ANN401 -- it is JSON
    operation = described["paths"][REPORTS]["post"]

    queried = {one["name"]: one for one in operation["parameters"]}
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]

    assert queried.keys() == FIELDS.keys()
    assert form.keys() == FIELDS.keys() | {"report"}
    assert all(one["description"] for one in queried.values())


def test_every_refusal_that_is_given_is_described(described: Any) -> None:  # noqa: ANN401 -- it is JSON
    said = described["paths"][REPORTS]["post"]["responses"]

    assert set(said) == {
        *("200", "201", "202", "400", "401", "403", "413", "429", "500", "503"),
    }
    assert {"Retry-After", "X-RateLimit-Remaining"} <= set(said["429"]["headers"])
    for status in ("400", "401", "413", "429"):
        schema = said[status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Error"}


def strictly(model: type[BaseModel], answer: Any) -> None:  # noqa: ANN401 -- it is JSON
    """The answer is what the model says, and nothing more."""
    read = model.model_validate_json(json.dumps(answer))
    assert read.model_dump(mode="json", exclude_unset=True) == answer


def test_answers_are_what_the_description_says(ci: Ci, token: Made, client: TestClient) -> None:
    fields = {"commit": SHA, "pipeline": "1"}
    stored = client.post(REPORTS, params=fields, content=junit("a", failing="a")).json()
    ci.work()
    judged = client.get(stored["link"]).json()
    listed = client.get(f"/api/v1/repositories/{token.token.repo_id}/uploads").json()
    refused = client.post(REPORTS, params=fields, content=b"rubbish").json()
    unknown = ci.client().post(REPORTS, content=b"x").json()

    strictly(shapes.Upload, stored)
    strictly(shapes.Upload, judged)
    strictly(shapes.Uploads, listed)
    strictly(shapes.Error, refused)
    strictly(shapes.Error, unknown)


def test_a_person_can_read_the_description_without_any_script(
    ci: Ci,
    described: Any,  # noqa: ANN401 -- it is JSON
) -> None:
    answer = ci.client().get("/docs")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = unescape(answer.text)
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', page) == []
    assert "style=" not in page
    for path, method, operation in operations(described):
        assert f"{method.upper()} {path}" in page
        assert operation["summary"] in page
    for name in FIELDS:
        assert f">{name}</td>" in page
    for name in described["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page or target == "content"
