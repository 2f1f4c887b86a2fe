"""Who gets in where: the same for every address, and for every way to ask."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.web import Web
from tests.web.reading import csrf_in
from tests.web.site import Hints, browser_of, sign_in
from tests.web.world import World, flaky_case

PAGES = [
    "/",
    "/parked",
    "/r/acme/shop",
    "/r/acme/unknown",
    "/r/acme/shop/cases/25932648-5eaa-5c96-bd1b-904397e253af",
    "/health/deep",
]
OPEN = [
    "/sign-in",
    "/security",
    "/.well-known/security.txt",
    "/static/style.css",
    "/static/mark.svg",
    "/health",
    "/health/ready",
]


@pytest.mark.parametrize("address", ["203.0.113.7", "127.0.0.1", "::1", "10.0.0.1"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_sends_strangers_to_sign_in(
    app: Starlette, world: World, path: str, address: str
) -> None:
    world.repository()

    answer = browser_of(app, address=address).get(path)

    assert answer.status_code == 303
    assert answer.headers["location"] == ("/sign-in" if path == "/" else f"/sign-in?next={path}")
    assert answer.text == ""


@pytest.mark.parametrize("path", OPEN)
def test_what_holds_no_secret_is_open(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize(
    "cookie", ["", "x", "A" * 43, "' OR 1=1 --", "\u00e9", "a" * 5000], ids=len
)
def test_a_forged_cookie_opens_nothing(stranger: TestClient, cookie: str) -> None:
    header = {b"Cookie": f"flakeguard={cookie}".encode("latin-1")}

    answer = stranger.get("/parked", headers=header)

    assert answer.headers["location"] == "/sign-in?next=/parked"


@pytest.mark.parametrize("path", ["/parked/1/retry", "/sign-out"])
def test_strangers_can_write_nothing(stranger: TestClient, path: str) -> None:
    answer = stranger.post(path, data={"csrf": "x"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("token", [None, "", "0" * 64, "\u00e9", "of another session"])
@pytest.mark.parametrize("path", ["/parked/{task}/retry", "/sign-out"])
def test_a_write_without_the_sessions_own_token_is_refused(
    app: Starlette,
    visitor: TestClient,
    web: Web,
    world: World,
    queue: Hints,
    path: str,
    token: str | None,
) -> None:
    task = world.parked()
    if token == "of another session":
        token = csrf_in(sign_in(browser_of(app), web).get("/").text)

    answer = visitor.post(path.format(task=task), data={} if token is None else {"csrf": token})

    assert answer.status_code == 403
    assert "This form is not from a page that you opened just now" in answer.text
    assert queue.told == []
    assert visitor.get("/").status_code == 200


def test_a_form_that_is_too_long_is_refused(visitor: TestClient) -> None:
    answer = visitor.post("/sign-out", data={"csrf": "x" * 20_000})

    assert answer.status_code == 413


def test_every_form_of_ours_carries_the_token(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = flaky_case(world, repo)
    world.parked()

    for path in ["/", "/parked", "/r/acme/shop", f"/r/acme/shop/cases/{case}"]:
        page = visitor.get(path).text
        forms = re.findall(r'<form method="post".*?</form>', page, re.DOTALL)
        assert forms
        assert all('name="csrf"' in form for form in forms)


def test_pages_are_read_with_get_only(visitor: TestClient) -> None:
    for path in ["/", "/parked", "/r/acme/shop"]:
        assert visitor.post(path).status_code == 405
