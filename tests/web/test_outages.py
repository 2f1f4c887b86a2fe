"""The pages of outages: when, what they hit, what their failures say, and whether they are over."""

import pytest
from starlette.testclient import TestClient

from tests.web.world import NOW, World

PAGE = "/r/acme/shop/outages"


@pytest.fixture
def repo_id(world: World) -> int:
    return world.repository("acme/shop")


def test_a_stranger_is_sent_to_sign_in(stranger: TestClient, repo_id: int) -> None:
    assert stranger.get(PAGE).headers["location"] == f"/sign-in?next={PAGE}"


def test_without_an_outage_the_page_says_what_would_be_one(
    visitor: TestClient, repo_id: int
) -> None:
    assert "No outage was seen" in visitor.get(PAGE).text


def test_an_outage_is_listed_and_its_page_shows_what_it_hit(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    run = world.run(repo_id, pr_number=12)
    case = world.case(repo_id)
    id_ = world.outage(run, case)
    report = world.report(run)
    cluster = world.cluster(run, report, case, "no database")
    world.occurrence(run, report, case, signature=world.mark_of(cluster))

    listed = visitor.get(PAGE).text
    page = visitor.get(f"{PAGE}/{id_}").text

    assert f'<a href="{PAGE}/{id_}"><bdi>1 case of 1 file failed together</bdi></a>' in listed
    for said in (
        "going on",
        "after 20 minutes",
        "#12",
        "tests.test_cart::test_total",
        f'<a href="/r/acme/shop/clusters/{cluster}"><bdi>no database</bdi></a>',
    ):
        assert said in page


def test_a_run_of_another_host_goes_by_its_name_and_not_by_our_number(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    run = world.run(repo_id, run_id=-4201748276771080784, workflow="pipeline 7", url="")
    id_ = world.outage(run, world.case(repo_id))

    page = visitor.get(f"{PAGE}/{id_}").text

    assert '<bdi>pipeline 7</bdi> <span class="soft nowrap">attempt 1</span>' in page


def test_owners_stand_in_the_list_and_on_the_page_and_choose_what_is_listed(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    id_ = world.outage(world.run(repo_id), world.case(repo_id))
    world.owned(repo_id, "tests/test_cart.py", "@acme/cart")

    cart = '<a href="/r/acme/shop?owner=%40acme/cart"><bdi>@acme/cart</bdi></a>'
    assert cart in visitor.get(PAGE).text
    assert cart in visitor.get(f"{PAGE}/{id_}").text
    assert f"{PAGE}/{id_}" in visitor.get(PAGE, params={"owner": "@acme/cart"}).text
    others = visitor.get(PAGE, params={"owner": "@acme/till"}).text
    assert "None hit a case of <bdi>@acme/till</bdi>" in others


def test_a_fixture_is_named_by_its_group_and_an_end_is_shown(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    id_ = world.outage(world.run(repo_id), world.case(repo_id), kind="fixture", over_at=NOW)

    page = visitor.get(f"{PAGE}/{id_}").text

    assert "<h1><bdi>tests/db.py fails as a whole again and again</bdi></h1>" in page
    assert '<li class="chip healthy">over</li>' in page
    assert "failed together on other days too" in page


@pytest.mark.parametrize("id_", ["99", "x", "9" * 30])
def test_what_is_no_outage_has_no_page(visitor: TestClient, repo_id: int, id_: str) -> None:
    assert visitor.get(f"{PAGE}/{id_}").status_code == 404
