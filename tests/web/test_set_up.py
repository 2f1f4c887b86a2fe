"""/github/setup: for the administrator alone, through GitHub and back, and what is kept."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.core.credentials import AppInUse
from app.db.session import Engine, unit_of_work
from app.sandbox.keys import KeyPair
from tests.web.outside import OURS, Outside, here, outside_of
from tests.web.reading import csrf_in
from tests.web.site import sign_in

ANOTHER_SESSION = "This set-up was not started in this session"


@pytest.fixture
def outside(engine: Engine, keys: KeyPair) -> Iterator[Outside]:
    """Nothing is set up yet."""
    with outside_of(engine, keys, is_set_up=False) as one:
        yield one


@pytest.fixture
def admin(outside: Outside) -> TestClient:
    return sign_in(outside.browser(), outside.web)


def go(admin: TestClient, **form: str) -> tuple[int, str]:
    page = admin.get("/github/setup").text
    answer = admin.post("/github/setup", data={"csrf": csrf_in(page)} | form)
    return answer.status_code, answer.text


def github_page(page: str) -> tuple[str, str]:
    """Where the page's button leads, and GitHub's answer to it."""
    found = re.search(r'<form method="post" action="(http[^"]+)"', page)
    manifest = re.search(r'name="manifest" value="([^"]+)"', page)
    assert found
    assert manifest
    address = unescape(found[1])
    answer = httpx.post(address, data={"manifest": unescape(manifest[1])})
    assert answer.status_code == 200
    return address, answer.text


def made(outside: Outside, admin: TestClient, **form: str) -> str:
    """Walk through GitHub; the address that it sends the browser back to."""
    status, page = go(admin, **form)
    assert status == 200, page
    address, shown = github_page(page)
    return outside.press(shown, address)


def test_the_manifest_makes_the_app_and_its_credentials_are_kept_encrypted(
    outside: Outside, admin: TestClient, engine: Engine
) -> None:
    back = here(made(outside, admin, organization="acme"))

    answer = admin.get(back)

    assert answer.headers["location"] == "/github/setup?said=made"
    app = outside.web.set_up.app.current() if outside.web.set_up else AppInUse()
    github = outside.github.github
    assert (app.app_id, app.name) == (github.app_id, "FlakeGuard")
    assert app.webhook_secrets == (github.hooks.secret,)
    assert app.client_secret == github.registration.client_secret
    assert github.hooks.url == f"{OURS}/github/webhook"
    assert github.app_owner.login == "acme"
    with unit_of_work(engine) as session:
        row = session.execute(text("SELECT c::text FROM app_credential c")).scalar_one()
    for secret in (github.hooks.secret, github.registration.client_secret, "PRIVATE KEY"):
        assert secret not in row
        assert secret.encode().hex() not in row
    page = admin.get("/github/setup").text
    assert f'href="{outside.github.address}/apps/flakeguard/installations/new"' in page
    for secret in (github.hooks.secret, github.registration.client_secret, "PRIVATE KEY"):
        assert secret not in page


def test_what_github_is_asked_for_is_what_app_yml_says(outside: Outside, admin: TestClient) -> None:
    _, page = go(admin)

    found = re.search(r'name="manifest" value="([^"]+)"', page)
    assert found is not None
    manifest = json.loads(unescape(found[1]))
    assert manifest["public"] is False
    assert manifest["redirect_url"] == f"{OURS}/github/setup/callback"
    assert manifest["callback_urls"] == [f"{OURS}/github/oauth/callback"]
    assert manifest["default_permissions"]["merge_queues"] == "read"
    assert "merge_group" in manifest["default_events"]
    assert "${" not in json.dumps(manifest)


def test_the_page_to_github_lets_its_form_go_there_and_nowhere_else(
    outside: Outside, admin: TestClient
) -> None:
    page = admin.get("/github/setup")
    answer = admin.post("/github/setup", data={"csrf": csrf_in(page.text)})

    policy = answer.headers["content-security-policy"]
    assert f"form-action 'self' {outside.github.address};" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["content-security-policy"].endswith("; connect-src 'self'")


def test_after_set_up_people_can_sign_in_without_a_restart(
    outside: Outside, admin: TestClient
) -> None:
    outside.github.github.add_user("ann")
    assert "Sign in with GitHub" not in outside.browser().get("/sign-in").text
    admin.get(here(made(outside, admin)))

    ann = outside.sign_in(outside.browser(), "ann")

    assert "ann" in ann.get("/account").text


@pytest.mark.parametrize(
    "path", ["/github/setup", "/github/setup/progress", "/github/setup/callback"]
)
def test_strangers_are_sent_to_sign_in(outside: Outside, path: str) -> None:
    answer = outside.browser().get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_strangers_and_other_sites_start_nothing(outside: Outside, admin: TestClient) -> None:
    assert outside.browser().post("/github/setup", data={}).headers["location"] == "/sign-in"
    for path in ("/github/setup", "/github/setup/secret"):
        assert admin.post(path, data={"csrf": "0" * 64}).status_code == 403


def test_a_way_back_belongs_to_the_session_that_started_it_and_is_used_once(
    outside: Outside, admin: TestClient
) -> None:
    back = here(made(outside, admin))
    another = sign_in(outside.browser(), outside.web)

    stolen = another.get(back)
    late = admin.get(back)  # the attempt was used up by the thief

    assert (stolen.status_code, late.status_code) == (401, 401)
    assert ANOTHER_SESSION in stolen.text
    again = here(made(outside, admin))
    assert admin.get(again).status_code == 303
    assert admin.get(again).status_code == 401


@pytest.mark.parametrize("query", ["", "code=abc", "state=x&code=abc", "state=x"])
def test_a_way_back_that_nobody_started_leads_nowhere(admin: TestClient, query: str) -> None:
    answer = admin.get(f"/github/setup/callback?{query}")

    assert answer.status_code == 401
    assert ANOTHER_SESSION in answer.text


def test_a_way_back_is_good_for_an_hour(outside: Outside, admin: TestClient) -> None:
    back = here(made(outside, admin))

    outside.clock.turn(timedelta(hours=1))

    assert admin.get(back).status_code == 401


def test_an_app_that_is_set_up_is_replaced_only_by_who_says_so(
    outside: Outside, admin: TestClient
) -> None:
    admin.get(here(made(outside, admin)))
    first = outside.github.github.app_id

    status, page = go(admin)
    assert status == 409
    assert "A GitHub App is set up already: say that it is to be replaced." in page

    admin.get(here(made(outside, admin, replace="yes")))
    assert outside.github.github.app_id != first
    assert outside.web.set_up is not None
    assert outside.web.set_up.app.current().app_id == outside.github.github.app_id


def test_an_app_in_the_environment_is_never_replaced_from_here(
    engine: Engine, keys: KeyPair
) -> None:
    with outside_of(engine, keys) as given:
        admin = sign_in(given.browser(), given.web)
        page = admin.get("/github/setup").text
        answer = admin.post("/github/setup", data={"csrf": csrf_in(page), "replace": "yes"})

    assert "The App is set in the environment, which wins over anything made here." in page
    assert answer.status_code == 409
    assert "GITHUB_APP_ID is set" in answer.text


@pytest.mark.parametrize("name", ["a/b", "..", "a b", "-a", "a?x=", "a" * 40, "é"])
def test_an_organizations_name_cannot_lead_elsewhere(admin: TestClient, name: str) -> None:
    status, page = go(admin, organization=name)

    assert status == 400
    assert "That is no organization&#39;s name" in page


def test_the_webhook_secret_is_changed_at_github_and_the_old_one_still_taken(
    outside: Outside, admin: TestClient
) -> None:
    admin.get(here(made(outside, admin)))
    old = outside.github.github.hooks.secret
    csrf = csrf_in(admin.get("/github/setup").text)

    answer = admin.post("/github/setup/secret", data={"csrf": csrf})

    assert answer.headers["location"] == "/github/setup?said=rotated"
    assert outside.web.set_up is not None
    new = outside.github.github.hooks.secret
    assert new != old
    assert outside.web.set_up.app.current().webhook_secrets == (new, old)


def test_a_secret_that_github_could_not_be_told_is_taken_back(
    outside: Outside, admin: TestClient
) -> None:
    admin.get(here(made(outside, admin)))
    old = outside.github.github.hooks.secret
    outside.github.faults.add("/app/hook/config", status=500, times=100)

    csrf = csrf_in(admin.get("/github/setup").text)
    admin.post("/github/setup/secret", data={"csrf": csrf})
    answer = admin.post("/github/setup/secret", data={"csrf": csrf})  # once more

    assert answer.status_code == 502
    assert "GitHub answered PATCH /api/v3/app/hook/config with 500" in answer.text
    assert outside.web.set_up is not None
    assert outside.web.set_up.app.current().webhook_secrets[0] == old


def test_the_page_and_what_it_asks_for_tell_the_same(outside: Outside, admin: TestClient) -> None:
    before = admin.get("/github/setup/progress").json()
    assert before["mark"] in admin.get("/github/setup").text
    assert [one["state"] for one in before["steps"]] == ["waiting", *["later"] * 5]

    admin.get(here(made(outside, admin)))

    after = admin.get("/github/setup/progress").json()
    assert after["mark"] != before["mark"]
    assert [one["state"] for one in after["steps"]][:2] == ["done", "waiting"]


def test_the_script_is_a_file_of_ours(outside: Outside, admin: TestClient) -> None:
    page = admin.get("/github/setup").text
    found = re.search(r'<script type="module" src="(/static/set_up\.js\?v=[0-9a-f]{12})"', page)

    assert found is not None
    script = outside.browser().get(found[1])
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert parse_qs(urlsplit(found[1]).query)["v"]
