"""Signing in through GitHub: who sees what, and every way to get in that must not work."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.asking import QueueName
from app.core.requests import ActFromPage
from app.db.session import Engine, unit_of_work
from app.sandbox.github.entities import Repository
from app.sandbox.keys import KeyPair, new_key_pair
from app.services import acts
from app.services.acts import Actor
from app.web import exception_handlers
from tests.web.outside import OURS, Outside, here, outside_of
from tests.web.site import browser_of, sign_in
from tests.web.test_sign_in import csrf_in
from tests.web.world import World, flaky_case

STARTED_ELSEWHERE = "This sign-in was not started in this browser, took longer than ten minutes"
COOKIE = "__Host-flakeguard"
NOT_FOR_YOU = "Or nothing for you"


@pytest.fixture(scope="module")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def outside(engine: Engine, keys: KeyPair) -> Iterator[Outside]:
    with outside_of(engine, keys) as one:
        yield one


def repository(
    outside: Outside, world: World, name: str, *, private: bool = True, **roles: str
) -> tuple[Repository, int]:
    """A repository on GitHub and here, under one id."""
    github = outside.github.github
    one = next((i for i in github.installations.values()), None) or github.add_installation("acme")
    made = github.add_repository(name, installation=one, permissions=roles, private=private)
    repo_id = world.repository(name)
    with unit_of_work(world.engine) as session:
        session.execute(
            text(
                "UPDATE repository SET repo_id = :new, is_private = :private WHERE repo_id = :old"
            ),
            {"new": made.id, "old": repo_id, "private": private},
        )
    return made, made.id


def stored(engine: Engine, table: str) -> list[str]:
    with unit_of_work(engine) as session:
        return list(session.execute(text(f"SELECT t::text FROM {table} t")).scalars())


def test_who_signs_in_sees_what_github_lets_them_read_and_nothing_else(
    outside: Outside, world: World
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    _, vault = repository(outside, world, "acme/vault", bob="admin")
    mine, theirs = flaky_case(world, shop), flaky_case(world, vault, "test_secret_thing")
    ann = outside.sign_in(outside.browser(), "ann")

    overview = ann.get("/").text
    assert "acme/shop" in overview
    assert "vault" not in overview
    assert "test_secret_thing" not in overview
    assert ann.get("/r/acme/shop").status_code == 200
    assert ann.get(f"/r/acme/shop/cases/{mine}").status_code == 200
    unseen = [
        "/r/acme/vault",
        "/r/acme/vault/uploads",
        f"/r/acme/vault/cases/{theirs}",
        f"/r/acme/shop/cases/{theirs}",  # by a guessed id
        "/r/acme/nothing",
        "/r/ACME/VAULT",
        "/r/acme/%00",
        "/parked",
        "/github/setup",
        "/github/setup/progress",
    ]
    for path in unseen:
        answer = ann.get(path)
        assert (path, answer.status_code) == (path, 404)
        assert NOT_FOR_YOU in answer.text


def test_the_api_shows_the_same(outside: Outside, world: World) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="read")
    _, vault = repository(outside, world, "acme/vault", bob="admin")
    ann = outside.sign_in(outside.browser(), "ann")
    api = TestClient(
        Starlette(
            routes=[Route("/api/v1/repositories/{id}/uploads", outside.uploads().show)],
            exception_handlers=exception_handlers(),
        ),
        base_url=OURS,
    )
    api.cookies.set(COOKIE, ann.cookies[COOKIE])

    statuses = [api.get(f"/api/v1/repositories/{one}/uploads").status_code for one in (shop, vault)]

    assert statuses == [200, 404]
    assert ann.get("/health/deep").status_code == 404  # the administrator's alone


def test_a_public_repository_is_everybodys_and_one_that_turned_private_nobodys(
    outside: Outside, world: World
) -> None:
    opened, _ = repository(outside, world, "acme/open", private=False)
    hidden, _ = repository(outside, world, "acme/hidden", private=False)
    hidden.private = True  # and no webhook told us

    zoe = (
        outside.sign_in(outside.browser(), "zoe") if outside.github.github.add_user("zoe") else None
    )

    assert zoe is not None
    assert zoe.get("/r/acme/open").status_code == 200
    assert zoe.get("/r/acme/hidden").status_code == 404
    assert opened.private is False


def test_what_somebody_may_see_is_asked_again_within_ten_minutes(
    outside: Outside, world: World
) -> None:
    made, _ = repository(outside, world, "acme/shop", ann="write")
    ann = outside.sign_in(outside.browser(), "ann")
    assert ann.get("/r/acme/shop").status_code == 200

    made.roles["ann"] = "none"
    outside.clock.turn(timedelta(minutes=5))

    assert ann.get("/r/acme/shop").status_code == 404
    assert "acme/shop" not in ann.get("/").text


def test_while_github_is_away_old_sight_counts_for_ten_minutes_and_no_longer(
    outside: Outside, world: World
) -> None:
    repository(outside, world, "acme/shop", ann="write")
    ann = outside.sign_in(outside.browser(), "ann")
    outside.github.faults.add("/user/*", status=502, times=100)

    outside.clock.turn(timedelta(minutes=9))
    within = ann.get("/r/acme/shop")
    outside.clock.turn(timedelta(minutes=1))
    after = ann.get("/r/acme/shop")

    assert within.status_code == 200
    assert after.status_code == 502
    assert "GitHub did not say what you may see" in after.text


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


def test_a_person_who_may_write_decides_on_the_page(outside: Outside, world: World) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    case = flaky_case(world, shop)
    ann = outside.sign_in(outside.browser(), "ann")
    page = ann.get(f"/r/acme/shop/cases/{case}").text
    assert '<button name="act" value="quarantine">Quarantine</button>' in page

    answer = ann.post(
        f"/r/acme/shop/cases/{case}/act", data={"csrf": csrf_in(page), "act": "quarantine"}
    )

    assert answer.headers["location"] == f"/r/acme/shop/cases/{case}?said=asked"
    wanted = ActFromPage(shop, case.hex, "activate", "ann")
    assert outside.queue.told == [(QueueName.CLICK, wanted)]
    assert "Asked for. It is done within seconds" in ann.get(answer.headers["location"]).text


def test_a_proposal_is_approved_on_the_page(outside: Outside, world: World) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    case = flaky_case(world, shop)
    with unit_of_work(world.engine) as session:
        acts.propose(session, shop, case, Actor("mona", "cli", "r1"), reason="", now=world.now)

    page = outside.sign_in(outside.browser(), "ann").get(f"/r/acme/shop/cases/{case}").text

    assert '<button name="act" value="quarantine">Approve</button>' in page
    assert '<button name="act" value="decline" class="quiet">Decline</button>' in page


@pytest.mark.parametrize(
    ("login", "path", "form", "status"),
    [
        ("rita", "acme/shop", {"act": "quarantine"}, 403),  # may only read
        ("bob", "acme/shop", {"act": "quarantine"}, 404),  # may not even see it
        ("ann", "acme/shop", {"act": "erase"}, 400),
        ("ann", "acme/shop", {"act": "quarantine", "csrf": "0" * 64}, 403),
    ],
)
def test_nobody_else_and_nothing_else_is_done(
    outside: Outside, world: World, login: str, path: str, form: dict[str, str], status: int
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write", rita="read")
    repository(outside, world, "acme/vault", bob="admin")
    case = flaky_case(world, shop)
    browser = outside.sign_in(outside.browser(), login)
    csrf = csrf_in(browser.get("/").text)

    answer = browser.post(f"/r/{path}/cases/{case}/act", data={"csrf": csrf} | form)

    assert answer.status_code == status
    assert outside.queue.told == []


def test_the_administrator_sees_all_and_decides_nothing_without_a_name(
    outside: Outside, world: World
) -> None:
    _, vault = repository(outside, world, "acme/vault", bob="admin")
    case = flaky_case(world, vault)
    admin = sign_in(outside.browser(), outside.web)

    page = admin.get(f"/r/acme/vault/cases/{case}")
    answer = admin.post(
        f"/r/acme/vault/cases/{case}/act", data={"csrf": csrf_in(page.text), "act": "dismiss"}
    )

    assert page.status_code == 200
    assert answer.status_code == 403
    assert "sign in with GitHub to decide" in answer.text


def test_a_person_called_admin_is_a_person(outside: Outside, world: World) -> None:
    repository(outside, world, "acme/vault", bob="admin")
    outside.github.github.add_user("admin")

    impostor = outside.sign_in(outside.browser(), "admin")

    assert impostor.get("/r/acme/vault").status_code == 404
    assert impostor.get("/parked").status_code == 404


def test_without_a_github_app_the_page_offers_no_way_through_it(
    engine: Engine, keys: KeyPair
) -> None:
    with outside_of(engine, keys, is_set_up=False) as bare:
        page = bare.browser().get("/sign-in").text
        refused = bare.browser().get("/github/sign-in")

    assert "Sign in with GitHub" not in page
    assert refused.status_code == 400
    assert "Nobody can sign in through GitHub yet" in refused.text


def test_two_processes_share_one_question_to_github(outside: Outside, world: World) -> None:
    repository(outside, world, "acme/shop", ann="write")
    ann = outside.sign_in(outside.browser(), "ann")
    other = browser_of_the_same(outside, ann)
    outside.clock.turn(timedelta(minutes=5))
    outside.github.requests.clear()

    assert [ann.get("/").status_code, other.get("/").status_code] == [200, 200]

    asked = [one for one in outside.github.requests if one.path == "/user/installations"]
    assert len(asked) == 1


def browser_of_the_same(outside: Outside, browser: TestClient) -> TestClient:
    """Another process' pages, with the same cookie."""
    from tests.web.site import application

    other = browser_of(application(outside.web), base_url=OURS)
    other.cookies.set(COOKIE, browser.cookies[COOKIE], domain="flakes.example.com")
    return other
