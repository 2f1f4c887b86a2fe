"""Clusters and outages over the API: who reads, who names, what is answered."""

import pytest
from starlette.testclient import TestClient

from app.services.access.tokens import Made
from tests.api.ci import PROJECT, Ci, error
from tests.web.world import World

BASE = f"/api/v1/repositories/{PROJECT}"


@pytest.fixture
def cluster(world: World, acting: Made) -> int:
    """A cluster with one failure of one case."""
    repo_id = acting.token.repo_id
    run = world.run(repo_id)
    case = world.case(repo_id, "test_mail")
    return world.cluster(run, world.report(run), case, "no mail", name=None)


def test_a_cluster_is_listed_and_shown_whole(bot: TestClient, cluster: int) -> None:
    [listed] = bot.get(f"{BASE}/clusters").json()["clusters"]
    whole = bot.get(f"{BASE}/clusters/{cluster}").json()

    assert (listed["id"], listed["failures"], listed["cases"]) == (cluster, 1, 1)
    assert whole["cluster"] == listed
    assert [one["name"] for one in whole["cases"]] == ["tests.test_cart::test_mail"]


def test_owners_stand_with_clusters_and_outages_and_choose_what_is_listed(
    bot: TestClient, world: World, acting: Made, cluster: int
) -> None:
    repo_id = acting.token.repo_id
    outage = world.outage(world.run(repo_id), world.case(repo_id, "test_db"))
    world.owned(repo_id, "tests/test_cart.py", "@acme/cart")

    for kind, id_ in (("clusters", cluster), ("outages", outage)):
        whole = bot.get(f"{BASE}/{kind}/{id_}").json()
        [listed] = bot.get(f"{BASE}/{kind}?owner=@acme/cart").json()[kind]
        assert (listed["id"], listed["owners"]) == (id_, ["@acme/cart"])
        assert [one["owners"] for one in whole["cases"]] == [["@acme/cart"]]
        assert bot.get(f"{BASE}/{kind}?owner=@acme/till").json()[kind] == []


def test_a_token_that_may_act_names_and_links_a_cluster(bot: TestClient, cluster: int) -> None:
    url = "https://github.example/acme/shop/issues/7"

    named = bot.post(f"{BASE}/clusters/{cluster}/name", json={"name": " Slow mail "})
    linked = bot.post(f"{BASE}/clusters/{cluster}/link", json={"url": url})

    taken_back = bot.post(f"{BASE}/events/{linked.json()['event']}/undo")

    assert (named.status_code, named.json()["name"]) == (200, "Slow mail")
    assert taken_back.status_code == 200
    assert (
        bot.get(f"{BASE}/clusters/{cluster}").json()["cluster"]["issue_url"] == "no mail"
    )  # as before
    assert (linked.json()["name"], linked.json()["issue_url"]) == ("Slow mail", url)


@pytest.mark.parametrize(
    ("act", "body", "message"),
    [
        ("name", {"name": "two\nlines"}, "A cluster's name is one line of at most 120 characters."),
        ("name", {}, "The body is not what this takes: name: Field required."),
        (
            "link",
            {"url": "javascript:alert(1)"},
            "Name the issue by its address, which begins with https:// or http://.",
        ),
    ],
)
def test_an_odd_wish_is_refused_in_a_sentence(
    bot: TestClient, cluster: int, act: str, body: dict[str, str], message: str
) -> None:
    answer = bot.post(f"{BASE}/clusters/{cluster}/{act}", json=body)

    assert error(answer) == (400, "validation", message)


def test_a_token_that_only_hands_in_names_nothing(ci: Ci, bot: TestClient, cluster: int) -> None:
    answer = ci.client(ci.token()).post(f"{BASE}/clusters/{cluster}/name", json={"name": "Mine"})

    assert answer.status_code == 403
    assert bot.get(f"{BASE}/clusters/{cluster}").json()["cluster"]["name"] is None


@pytest.mark.parametrize("path", ["clusters/12", "clusters/x", "outages/12", "outages/-1"])
def test_what_is_not_there_is_not_found(bot: TestClient, path: str) -> None:
    assert bot.get(f"{BASE}/{path}").status_code == 404


def test_a_page_that_is_no_number_is_refused(bot: TestClient, cluster: int) -> None:
    answer = bot.get(f"{BASE}/clusters?page=0")

    assert error(answer) == (400, "validation", "page is a number from 1 to 10000.")
    assert bot.get(f"{BASE}/clusters?page=2").json() == {
        "clusters": [],
        "page": 2,
        "has_more": False,
    }


def test_a_stranger_sees_neither(ci: Ci, cluster: int) -> None:
    assert cluster
    assert ci.client().get(f"{BASE}/clusters").status_code == 401
    assert ci.client().get(f"{BASE}/outages").status_code == 401


def test_a_cluster_takes_no_name_and_no_link_that_the_database_cannot_hold(
    bot: TestClient, cluster: int
) -> None:
    named = bot.post(f"{BASE}/clusters/{cluster}/name", json={"name": "a\0b"})
    linked = bot.post(f"{BASE}/clusters/{cluster}/link", json={"url": "https://a.example/\0/1"})

    assert [one.status_code for one in (named, linked)] == [400, 400]
