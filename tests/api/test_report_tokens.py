"""POST /api/v1/reports: a project's token opens its own project's door, and no other."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.services.access import tokens
from app.services.access.tokens import Made
from tests.api.ci import FIELDS, GREEN, HERE, HOUR, PROJECT, REPORTS, Ci
from tests.web.site import Hands


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Basic {}", "Bearer fgt_1_x", "Bearer {}x", "Bearer \xe9{}", "{}"],
)
def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(
    ci: Ci, token: Made, header: str
) -> None:
    sent = {b"authorization": header.format(token.text).encode("latin-1")}

    answer = ci.client().post(REPORTS, headers=sent, content=GREEN)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == {
        "kind": "authentication",
        "message": "No valid project token came along; send it as `Authorization: Bearer TOKEN`,"
        " and make one with: flakeguard token create",
    }
    assert ci.count("upload") == 0


def test_a_revoked_token_opens_nothing(ci: Ci, token: Made, client: TestClient) -> None:
    tokens.revoke(ci.engine, token.token.id, by=HERE, now=ci.clock())

    assert client.post(REPORTS, content=GREEN).status_code == 401


def test_a_rotated_token_goes_on_until_its_end(
    ci: Ci, token: Made, client: TestClient, clock: Hands
) -> None:
    new = tokens.rotate(ci.engine, token.token.id, by=HERE, now=clock(), overlap=HOUR)

    clock.turn(HOUR - timedelta(seconds=1))
    during = client.post(REPORTS, params=FIELDS, content=GREEN).status_code
    clock.turn(timedelta(seconds=1))
    after = client.post(REPORTS, params=FIELDS, content=GREEN).status_code
    with_new = ci.client(new).post(REPORTS, params=FIELDS, content=GREEN).status_code

    assert (during, after, with_new) == (201, 401, 200)


def test_the_last_use_of_a_token_is_kept(ci: Ci, token: Made, client: TestClient) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)

    [found] = tokens.listed(ci.engine, PROJECT)
    assert found.last_used_at == ci.clock()


@pytest.mark.parametrize("project", [PROJECT, "acme/shop/cart", "ACME/Shop/cart"])
def test_the_project_may_be_named(client: TestClient, project: str) -> None:
    answer = client.post(REPORTS, params=FIELDS | {"project": project}, content=GREEN)

    assert answer.status_code == 201


@pytest.mark.parametrize("project", ["gitlab:acme/other", "acme/shop", "1", "gitlab:acme/known"])
def test_a_token_says_nothing_of_other_projects(ci: Ci, client: TestClient, project: str) -> None:
    ci.token("gitlab:acme/known")

    answer = client.post(REPORTS, params={"project": project}, content=GREEN)

    assert answer.status_code == 403
    assert answer.json()["error"] == {
        "kind": "permission",
        "message": "This token is not for that project; leave the project out, or use the"
        " project's own token.",
    }
    assert ci.count("report") == 0


def test_no_token_is_written_to_a_log(
    client: TestClient, token: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)
    client.post(REPORTS, params=FIELDS, content=b"rubbish")
    client.post(REPORTS, headers={"authorization": f"Bearer {token.text}x"}, content=GREEN)

    said = capfd.readouterr()
    assert token.text not in said.out + said.err
    assert token.text not in repr(token)
