"""Through GitHub and back: to where one was, once, in the same browser, and in no other way."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from app.db.session import Engine
from app.sandbox.keys import KeyPair
from tests.web.outside import COOKIE, OURS, Outside, here, outside_of, repository
from tests.web.site import sign_in
from tests.web.world import World

STARTED_ELSEWHERE = "This sign-in was not started in this browser, took longer than ten minutes"


def test_signing_in_leads_back_and_never_elsewhere(outside: Outside, world: World) -> None:
    repository(outside, world, "acme/shop", ann="write")
    goals = {
        "/r/acme/shop": "/r/acme/shop",
        "https://evil.example/": "/",
        "//evil.example": "/",
        "/\\evil.example": "/",
    }

    for goal, reached in goals.items():
        browser = outside.browser()
        answer = browser.get(here(outside.way_back(browser, "ann", goal)))
        assert answer.headers["location"] == reached


def test_github_is_told_our_own_address_whatever_host_was_asked(outside: Outside) -> None:
    browser = outside.browser()

    answer = browser.get("/github/sign-in", headers={"Host": "evil.example"})

    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [f"{OURS}/github/oauth/callback"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43


def test_the_way_back_is_bound_to_the_browser_that_was_sent(outside: Outside) -> None:
    outside.github.github.add_user("mallory")
    attacker, victim = outside.browser(), outside.browser()
    prepared = here(outside.way_back(attacker, "mallory"))

    for browser in (victim, outside.browser()):  # without a cookie, and after its own start
        browser.get("/github/sign-in")
        answer = browser.get(prepared)
        assert answer.status_code == 401
        assert STARTED_ELSEWHERE in answer.text
        assert browser.get("/").status_code == 303


def test_a_way_back_is_used_once(outside: Outside) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()
    back = here(outside.way_back(browser, "ann"))
    nonce = browser.cookies[f"{COOKIE}-github"]
    assert browser.get(back).status_code == 303

    thief = outside.browser()
    thief.cookies.set(f"{COOKIE}-github", nonce, domain="flakes.example.com")
    again = thief.get(back)

    assert again.status_code == 401
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"state": "x"},
        {"state": ""},
        {"code": ""},
        {"code": "guessed"},
        {"state": "s" * 501},
        {"code": "c" * 501},
    ],
    ids=str,
)
def test_a_way_back_that_was_tampered_with_leads_nowhere(
    outside: Outside, change: dict[str, str]
) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()
    query = dict(parse_qs(urlsplit(outside.way_back(browser, "ann")).query))
    whole = {name: values[0] for name, values in query.items()} | change

    answer = browser.get(f"/github/oauth/callback?{urlencode(whole)}")

    assert answer.status_code == 401
    assert browser.get("/").status_code == 303


def test_a_way_back_is_good_for_ten_minutes(outside: Outside) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()
    back = here(outside.way_back(browser, "ann"))

    outside.clock.turn(timedelta(minutes=10))

    assert browser.get(back).status_code == 401


def test_a_state_of_setting_up_does_not_sign_in_and_neither_the_other_way(outside: Outside) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()
    state = parse_qs(urlsplit(outside.way_back(browser, "ann")).query)["state"][0]
    admin = sign_in(outside.browser(), outside.web)

    answer = admin.get(f"/github/setup/callback?state={state}&code=abc")

    assert answer.status_code == 401
    assert "This set-up was not started in this session" in answer.text


def test_who_says_no_on_github_is_told_so(outside: Outside) -> None:
    browser = outside.browser()
    browser.get("/github/sign-in")

    answer = browser.get("/github/oauth/callback?error=access_denied&error_description=<script>")

    assert answer.status_code == 401
    assert "GitHub did not sign you in" in answer.text
    assert "<script>" not in answer.text


def test_without_a_github_app_the_page_offers_no_way_through_it(
    engine: Engine, keys: KeyPair
) -> None:
    with outside_of(engine, keys, is_set_up=False) as bare:
        page = bare.browser().get("/sign-in").text
        refused = bare.browser().get("/github/sign-in")

    assert "Sign in with GitHub" not in page
    assert refused.status_code == 400
    assert "Nobody can sign in through GitHub yet" in refused.text
