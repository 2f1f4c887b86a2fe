"""A repository's page: its cases by state and by owner, its runs and their uploads."""

import re

import pytest
from starlette.testclient import TestClient

from app.db import cares
from app.db.cares import Care
from app.db.session import unit_of_work
from tests.web.reading import said
from tests.web.world import World, flaky_case


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("watched", ["flaky", "broken", "suspect", "kept"]),
        ("flaky", ["flaky"]),
        ("broken", ["broken"]),
        ("suspect", ["suspect"]),
        ("quarantined", ["kept"]),
        ("' OR 1=1", ["flaky", "broken", "suspect", "kept"]),
    ],
)
def test_a_repositorys_cases_are_shown_by_state(
    visitor: TestClient, world: World, view: str, names: list[str]
) -> None:
    repo, other = world.repository(), world.repository("acme/other")
    for state in ("flaky", "broken", "suspect", "healthy"):
        world.held(repo, world.case(repo, f"test_{state}"), state)
    kept = world.case(repo, "test_kept")
    world.held(repo, kept, "healthy")
    world.quarantined(repo, kept)
    world.held(other, world.case(other, "test_elsewhere"))

    answer = visitor.get("/r/acme/shop", params={"show": view})

    assert re.findall(r"::test_(\w+)", answer.text) == names


def test_runs_show_the_health_of_their_uploads(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    good = world.run(repo, conclusion="failure", pr_number=17, is_trusted=False)
    world.report(good, failed=2, passed=58)
    world.report(good, cases=0, path="junit.xml", refusal="It ends at line 3.")
    world.report(good, warnings=["It says 61 and holds 60.", "NaN is no time."])
    world.run(repo, conclusion="timed_out")
    world.run(repo, conclusion=None, ingested_at=None)

    text = said(visitor, "/r/acme/shop")

    assert (
        "tests attempt 1 #17 77ab12c fork failure 120 cases, 2 failing"
        " 3 reports 1 refused 2 warnings What was wrong junit.xml : It ends at line 3."
        " report.xml : It says 61 and holds 60. report.xml : NaN is no time. 1 h ago"
        " tests attempt 1 main 77ab12c timed out \u2013 no report 2 h ago"
        " tests attempt 1 main 77ab12c running \u2013 not fetched yet 3 h ago"
    ) in text


@pytest.mark.parametrize(
    "path",
    [
        "/r/acme/unknown",
        "/r/ACME%2Fshop/x",
        "/r/acme%00/shop",
        "/r/acme/sh%E2%80%AEop/uploads",
        "/r/acme/shop/cases/nonsense",
        "/r/acme/shop/cases/25932648-5eaa-5c96-bd1b-904397e253af",
        "/r/acme/unknown/cases/25932648-5eaa-5c96-bd1b-904397e253af",
    ],
)
def test_what_is_not_there_is_not_found(visitor: TestClient, world: World, path: str) -> None:
    world.repository()

    answer = visitor.get(path)

    assert answer.status_code == 404
    assert "Nothing is here" in answer.text


def test_a_removed_repository_is_gone_from_the_pages(visitor: TestClient, world: World) -> None:
    case = flaky_case(world, world.repository(removed_at=world.now))

    assert "acme/shop" not in said(visitor, "/")
    assert visitor.get("/r/acme/shop").status_code == 404
    assert visitor.get(f"/r/acme/shop/cases/{case}").status_code == 404


def test_a_persons_word_comes_before_the_files_owner(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    case = world.case(repo, "test_cart", file="tests/test_cart.py")
    world.held(repo, case)
    world.owned(repo, "tests/test_cart.py", "@acme/cart")
    with unit_of_work(world.engine) as session:
        cares.write(session, repo, case, Care(), Care(owner="@ann"))

    theirs = said(visitor, "/r/acme/shop?owner=%40ann")
    files = said(visitor, "/r/acme/shop?owner=%40acme%2Fcart")

    assert "Owner @ann Last seen" in theirs
    assert "test_cart" not in files


def test_cases_say_whose_they_are_and_are_shown_by_owner(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    cart = world.case(repo, "test_cart", file="tests/test_cart.py")
    till = world.case(repo, "test_till", file="tests/test_till.py")
    for case in (cart, till):
        world.held(repo, case)
    world.owned(repo, "tests/test_cart.py", "@acme/cart", "ann@example.org")

    everybody = said(visitor, "/r/acme/shop")
    theirs = said(visitor, "/r/acme/shop?owner=%40Acme%2FCart")
    nobodys = said(visitor, "/r/acme/shop?owner=%40acme%2Fother")
    one = said(visitor, f"/r/acme/shop/cases/{cart}")

    assert "Owner @acme/cart , ann@example.org Last seen" in everybody
    assert "test_till" in everybody
    assert "test_cart" in theirs
    assert "test_till" not in theirs
    assert "Nothing of @acme/other is here Everybody's" in nobodys
    assert "owned by @acme/cart , ann@example.org" in one
    assert "Owner @acme/cart , ann@example.org Last seen" in said(visitor, "/")


@pytest.mark.parametrize("owner", ["%00", "x" * 300, "", "%27%3B--"])
def test_an_owner_that_nobody_is_shows_nothing_and_breaks_nothing(
    visitor: TestClient, world: World, owner: str
) -> None:
    world.repository()

    assert visitor.get(f"/r/acme/shop?owner={owner}").status_code == 200


@pytest.mark.parametrize(
    ("path", "denied"),
    [
        ("/?cases=9", "is known to be flaky"),
        ("/r/acme/shop?cases=9", "Nothing flaky, nothing broken"),
        ("/r/acme/shop?runs=9", "No run yet"),
        ("/r/acme/shop/uploads?page=9", "No report yet"),
        ("/r/acme/shop/clusters?page=9", "No cluster yet"),
        ("/r/acme/shop/outages?page=9", "No outage was seen"),
        ("/parked?page=9", "Nothing is parked"),
    ],
)
def test_past_a_lists_end_nothing_is_said_of_the_whole(
    visitor: TestClient, world: World, path: str, denied: str
) -> None:
    flaky_case(world, world.repository())

    text = said(visitor, path)

    assert "Nothing stands so far down The list has become shorter meanwhile." in text
    assert "← Earlier in the list" in text
    assert denied not in text
