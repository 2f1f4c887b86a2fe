"""Signing in, staying so, and signing out."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html import unescape

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.db.session import Engine, unit_of_work
from app.services.access.sessions import make_sign_in_link
from app.web import Web
from app.web.sign_in import next_path
from tests.web.conftest import ADMIN_TOKEN
from tests.web.reading import csrf_in
from tests.web.site import Hands, application, browser_of, sign_in

USED = "This link has been used or has expired"
WRONG = "That is not this installation&#39;s ADMIN_TOKEN."
TOO_MANY = "Too many wrong tokens from your address: try again in a few minutes."


def link(web: Web) -> str:
    return make_sign_in_link(
        web.engine, now=web.clock(), base_url=web.public_url or "http://testserver/"
    )


def submit(client: TestClient, token: str, **fields: str) -> tuple[int, str]:
    form = {"csrf": csrf_in(client.get("/sign-in").text), "token": token} | fields
    answer = client.post("/sign-in", data=form)
    return answer.status_code, answer.headers.get("location") or answer.text


def test_a_one_time_link_opens_the_pages(stranger: TestClient, web: Web) -> None:
    answer = stranger.get(link(web))

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert stranger.get("/").status_code == 200


def test_a_link_opens_one_browser_only(app: Starlette, web: Web) -> None:
    once = link(web)
    assert browser_of(app).get(once).status_code == 303

    second = browser_of(app)
    answer = second.get(once)

    assert answer.status_code == 401
    assert USED in answer.text
    assert second.get("/").headers["location"] == "/sign-in"


def test_of_many_visits_at_one_moment_one_gets_in(app: Starlette, web: Web) -> None:
    once = link(web)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: browser_of(app).get(once).status_code, range(8)))

    assert sorted(answers) == [303] + [401] * 7


def test_whoever_is_signed_in_may_open_the_used_link_again(stranger: TestClient, web: Web) -> None:
    once = link(web)
    stranger.get(once)

    again = stranger.get(once)

    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_a_link_works_for_24_hours(app: Starlette, web: Web, clock: Hands) -> None:
    good, late = link(web), link(web)

    clock.turn(timedelta(hours=24) - timedelta(seconds=1))
    assert browser_of(app).get(good).status_code == 303
    clock.turn(timedelta(seconds=1))
    assert browser_of(app).get(late).status_code == 401


def test_looking_ahead_does_not_use_a_link_up(app: Starlette, web: Web) -> None:
    once = link(web)

    assert browser_of(app).head(once).status_code == 200
    for header in ({"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}):
        assert browser_of(app).get(once, headers=header).status_code == 200

    assert browser_of(app).get(once).status_code == 303


def test_no_secret_is_stored_as_it_is(stranger: TestClient, web: Web, engine: Engine) -> None:
    once = link(web)
    stranger.get(once)

    everything = "SELECT s::text FROM web_session s UNION ALL SELECT l::text FROM sign_in_link l"
    with unit_of_work(engine) as session:
        rows = list(session.execute(text(everything)).scalars())

    assert len(rows) == 2
    for secret in (once.partition("token=")[2], stranger.cookies["flakeguard"]):
        for form in (secret, secret.encode().hex(), urlsafe_b64decode(secret + "=").hex()):
            assert not [row for row in rows if form in row]
        assert [row for row in rows if sha256(secret.encode()).hexdigest() in row]


def test_the_cookie_stays_with_this_site_and_out_of_scripts(stranger: TestClient, web: Web) -> None:
    cookie = stranger.get(link(web)).headers.get_list("set-cookie")[0]

    assert re.fullmatch(r"flakeguard=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)


def test_behind_https_the_cookie_is_bound_to_the_host(web: Web) -> None:
    secure = replace(web, public_url="https://flakes.example")
    client = browser_of(application(secure), base_url="https://flakes.example")

    cookie = client.get(link(secure)).headers.get_list("set-cookie")[0]

    wanted = r"__Host-flakeguard=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure"
    assert re.fullmatch(wanted, cookie)
    assert client.get("/").status_code == 200


def test_the_admin_token_opens_the_pages(stranger: TestClient) -> None:
    assert submit(stranger, ADMIN_TOKEN) == (303, "/")
    assert stranger.get("/").status_code == 200


def test_a_wrong_token_is_refused_in_one_sentence(stranger: TestClient) -> None:
    status, page = submit(stranger, "guess")

    assert status == 401
    assert WRONG in page
    assert stranger.get("/").headers["location"] == "/sign-in"


def test_a_sign_in_from_another_site_is_refused(app: Starlette, stranger: TestClient) -> None:
    token = csrf_in(browser_of(app).get("/sign-in").text)  # the attacker's own

    without_cookie = stranger.post("/sign-in", data={"token": ADMIN_TOKEN, "csrf": token})
    stranger.get("/sign-in")
    with_another = stranger.post("/sign-in", data={"token": ADMIN_TOKEN, "csrf": token})

    assert (without_cookie.status_code, with_another.status_code) == (403, 403)
    assert stranger.get("/").headers["location"] == "/sign-in"


def test_guessing_is_limited_by_address_and_time(
    app: Starlette, stranger: TestClient, clock: Hands
) -> None:
    for _ in range(10):
        assert submit(stranger, "guess")[0] == 401

    status, page = submit(stranger, ADMIN_TOKEN)
    assert (status, TOO_MANY in page) == (429, True)
    assert submit(browser_of(app, address="203.0.113.8"), ADMIN_TOKEN)[0] == 303

    clock.turn(timedelta(minutes=10))
    assert submit(stranger, ADMIN_TOKEN)[0] == 303


def test_without_an_admin_token_nothing_typed_opens_the_pages(web: Web) -> None:
    client = browser_of(application(replace(web, admin_token=None)))

    page = client.get("/sign-in").text
    assert "set <code>ADMIN_TOKEN</code> and start again" in page
    assert "<form" not in page


@pytest.mark.parametrize("given", ["", "None"])
def test_without_an_admin_token_no_posted_one_is_right(web: Web, given: str) -> None:
    client = browser_of(application(replace(web, admin_token=None)))
    nonce = csrf_in(browser_of(application(web)).get("/sign-in").text)

    answer = client.post("/sign-in", data={"token": given, "csrf": nonce})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("turns", "is_in"),
    [
        ([timedelta(hours=23, minutes=59)], True),
        ([timedelta(hours=24)], False),
        ([timedelta(hours=20)] * 3, True),
        ([timedelta(hours=20)] * 35, True),
        ([timedelta(hours=20)] * 36, False),
    ],
    ids=["idle a day less", "idle a day", "used daily", "29 days", "30 days"],
)
def test_a_session_ends_a_day_after_its_last_use_and_after_30_days(
    visitor: TestClient, clock: Hands, turns: list[timedelta], is_in: bool
) -> None:
    answers = []
    for turn in turns:
        clock.turn(turn)
        answers.append(visitor.get("/").status_code)

    assert answers[-1] == (200 if is_in else 303)


def test_signing_out_ends_the_session_for_good(visitor: TestClient, app: Starlette) -> None:
    kept = visitor.cookies["flakeguard"]
    token = csrf_in(visitor.get("/").text)

    answer = visitor.post("/sign-out", data={"csrf": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    thief = browser_of(app)
    thief.cookies.set("flakeguard", kept)
    assert thief.get("/").headers["location"] == "/sign-in"


def test_signing_in_anew_ends_the_session_before(
    visitor: TestClient, web: Web, app: Starlette
) -> None:
    kept = visitor.cookies["flakeguard"]

    sign_in(visitor, web)

    thief = browser_of(app)
    thief.cookies.set("flakeguard", kept)
    assert thief.get("/").status_code == 303
    assert visitor.get("/").status_code == 200


def test_signing_in_leads_back_to_where_one_wanted_to_be(stranger: TestClient) -> None:
    away = stranger.get("/r/acme/shop").headers["location"]
    assert away == "/sign-in?next=/r/acme/shop"
    assert 'name="next" value="/r/acme/shop"' in stranger.get(away).text

    assert submit(stranger, ADMIN_TOKEN, next="/r/acme/shop") == (303, "/r/acme/shop")


def test_signing_in_leads_back_to_what_was_chosen_of_a_list(stranger: TestClient) -> None:
    wanted = "/r/acme/shop?show=broken&owner=%40acme%2Fcart"

    away = stranger.get(wanted).headers["location"]

    assert away == "/sign-in?next=/r/acme/shop%3Fshow%3Dbroken%26owner%3D%2540acme%252Fcart"
    goal = unescape(stranger.get(away).text.partition('name="next" value="')[2].partition('"')[0])
    assert submit(stranger, ADMIN_TOKEN, next=goal) == (303, wanted)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "r/acme",
        "/a\r\nSet-Cookie: x=y",
        "/a\tb",
        "/\u202e",
        "/" + "a" * 1000,
    ],
)
def test_signing_in_never_leads_elsewhere(elsewhere: str) -> None:
    assert next_path(elsewhere) == "/"


def test_what_can_open_nothing_any_more_is_forgotten(
    app: Starlette, web: Web, clock: Hands, engine: Engine
) -> None:
    def stored(table: str) -> int:
        with unit_of_work(engine) as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    counting: Callable[[], tuple[int, int]] = lambda: (  # noqa: E731
        stored("web_session"),
        stored("sign_in_link"),
    )
    for _ in range(3):
        sign_in(browser_of(app), web)
    assert counting() == (3, 3)

    clock.turn(timedelta(days=2))
    sign_in(browser_of(app), web)

    assert counting() == (1, 1)
