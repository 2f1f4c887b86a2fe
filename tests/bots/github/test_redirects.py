"""Renamed repositories, links that lead away, and what every request says."""

from contextlib import closing

import pytest

from app.core.errors import Unavailable
from app.core.tracing import request_id
from bots.github.client import GitHubHosts
from tests.bots.shop import REPO, Shop
from tests.bots.stranger import Stranger

PERMISSION = "/repos/*/permission"


def test_a_moved_repository_is_followed(shop: Shop, hosts: GitHubHosts) -> None:
    moved = f"{shop.world.github_api_url}/repos/acme/shop/collaborators/ann/permission"
    shop.world.faults.add("/repos/acme/old/*", status=301, headers={"Location": moved})

    permission = shop.host(hosts).permission("acme/old", "ann")

    assert permission.name == "WRITE"


def test_a_post_to_a_moved_repository_stays_a_post(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    shop.open_pull_request()
    moved = f"{shop.world.github_api_url}/repos/acme/shop/issues/7/comments"
    shop.world.faults.add("/repos/acme/old/*", status=307, headers={"Location": moved})

    comment_id = shop.host(hosts).create_comment("acme/old", 7, "Hello")

    assert shop.world.github.comments[comment_id].body == "Hello"


def test_a_redirect_to_another_host_is_not_followed(
    shop: Shop, hosts: GitHubHosts, stranger: Stranger
) -> None:
    shop.world.faults.add(PERMISSION, status=302, headers={"Location": f"{stranger.url}/x"})

    with pytest.raises(Unavailable) as refusal:
        shop.host(hosts).permission(REPO, "ann")

    assert stranger.heard == []
    assert str(refusal.value) == (
        "GitHub redirected GET /repos/acme/shop/collaborators/ann/permission to another host."
    )


def test_a_redirect_in_circles_ends(shop: Shop, hosts: GitHubHosts) -> None:
    url = f"{shop.world.github_api_url}/repos/acme/shop/collaborators/ann/permission"
    shop.world.faults.add(PERMISSION, status=302, headers={"Location": url}, times=99)

    with pytest.raises(Unavailable) as refusal:
        shop.host(hosts).permission(REPO, "ann")

    assert str(refusal.value) == (
        "GET /repos/acme/shop/collaborators/ann/permission is redirected again and again."
    )


def test_who_we_are_and_for_whom_is_said_to_github(shop: Shop, stranger: Stranger) -> None:
    stranger.body = b'{"id": 1, "slug": "flakeguard"}'
    key = shop.credentials.app_private_key
    hosts = GitHubHosts(1, key, api_url=stranger.url, clock=shop.clock)
    reset = request_id.set("req-42")

    with closing(hosts):
        hosts.app_info()

    request_id.reset(reset)
    (heard,) = stranger.heard
    assert heard["user-agent"] == "flakeguard/0.1.0"
    assert heard["x-request-id"] == "req-42"
    assert heard["accept"] == "application/vnd.github+json"


def test_the_next_page_is_asked_of_github_wherever_its_link_leads(
    shop: Shop, hosts: GitHubHosts, stranger: Stranger
) -> None:
    shop.push()
    shop.open_pull_request()
    link = f'<{stranger.url}/evil?page=2>; rel="next"'
    shop.world.faults.add("/repos/*/comments", status=200, headers={"Link": link}, body=[{"id": 1}])

    found = shop.host(hosts).find_comment(REPO, 7, "marker")

    assert found is None
    assert stranger.heard == []
    assert "page=2" in shop.world.requests[-1].query
