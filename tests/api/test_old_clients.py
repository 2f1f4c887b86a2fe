"""POST /api/ingestion/junit: the old FlakeGuard's clients go on working."""

import pytest
from starlette.testclient import TestClient

from tests.api.ci import PROJECT, SHA, Ci, junit

OLD = "/api/ingestion/junit"
HEADERS = {
    "X-Repository-Id": PROJECT,
    "X-Run-Id": "9001",
    "X-Job-Name": "unit",
    "X-Suite-Name": "cart",
    "Content-Type": "application/xml",
}


def test_the_old_headers_say_what_the_fields_say(client: TestClient, ci: Ci) -> None:
    answer = client.post(OLD, headers=HEADERS, content=junit("a"))

    assert answer.status_code == 201
    told = answer.json()
    assert (told["run"]["name"], told["variant"]) == ("pipeline 9001", "unit / cart")
    assert ci.rows("SELECT source FROM report") == [("junit",)]
    assert ci.rows("SELECT head_sha, branch_class FROM run") == [("unknown-9001", "other")]


def test_the_same_again_is_no_second_report(client: TestClient, ci: Ci) -> None:
    statuses = [client.post(OLD, headers=HEADERS, content=junit("a")).status_code for _ in "12"]

    assert (statuses, ci.count("report")) == ([201, 200], 1)


def test_fields_may_come_along(client: TestClient, ci: Ci) -> None:
    fields = {"commit": SHA, "branch": "main"}

    answer = client.post(OLD, params=fields, headers=HEADERS, content=junit("a"))

    assert answer.json()["warnings"] == []
    assert ci.rows("SELECT head_sha, branch_class FROM run") == [(SHA, "default")]


@pytest.mark.parametrize(
    ("repository", "status"),
    [("clx4fz1r80000", 201), (PROJECT, 201), ("acme/other", 403), ("12", 403), ("-12", 403)],
)
def test_only_the_old_systems_own_ids_are_passed_over(
    client: TestClient, repository: str, status: int
) -> None:
    headers = HEADERS | {"X-Repository-Id": repository}

    assert client.post(OLD, headers=headers, content=junit("a")).status_code == status


def test_an_old_client_needs_a_project_token(ci: Ci) -> None:
    assert ci.client().post(OLD, headers=HEADERS, content=junit("a")).status_code == 401
