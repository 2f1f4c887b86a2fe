"""Files of a repository over HTTP: what is there, what is not, and what is large."""

import pytest

from app.core.errors import BadInput
from app.core.runs import RepositoryFile
from app.sandbox.github.entities import Change
from app.sandbox.github.shapes.repository import blob_sha
from bots.github.client import GitHubHosts
from tests.bots.shop import BASE, HEAD, NOW, REPO, Shop

LARGE = b"* @acme/core\n" * 90_000  # above 1 MB, so GitHub leaves it out of the contents


@pytest.fixture
def filled(shop: Shop) -> Shop:
    files = [
        Change(".flakeguard.yml", contents=b"mode: act\n"),
        Change("docs/CODEOWNERS", contents=LARGE),
    ]
    shop.world.github.push(REPO, "main", BASE, author="ann", message="Say how", at=NOW, files=files)
    changed = [Change(".flakeguard.yml", contents=b"mode: observe\n")]
    shop.world.github.push(
        REPO,
        "more/of it",
        HEAD,
        author="ann",
        message="More",
        at=NOW,
        parents=[BASE],
        files=changed,
    )
    return shop


def test_a_file_is_read_from_the_branch_that_is_named(filled: Shop, hosts: GitHubHosts) -> None:
    host = filled.host(hosts)

    on_main = host.file_at(REPO, ".flakeguard.yml", "main", limit=100)
    by_default = host.file_at(REPO, ".flakeguard.yml", "", limit=100)
    elsewhere = host.file_at(REPO, ".flakeguard.yml", "more/of it", limit=100)

    assert on_main == by_default == RepositoryFile(blob_sha(b"mode: act\n"), b"mode: act\n")
    assert elsewhere is not None
    assert elsewhere.contents == b"mode: observe\n"


def test_what_is_no_file_is_not_there(filled: Shop, hosts: GitHubHosts) -> None:
    host = filled.host(hosts)

    assert host.file_at(REPO, "CODEOWNERS", "main", limit=100) is None
    assert host.file_at(REPO, "docs", "main", limit=100) is None
    assert host.file_at(REPO, ".flakeguard.yml", "gone", limit=100) is None


def test_a_large_file_is_read_by_its_blob(filled: Shop, hosts: GitHubHosts) -> None:
    found = filled.host(hosts).file_at(REPO, "docs/CODEOWNERS", "main", limit=3_000_000)

    assert found == RepositoryFile(blob_sha(LARGE), LARGE)
    assert len(filled.asked()) == 2


def test_a_file_above_the_limit_is_refused_before_it_is_read(
    filled: Shop, hosts: GitHubHosts
) -> None:
    with pytest.raises(BadInput) as refused:
        filled.host(hosts).file_at(REPO, "docs/CODEOWNERS", "main", limit=1_100_000)

    assert str(refused.value) == "docs/CODEOWNERS has 1170000 bytes; at most 1100000 are read."
    assert len(filled.asked()) == 1
