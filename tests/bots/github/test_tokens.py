"""Tokens: asked for, kept, refused, renewed, never shared."""

from contextlib import closing
from datetime import timedelta

import pytest

from app.core.errors import Missing, Unavailable
from app.sandbox.keys import new_key_pair
from bots.github.client import GitHubHosts
from tests.bots.shop import REPO, Shop
from tests.bots.stranger import Stranger

PERMISSION = "/repos/*/permission"


def test_a_token_is_asked_for_once_and_again_shortly_before_it_ends(
    shop: Shop, hosts: GitHubHosts
) -> None:
    host = shop.host(hosts)
    for minutes in (0, 30, 27, 2):
        shop.clock.turn(timedelta(minutes=minutes))
        host.permission(REPO, "ann")

    tokens = [one for one in map(str, shop.world.requests) if "access_tokens" in one]

    assert len(tokens) == 2


def test_a_revoked_token_is_replaced_in_mid_flight(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    shop.open_pull_request()
    host = shop.host(hosts)
    host.permission(REPO, "ann")
    shop.world.github.revoke_tokens(shop.installation)
    shop.forget_requests()

    host.create_comment(REPO, 7, "Hello")

    token = f"POST /app/installations/{shop.installation.id}/access_tokens > 201"
    assert [str(one) for one in shop.world.requests] == [
        "POST /repos/acme/shop/issues/7/comments > 401",
        token,
        "POST /repos/acme/shop/issues/7/comments > 201",
    ]


def test_a_token_that_is_refused_though_new_ends_it(shop: Shop, hosts: GitHubHosts) -> None:
    shop.world.faults.add(PERMISSION, status=401, times=9, body={"message": "Bad credentials"})

    with pytest.raises(Unavailable) as refusal:
        shop.host(hosts).permission(REPO, "ann")

    assert refusal.value.permanent
    assert len(shop.asked()) == 1


def test_permissions_granted_since_the_token_was_made_are_used(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    shop.open_pull_request()
    shop.installation.permissions["pull_requests"] = "read"
    shop.installation.permissions["issues"] = "read"
    host = shop.host(hosts)
    with pytest.raises(Unavailable):
        host.create_comment(REPO, 7, "Refused")
    host.permission(REPO, "ann")
    shop.installation.permissions["pull_requests"] = "write"
    shop.installation.permissions["issues"] = "write"

    comment_id = host.create_comment(REPO, 7, "Allowed")

    assert [one.body for one in shop.world.github.comments.values()] == ["Allowed"]
    assert comment_id in shop.world.github.comments


def test_forgetting_an_installation_asks_for_a_new_token(shop: Shop, hosts: GitHubHosts) -> None:
    host = shop.host(hosts)
    host.permission(REPO, "ann")

    hosts.forget(shop.installation.id)
    host.permission(REPO, "ann")

    tokens = [one for one in map(str, shop.world.requests) if "access_tokens" in one]
    assert len(tokens) == 2


def test_an_installation_that_is_gone_is_missing(shop: Shop, hosts: GitHubHosts) -> None:
    shop.world.github.uninstall(shop.installation)

    with pytest.raises(Missing) as missing:
        shop.host(hosts).jobs(REPO, 1, 1)

    assert "access_tokens" in str(missing.value)


def test_a_wrong_key_is_said_as_github_says_it(shop: Shop, hosts: GitHubHosts) -> None:
    wrong = GitHubHosts(
        shop.credentials.app_id,
        new_key_pair().private,
        api_url=shop.world.github_api_url,
        clock=shop.clock,
    )

    with closing(wrong), pytest.raises(Unavailable) as refusal:
        wrong.app_info()

    assert refusal.value.permanent
    assert str(refusal.value).startswith("GitHub answered GET /api/v3/app with 401: ")


def test_two_githubs_never_share_a_token(
    shop: Shop, hosts: GitHubHosts, stranger: Stranger
) -> None:
    stranger.status, stranger.body = 401, b'{"message": "Bad credentials"}'
    other = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=stranger.url,
        clock=shop.clock,
    )
    shop.host(hosts).permission(REPO, "ann")

    with closing(other), pytest.raises(Unavailable):
        shop.host(other).permission(REPO, "ann")

    (heard,) = stranger.heard
    assert heard[":path"].endswith("/access_tokens")
    assert heard["authorization"].startswith("Bearer ")
