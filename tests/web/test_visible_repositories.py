"""Who signed in through GitHub sees what GitHub lets them read, as long as it does, and no more."""

from datetime import timedelta

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web import exception_handlers
from tests.web.outside import COOKIE, OURS, Outside, repository
from tests.web.reading import csrf_in
from tests.web.site import browser_of, sign_in
from tests.web.world import World, flaky_case

NOT_FOR_YOU = "Or nothing for you"


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
