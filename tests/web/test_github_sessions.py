"""What is kept of who signed in through GitHub: tokens and sessions, how they end, no secret."""

import json
import logging
import re
from datetime import timedelta

import pytest

from app.db.session import Engine
from tests.web.outside import COOKIE, Outside, here, repository, stored
from tests.web.reading import csrf_in
from tests.web.world import World


def test_a_token_that_ends_is_renewed_once_and_kept_encrypted(
    outside: Outside, world: World, engine: Engine
) -> None:
    repository(outside, world, "acme/shop", ann="write")
    ann = outside.sign_in(outside.browser(), "ann")
    before = set(outside.github.github.registration.refresh_tokens)

    for _ in range(3):  # a session lives on as long as it is used
        outside.clock.turn(timedelta(hours=7, minutes=59))
        assert ann.get("/r/acme/shop").status_code == 200

    after = set(outside.github.github.registration.refresh_tokens)
    assert len(after) == 1
    assert after != before
    rows = " ".join(stored(engine, "person") + stored(engine, "web_session"))
    for token in [*outside.github.github.tokens, *after]:
        assert token not in rows
        assert token.encode().hex() not in rows


def test_who_takes_it_back_on_github_is_out_at_once(
    outside: Outside, world: World, engine: Engine
) -> None:
    repository(outside, world, "acme/shop", ann="write")
    ann = outside.sign_in(outside.browser(), "ann")

    outside.github.github.revoke_authorization("ann")
    outside.clock.turn(timedelta(minutes=5))

    assert ann.get("/").headers["location"] == "/sign-in"
    assert stored(engine, "person") == stored(engine, "visible_repository") == []
    assert stored(engine, "web_session") == []


def test_signing_out_drops_the_token_and_everywhere_means_everywhere(
    outside: Outside, world: World, engine: Engine
) -> None:
    repository(outside, world, "acme/shop", ann="write", bob="read")
    here_, there = outside.browser(), outside.browser()
    outside.sign_in(here_, "ann")
    outside.sign_in(there, "ann")
    bob = outside.sign_in(outside.browser(), "bob")

    answer = here_.post("/sign-out/everywhere", data={"csrf": csrf_in(here_.get("/account").text)})

    assert answer.headers["location"] == "/sign-in"
    assert there.get("/").headers["location"] == "/sign-in"
    assert bob.get("/").status_code == 200
    assert len(stored(engine, "person")) == 1
    bob.post("/sign-out", data={"csrf": csrf_in(bob.get("/").text)})
    assert stored(engine, "person") == []


def test_a_session_is_never_one_that_the_browser_brought_along(outside: Outside) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()
    browser.cookies.set(COOKIE, "planted" * 6, domain="flakes.example.com")

    outside.sign_in(browser, "ann")

    secrets = [one.value for one in browser.cookies.jar if one.name == COOKIE]
    assert all(not (one or "").startswith("planted") for one in secrets)


def test_signing_in_as_somebody_else_ends_the_session_before(outside: Outside) -> None:
    github = outside.github.github
    github.add_user("ann"), github.add_user("bob")
    browser = outside.sign_in(outside.browser(), "ann")
    kept = browser.cookies[COOKIE]

    outside.sign_in(browser, "bob")

    thief = outside.browser()
    thief.cookies.set(COOKIE, kept, domain="flakes.example.com")
    assert thief.get("/").status_code == 303
    assert "bob" in browser.get("/account").text


def test_cookies_are_for_this_host_over_https_and_out_of_scripts(outside: Outside) -> None:
    outside.github.github.add_user("ann")
    browser = outside.browser()

    sent = browser.get("/github/sign-in").headers["set-cookie"]
    back = browser.get(
        here(outside.consent(browser.get("/github/sign-in").headers["location"], "ann"))
    )

    assert re.fullmatch(
        rf"{COOKIE}-github=[\w-]{{43}}; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure", sent
    )
    opened, *dropped = back.headers.get_list("set-cookie")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=lax; Secure", opened)
    assert any(one.startswith(f'{COOKIE}-github=""') for one in dropped)
    assert back.headers["referrer-policy"] == "no-referrer"
    assert back.headers["cache-control"] == "no-store"


def test_no_secret_goes_into_a_log_or_an_address(
    outside: Outside,
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    repository(outside, world, "acme/shop", ann="write")

    ann = outside.sign_in(outside.browser(), "ann")
    outside.github.faults.add("/user/*", status=502, times=100)
    outside.clock.turn(timedelta(minutes=10))
    page = ann.get("/").text

    github = outside.github.github
    secrets = [*github.tokens, *github.registration.refresh_tokens, ann.cookies[COOKIE]]
    secrets.append(outside.credentials.client_secret)
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    written = " ".join([*ours, *capsys.readouterr(), page, *outside.sent_to])
    asked = json.dumps([one.path + one.query for one in outside.github.requests])
    for secret in secrets:
        assert secret not in written
        assert secret not in asked
