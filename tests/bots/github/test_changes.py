"""Which files and commits a change holds, read from the sandbox over HTTP, page after page."""

from datetime import timedelta

import pytest

from app.core.runs import Commit
from bots.github.client import GitHubHosts
from tests.bots.shop import BASE, HEAD, NOW, REPO, Shop


def parts(most: int) -> list[str]:
    """So many files of the shop."""
    return [f"shop/part{number}.py" for number in range(most)]


def open_pull(shop: Shop, files: list[str]) -> None:
    """Pull request 7, which changes these files."""
    shop.push()
    shop.world.github.open_pull_request(
        REPO,
        7,
        title="Sell more",
        author="ann",
        branch="more",
        head_sha=HEAD,
        base_sha=BASE,
        head_repo=REPO,
        at=NOW,
        files=files,
    )


def test_the_files_of_a_large_pull_request_are_read_page_after_page(
    shop: Shop, hosts: GitHubHosts
) -> None:
    open_pull(shop, parts(230))

    found = shop.host(hosts).files_of_pull(REPO, 7)

    assert found == tuple(parts(230))
    assert len(shop.asked()) == 3


@pytest.mark.parametrize(("changed", "is_known"), [(2_999, True), (3_001, False)])
def test_a_pull_requests_files_are_not_known_where_github_cuts_their_list(
    changed: int, is_known: bool, shop: Shop, hosts: GitHubHosts
) -> None:
    open_pull(shop, parts(changed))

    found = shop.host(hosts).files_of_pull(REPO, 7)

    assert found == (tuple(parts(changed)) if is_known else None)


@pytest.mark.parametrize(("changed", "is_known"), [(299, True), (301, False)])
def test_a_commits_files_are_not_known_where_github_cuts_their_list(
    changed: int, is_known: bool, shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    shop.world.github.push(
        REPO, "main", HEAD, author="ann", message="Move all", at=NOW, files=parts(changed)
    )

    found = shop.host(hosts).comparison(REPO, BASE, HEAD)

    assert [one.sha for one in found.commits] == [HEAD]
    assert found.files == (tuple(parts(changed)) if is_known else None)


def test_a_stretch_of_the_branch_has_its_commits_oldest_first_and_their_files(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    shas = [f"{number:040x}" for number in range(1, 304)]
    for number, sha in enumerate(shas):
        shop.world.github.push(
            REPO,
            "main",
            sha,
            author="ann",
            message=f"Part {number}\n\nMore of it.",
            at=NOW + timedelta(minutes=number + 1),
            files=[f"shop/part{number % 4}.py"],
        )

    found = shop.host(hosts).comparison(REPO, BASE, shas[-1])

    assert [one.sha for one in found.commits] == shas
    assert found.commits[0] == Commit(
        sha=shas[0], parents=(BASE,), author="ann", at=NOW + timedelta(minutes=1), title="Part 0"
    )
    assert sorted(found.files or ()) == [f"shop/part{number}.py" for number in range(4)]


def test_a_files_last_commit_is_told_and_none_of_a_file_that_nothing_changed(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    for number, path in enumerate(["tests/test_cart.py", "shop/sell.py"], start=1):
        shop.world.github.push(
            REPO,
            "main",
            f"{number:040x}",
            author="bo",
            message="Count",
            at=NOW + timedelta(minutes=number),
            files=[path],
        )
    host = shop.host(hosts)

    found = host.last_commit(REPO, "tests/test_cart.py")

    assert found is not None
    assert (found.sha, found.author) == (f"{1:040x}", "bo")
    assert host.last_commit(REPO, "tests/nowhere.py") is None
