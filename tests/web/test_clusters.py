"""The pages of clusters, and what a case's page says of its own."""

import pytest
from starlette.testclient import TestClient

from tests.web.world import World, cluster

PAGE = "/r/acme/shop/clusters"


@pytest.fixture
def repo_id(world: World) -> int:
    return world.repository("acme/shop")


def test_a_stranger_is_sent_to_sign_in(stranger: TestClient, repo_id: int) -> None:
    assert stranger.get(PAGE).headers["location"] == f"/sign-in?next={PAGE}"


def test_without_a_cluster_the_page_says_what_would_be_one(
    visitor: TestClient, repo_id: int
) -> None:
    assert "No cluster yet" in visitor.get(PAGE).text


def test_the_list_shows_each_clusters_text_kind_spread_and_trend(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    id_ = cluster(world, repo_id, issue_url="https://github.example/i/7")

    page = visitor.get(PAGE).text

    for said in (
        f'<a href="{PAGE}/{id_}"><bdi>TimeoutError: no mail</bdi></a>',
        '<li class="chip">time-out</li>',
        '<a href="https://github.example/i/7">issue</a>',
        'aria-label="1 in 30 days"',
    ):
        assert said in page


def test_one_clusters_page_shows_example_reason_and_cases(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    frames = ["shop/mail.py:send", "tests/test_mail.py:"]
    id_ = cluster(world, repo_id, name="Slow mail", failures=5, frames=frames)

    page = visitor.get(f"{PAGE}/{id_}").text

    for said in (
        "<h1><bdi>Slow mail</bdi></h1>",
        "The message names a time-out: “TimeoutError”.",
        "<pre",
        "In <bdi>shop/mail.py:send, tests/test_mail.py</bdi>",
        "<dd>5<small>",
        '</svg> <span class="nowrap">1 in 30 days</span></small>',
        "tests.test_cart::test_total",
        f"flakeguard cluster name acme/shop {id_} NAME",
    ):
        assert said in page


def test_owners_stand_in_the_list_and_on_the_page_and_choose_what_is_listed(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    id_ = cluster(world, repo_id)
    world.owned(repo_id, "tests/test_cart.py", "@acme/cart")
    world.owned(repo_id, "other.py", "@acme/till")

    cart = '<a href="/r/acme/shop?owner=%40acme/cart"><bdi>@acme/cart</bdi></a>'
    assert cart in visitor.get(PAGE).text
    assert cart in visitor.get(f"{PAGE}/{id_}").text
    theirs = visitor.get(PAGE, params={"owner": "@Acme/cart"}).text
    others = visitor.get(PAGE, params={"owner": "@acme/till"}).text
    assert f"{PAGE}/{id_}" in theirs
    assert f"{PAGE}/{id_}" not in others
    assert "No case of <bdi>@acme/till</bdi> is in one" in others
    assert '<option value="@acme/till" selected>' in others


def test_an_id_that_a_cluster_had_before_leads_to_it(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    kept = cluster(world, repo_id)
    old = cluster(world, repo_id, merged_into=kept)

    answer = visitor.get(f"{PAGE}/{old}")
    page = visitor.get(f"{PAGE}/{kept}").text

    assert (answer.status_code, answer.headers["location"]) == (307, f"{kept}")
    assert f"before also {old}" in page
    assert f"{PAGE}/{old}" not in visitor.get(PAGE).text


@pytest.mark.parametrize("id_", ["99", "x", "9" * 30, "-1"])
def test_what_is_no_cluster_has_no_page(visitor: TestClient, repo_id: int, id_: str) -> None:
    assert visitor.get(f"{PAGE}/{id_}").status_code == 404


def test_another_repositorys_cluster_is_not_shown(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    world.repository("acme/other")
    id_ = cluster(world, repo_id)

    assert visitor.get(f"/r/acme/other/clusters/{id_}").status_code == 404


def test_a_cases_page_says_what_its_failure_names_and_who_fails_alike(
    visitor: TestClient, world: World, repo_id: int
) -> None:
    case = world.case(repo_id)
    run = world.run(repo_id)
    report = world.report(run)
    world.occurrence(run, report, case, type="TimeoutError", message="no mail")
    id_ = world.cluster(run, report, case, "no mail", name=None, issue_url=None)

    page = visitor.get(f"/r/acme/shop/cases/{case}").text

    assert "The exception&#39;s type names a time-out: “TimeoutError”." in page
    assert f'<a href="{PAGE}/{id_}"><bdi>no mail</bdi></a>' in page
    assert "No other test fails so." in page
