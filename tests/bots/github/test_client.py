"""GitHub behind the port CodeHost, against the sandbox over HTTP."""

from datetime import timedelta

import pytest

from app.core.errors import BadInput, Missing
from app.ports import Permission
from bots.github.client import GitHubHosts
from tests.bots.shop import BASE, HEAD, NOW, REPO, Shop, job


def test_the_jobs_of_an_attempt_are_read_page_after_page(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    run = shop.start_run()
    jobs = [job(f"test ({number})") for number in range(249)]
    shop.world.github.finish_attempt(
        run, conclusion="failure", at=NOW, jobs=[*jobs, job("lint", "failure")]
    )

    found = shop.host(hosts).jobs(REPO, run.id, 1)

    assert [one.name for one in found] == [f"test ({number})" for number in range(249)] + ["lint"]
    assert [one.name for one in found if one.is_red] == ["lint"]
    assert found[0].started_at == NOW
    assert found[0].completed_at == NOW + timedelta(minutes=3)
    assert len(shop.asked()) == 3


def test_artifacts_come_oldest_first_whatever_their_ids(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    run = shop.start_run()
    uploads = [
        ("report", b"second", NOW + timedelta(minutes=9)),
        ("report", b"first!!", NOW + timedelta(minutes=2)),
        ("other", b"third", NOW + timedelta(minutes=10)),
    ]
    shop.world.github.finish_attempt(run, conclusion="success", at=NOW, artifacts=uploads)

    found = shop.host(hosts).artifacts(REPO, run.id)

    assert [(one.name, one.size_bytes) for one in found] == [
        ("report", 7),
        ("report", 6),
        ("other", 5),
    ]
    assert not any(one.is_expired for one in found)


def test_an_attempt_tells_when_it_began(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    run = shop.start_run()
    shop.world.github.finish_attempt(run, conclusion="failure", at=NOW)
    shop.world.github.rerun(run, at=NOW + timedelta(hours=2), actor="ann")
    host = shop.host(hosts)

    began = [host.attempt_started(REPO, run.id, attempt) for attempt in (1, 2)]

    assert began == ["2026-11-20T12:00:00+00:00", "2026-11-20T14:00:00+00:00"]


def test_a_forks_pull_request_is_found_by_head_sha_and_repository(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    shop.open_pull_request(head_repo="mallory/shop")
    host = shop.host(hosts)

    (found,) = host.pull_requests_of(REPO, head_repo="mallory/shop", branch="more", sha=HEAD)
    elsewhere = host.pull_requests_of(REPO, head_repo="acme/shop", branch="more", sha=HEAD)
    older = host.pull_requests_of(REPO, head_repo="mallory/shop", branch="more", sha=BASE)

    assert (found.number, found.title, found.author) == (7, "Sell more", "ann")
    assert found.is_fork
    assert found.head_repo == "mallory/shop"
    assert (found.head_sha, found.base_sha) == (HEAD, BASE)
    assert (elsewhere, older) == ([], [])


def test_a_closed_pull_request_is_not_found(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    shop.open_pull_request()
    shop.world.github.close(REPO, 7, at=NOW)

    found = shop.host(hosts).pull_requests_of(REPO, head_repo=REPO, branch="more", sha=HEAD)

    assert found == []


@pytest.mark.parametrize(
    ("login", "permission"),
    [
        ("ann", Permission.WRITE),
        ("rita", Permission.READ),
        ("dependabot[bot]", Permission.WRITE),
        ("nobody-here", Permission.NONE),
        ("../../../../app", Permission.NONE),
    ],
)
def test_a_person_may_do_what_github_says(
    shop: Shop, hosts: GitHubHosts, login: str, permission: Permission
) -> None:
    assert shop.host(hosts).permission(REPO, login) is permission


@pytest.mark.parametrize("repo", ["acme", "acme/shop/../..", "../shop", "acme/shop?x", "", "a/.."])
def test_what_is_no_repository_is_never_asked_for(
    shop: Shop, hosts: GitHubHosts, repo: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        shop.host(hosts).jobs(repo, 1, 1)

    assert str(refusal.value) == (
        f"{repo!r} is no repository's name; it should be like owner/name."
    )
    assert shop.world.requests == []


def test_the_sticky_comment_is_found_by_marker_and_author(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    shop.open_pull_request()
    for number in range(120):
        shop.world.github.comment(REPO, 7, user="rita", body=f"<!-- flakeguard --> copied {number}")
    host = shop.host(hosts)
    before = host.find_comment(REPO, 7, "<!-- flakeguard -->")

    comment_id = host.create_comment(REPO, 7, "<!-- flakeguard -->\nAll is well.")
    host.update_comment(REPO, comment_id, "<!-- flakeguard -->\nOne failure needs you.")

    found = host.find_comment(REPO, 7, "<!-- flakeguard -->")
    assert before is None
    assert found is not None
    assert (found.id, found.body) == (comment_id, "<!-- flakeguard -->\nOne failure needs you.")
    assert host.find_comment(REPO, 7, "<!-- other -->") is None


def test_the_app_is_asked_for_its_name_once(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    shop.open_pull_request()
    host = shop.host(hosts)

    for _ in range(3):
        host.find_comment(REPO, 7, "marker")

    assert [one for one in shop.asked() if one.startswith("GET /app ")] == ["GET /app > 200"]


def test_the_app_as_github_knows_it(shop: Shop, hosts: GitHubHosts) -> None:
    app = hosts.app_info()

    assert (app.id, app.slug) == (shop.credentials.app_id, "flakeguard")
    assert app.permissions["checks"] == "write"
    assert "workflow_run" in app.events


def test_githubs_clock_is_read_without_credentials(shop: Shop, hosts: GitHubHosts) -> None:
    said = hosts.server_time()

    assert said is not None
    assert said.tzinfo is not None


def test_what_is_not_there_is_missing(shop: Shop, hosts: GitHubHosts) -> None:
    with pytest.raises(Missing) as missing:
        shop.host(hosts).jobs(REPO, 1, 1)

    assert str(missing.value) == (
        "GitHub has nothing for us at "
        "GET /api/v3/repos/acme/shop/actions/runs/1/attempts/1/jobs (404)."
    )
