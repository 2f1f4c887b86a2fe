"""Artifacts above the limit, of which the sandbox's store hands out parts; and broken downloads."""

import io
import random

import pytest
from typing_extensions import Buffer

from app.core.errors import BadInput, Missing, Unavailable
from app.core.reports import Limits
from app.core.reports.excerpt import excerpt
from app.core.runs import Artifact
from app.sandbox.github.entities import Job
from bots.github.client import GitHubHosts
from tests.bots.shop import NOW, REPO, Shop
from tests.bots.stranger import Stranger
from tests.core.reports.test_archive import REPORT
from tests.core.reports.test_archive import zipped as zip_of

MB = 1024 * 1024
NOISE = random.Random(7).randbytes(3 * MB)
WHOLE = zip_of({"first.png": NOISE, "junit.xml": REPORT, "last.png": NOISE})


@pytest.fixture
def artifact(shop: Shop, hosts: GitHubHosts) -> Artifact:
    shop.push()
    run = shop.start_run()
    shop.world.github.finish_attempt(
        run,
        conclusion="success",
        at=NOW,
        jobs=[Job("test", "success", NOW, NOW)],
        artifacts=[("results", WHOLE, NOW)],
    )
    (found,) = shop.host(hosts).artifacts(REPO, run.id)
    shop.forget_requests()
    return found


def from_store(shop: Shop) -> list[int]:
    """How the store answered, request by request."""
    return [one.status for one in shop.world.requests if one.path.startswith("/_blobs")]


def excerpt_of(shop: Shop, hosts: GitHubHosts, artifact: Artifact, *, limit: int = MB) -> bytes:
    into = io.BytesIO()
    with shop.host(hosts).in_parts(REPO, artifact, limit=limit) as whole:
        excerpt(whole, into, limits=Limits(), most=limit)
    return into.getvalue()


def test_only_the_directory_and_the_reports_are_asked_for(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    found = excerpt_of(shop, hosts, artifact)

    assert len(found) < 1_000
    assert zip_of({"junit.xml": REPORT})[:2] == found[:2]
    assert set(from_store(shop)) == {206}
    assert len(from_store(shop)) <= 6


def test_an_address_that_has_run_out_is_asked_for_anew(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", status=403)

    excerpt_of(shop, hosts, artifact)

    assert from_store(shop)[:2] == [403, 206]


def test_a_store_that_fails_again_and_again_is_for_the_task_to_try_again(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", status=503, times=9)

    with pytest.raises(Unavailable) as failure:
        excerpt_of(shop, hosts, artifact)

    assert not failure.value.permanent
    assert str(failure.value) == (
        "The artifact 'results' could not be read in parts: the store answered 503."
    )


def test_an_artifact_that_was_deleted_is_missing(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", status=404)

    with pytest.raises(Missing):
        excerpt_of(shop, hosts, artifact)


def test_a_store_that_gives_no_parts_is_not_read_at_all(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, stranger: Stranger
) -> None:
    stranger.body = WHOLE
    headers = {"Location": f"{stranger.url}/1.zip?sig=abc"}
    shop.world.faults.add("/repos/*/zip", status=302, headers=headers)

    with pytest.raises(BadInput, match="the store gives no parts"):
        excerpt_of(shop, hosts, artifact)

    (heard,) = stranger.heard
    assert heard["range"] == "bytes=0-0"
    assert "authorization" not in heard


@pytest.mark.parametrize(
    "told",
    [
        {"Content-Range": "bytes 5-5/100"},
        {"Content-Range": "bytes 0-0/*"},
        {},
    ],
)
def test_a_store_that_gives_other_parts_is_not_believed(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, stranger: Stranger, told: dict[str, str]
) -> None:
    stranger.status, stranger.body, stranger.headers = 206, b"P", told
    headers = {"Location": f"{stranger.url}/1.zip?sig=abc"}
    shop.world.faults.add("/repos/*/zip", status=302, headers=headers, times=9)

    with pytest.raises(Unavailable, match="could not be read in parts"):
        excerpt_of(shop, hosts, artifact)


def test_no_more_is_read_than_the_limit(shop: Shop, hosts: GitHubHosts, artifact: Artifact) -> None:
    with shop.host(hosts).in_parts(REPO, artifact, limit=MB) as whole:
        whole.read(MB // 2)

        with pytest.raises(BadInput, match="is refused"):
            whole.read(MB)


def test_a_download_that_broke_goes_on_where_it_ended(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", cut_at=4 * MB)
    into = io.BytesIO(b"before ")
    into.seek(0, io.SEEK_END)

    shop.host(hosts).download(REPO, artifact, into, limit=2**30)

    assert into.getvalue() == b"before " + WHOLE
    assert from_store(shop) == [200, 206]


def test_what_changed_meanwhile_is_begun_again(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", cut_at=4 * MB)
    changed = WHOLE[::-1]

    class Changing(io.BytesIO):
        def write(self, data: Buffer, /) -> int:
            shop.world.github.artifacts[artifact.id].contents = changed
            return super().write(data)

    into = Changing()
    shop.host(hosts).download(REPO, artifact, into, limit=2**30)

    assert into.getvalue() == changed
    assert from_store(shop) == [200, 200]


def test_what_is_said_of_a_failure_never_holds_the_signed_address(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", drop=True, times=3)
    shop.world.faults.add("/_blobs/*", cut_at=0, times=99)
    host = shop.host(hosts)

    said = []
    for act in (
        lambda: host.download(REPO, artifact, io.BytesIO(), limit=2**30),
        lambda: excerpt_of(shop, hosts, artifact),
    ):
        with pytest.raises(Unavailable) as failure:
            act()
        said.append(str(failure.value))

    assert said == [
        "The artifact 'results' could not be downloaded: the connection broke "
        "(RemoteProtocolError).",
        "The artifact 'results' could not be read in parts: RemoteProtocolError.",
    ]
