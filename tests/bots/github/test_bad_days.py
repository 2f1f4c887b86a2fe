"""When GitHub fails, limits, forgets tokens or moves repositories."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from app.core.errors import ErrorKind, Missing, RateLimited, Unavailable
from app.core.tracing import request_id
from app.sandbox.keys import new_key_pair
from bots.github.client import GitHubHosts
from tests.bots.shop import NOW, REPO, Shop
from tests.bots.stranger import Stranger, stranger_on_loopback

PERMISSION = "/repos/*/permission"


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with stranger_on_loopback() as one:
        yield one


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


def test_secrets_do_not_show(shop: Shop, hosts: GitHubHosts) -> None:
    shop.host(hosts).permission(REPO, "ann")

    shown = repr([hosts._key, hosts.tokens._tokens])

    assert "PRIVATE KEY" not in shown
    assert "ghs_" not in shown
