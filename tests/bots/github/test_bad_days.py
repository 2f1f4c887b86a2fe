"""When GitHub fails, limits, forgets tokens or moves repositories."""

from contextlib import closing
from datetime import timedelta

import pytest

from app.core.errors import ErrorKind, RateLimited, Unavailable
from bots.github.client import GitHubHosts
from tests.bots.shop import NOW, REPO, Shop
from tests.bots.stranger import Stranger

PERMISSION = "/repos/*/permission"


def test_a_read_that_fails_once_is_tried_again_at_once(shop: Shop, hosts: GitHubHosts) -> None:
    shop.world.faults.add(PERMISSION, status=500)

    shop.host(hosts).permission(REPO, "ann")

    assert shop.asked() == [
        "GET /repos/acme/shop/collaborators/ann/permission > 500",
        "GET /repos/acme/shop/collaborators/ann/permission > 200",
    ]


def test_a_connection_that_breaks_once_is_tried_again_at_once(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.world.faults.add(PERMISSION, drop=True)

    shop.host(hosts).permission(REPO, "ann")

    assert len(shop.asked()) == 2


def test_a_read_that_fails_twice_is_for_the_task_to_try_again(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.world.faults.add(PERMISSION, status=503, times=9)

    with pytest.raises(Unavailable) as failure:
        shop.host(hosts).permission(REPO, "ann")

    assert len(shop.asked()) == 2
    assert (failure.value.kind, failure.value.permanent) == (ErrorKind.GITHUB_API, False)
    assert str(failure.value) == (
        "GitHub answered GET /api/v3/repos/acme/shop/collaborators/ann/permission "
        "with 503: Service Unavailable."
    )


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}])
def test_a_comment_whose_answer_was_lost_is_posted_once(
    shop: Shop, hosts: GitHubHosts, fault: dict[str, int]
) -> None:
    shop.push()
    shop.open_pull_request()
    shop.world.faults.add(
        "/repos/*/comments", status=fault.get("status"), drop="drop" in fault, after_work=True
    )

    with pytest.raises(Unavailable) as lost:
        shop.host(hosts).create_comment(REPO, 7, "Hello")

    assert not lost.value.permanent
    assert len(shop.world.github.comments) == 1


def test_a_slow_answer_is_given_up(shop: Shop) -> None:
    impatient = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=0.2,
        clock=shop.clock,
    )
    shop.world.faults.add(PERMISSION, delay=1.0)

    with closing(impatient), pytest.raises(Unavailable) as failure:
        shop.host(impatient).permission(REPO, "ann")

    assert not failure.value.permanent
    assert str(failure.value) == (
        "GitHub did not answer GET /repos/acme/shop/collaborators/ann/permission in time."
    )


def test_nobody_listening_is_unavailable(shop: Shop) -> None:
    key = shop.credentials.app_private_key
    nowhere = GitHubHosts(1, key, api_url="http://127.0.0.1:9", clock=shop.clock)

    with closing(nowhere), pytest.raises(Unavailable) as failure:
        nowhere(1).permission(REPO, "ann")

    assert not failure.value.permanent
    assert str(failure.value) == (
        "GitHub could not be reached for GET /repos/acme/shop/collaborators/ann/permission: "
        "ConnectError."
    )


def test_an_answer_that_is_no_json_is_unavailable(shop: Shop, stranger: Stranger) -> None:
    stranger.body = b"<html>Sign in to the network</html>"
    key = shop.credentials.app_private_key
    captured = GitHubHosts(1, key, api_url=stranger.url, clock=shop.clock)

    with closing(captured), pytest.raises(Unavailable) as failure:
        captured.app_info()

    assert not failure.value.permanent
    assert str(failure.value) == "GitHub answered GET /app with something that is no JSON."


def test_an_answer_without_what_we_need_names_the_field(shop: Shop, hosts: GitHubHosts) -> None:
    shop.world.faults.add(PERMISSION, status=200, body={"user": {"login": "ann"}})

    with pytest.raises(Unavailable) as failure:
        shop.host(hosts).permission(REPO, "ann")

    assert failure.value.permanent
    assert str(failure.value) == (
        "GitHub's answer to GET /repos/acme/shop/collaborators/ann/permission "
        "cannot be read: permission is missing."
    )


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_says_when_to_come_back(
    shop: Shop, hosts: GitHubHosts, status: int
) -> None:
    shop.world.faults.limit_rate(PERMISSION, retry_after=90, status=status)

    with pytest.raises(RateLimited) as limited:
        shop.host(hosts).permission(REPO, "ann")

    assert limited.value.until == NOW + timedelta(seconds=90)
    assert limited.value.kind is ErrorKind.RATE_LIMIT
    assert len(shop.asked()) == 1


def test_a_primary_limit_waits_for_its_reset(shop: Shop, hosts: GitHubHosts) -> None:
    reset = NOW + timedelta(minutes=25)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(reset.timestamp()))}
    shop.world.faults.add(PERMISSION, status=403, headers=headers)

    with pytest.raises(RateLimited) as limited:
        shop.host(hosts).permission(REPO, "ann")

    assert limited.value.until == reset


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, timedelta(seconds=60)),
        ({"Retry-After": "soon"}, timedelta(seconds=60)),
        ({"Retry-After": "0"}, timedelta(seconds=1)),
        ({"Retry-After": "9" * 40}, timedelta(hours=2)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, timedelta(seconds=1)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 40}, timedelta(hours=2)),
    ],
)
def test_odd_headers_of_a_limit_do_no_harm(
    shop: Shop, hosts: GitHubHosts, headers: dict[str, str], wait: timedelta
) -> None:
    shop.world.faults.add(PERMISSION, status=429, headers=headers)

    with pytest.raises(RateLimited) as limited:
        shop.host(hosts).permission(REPO, "ann")

    assert limited.value.until == NOW + wait


def test_a_missing_permission_is_not_taken_for_a_limit(shop: Shop, hosts: GitHubHosts) -> None:
    body = {"message": "Resource not accessible by integration"}
    shop.world.faults.add(PERMISSION, status=403, body=body)

    with pytest.raises(Unavailable) as refusal:
        shop.host(hosts).permission(REPO, "ann")

    assert refusal.value.permanent
    assert not isinstance(refusal.value, RateLimited)
    assert str(refusal.value) == (
        "GitHub answered GET /api/v3/repos/acme/shop/collaborators/ann/permission "
        "with 403: Resource not accessible by integration."
    )


def test_secrets_do_not_show(shop: Shop, hosts: GitHubHosts) -> None:
    shop.host(hosts).permission(REPO, "ann")

    shown = repr([hosts._key, hosts.tokens._tokens])

    assert "PRIVATE KEY" not in shown
    assert "ghs_" not in shown
