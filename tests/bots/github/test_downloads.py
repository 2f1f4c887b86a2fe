"""Artifacts: redirect, stream, limit; against the sandbox's store and against a stranger."""

import gzip
import io
from datetime import timedelta

import pytest

from app.core.errors import BadInput, Missing, Unavailable
from app.core.runs import Artifact
from bots.github.client import GitHubHosts
from tests.bots.shop import NOW, REPO, Shop
from tests.bots.stranger import Stranger

CONTENTS = b"PK\x03\x04" + bytes(range(256)) * 4096


@pytest.fixture
def artifact(shop: Shop, hosts: GitHubHosts) -> Artifact:
    shop.push()
    run = shop.start_run()
    shop.world.github.finish_attempt(
        run, conclusion="success", at=NOW, artifacts=[("report", CONTENTS, NOW)]
    )
    (found,) = shop.host(hosts).artifacts(REPO, run.id)
    shop.forget_requests()
    return found


def test_an_artifact_is_written_where_the_file_stands(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    into = io.BytesIO(b"before ")
    into.seek(0, io.SEEK_END)

    shop.host(hosts).download(REPO, artifact, into, limit=len(CONTENTS))

    assert into.getvalue() == b"before " + CONTENTS


def test_one_that_is_too_large_is_not_even_asked_for(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    with pytest.raises(BadInput) as refusal:
        shop.host(hosts).download(REPO, artifact, io.BytesIO(), limit=1000)

    assert str(refusal.value) == (
        "The artifact 'report' is larger than the 1000 bytes that are read at most."
    )
    assert shop.world.requests == []


def test_one_that_is_larger_than_announced_is_cut_off(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    small = Artifact(artifact.id, "report", 10, artifact.created_at, is_expired=False)
    into = io.BytesIO()

    with pytest.raises(BadInput):
        shop.host(hosts).download(REPO, small, into, limit=1000)

    assert len(into.getvalue()) <= 1000


def test_an_expired_artifact_is_missing(shop: Shop, hosts: GitHubHosts, artifact: Artifact) -> None:
    shop.world.github.expire_artifact(shop.world.github.artifacts[artifact.id])

    with pytest.raises(Missing):
        shop.host(hosts).download(REPO, artifact, io.BytesIO(), limit=2**30)


def test_a_deleted_artifact_is_missing(shop: Shop, hosts: GitHubHosts, artifact: Artifact) -> None:
    shop.world.github.delete_artifact(shop.world.github.artifacts[artifact.id])

    with pytest.raises(Missing):
        shop.host(hosts).download(REPO, artifact, io.BytesIO(), limit=2**30)


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_a_store_that_fails_once_is_asked_again_by_a_new_address(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, fault: dict[str, int]
) -> None:
    shop.world.faults.add("/_blobs/*", status=fault.get("status"), drop="drop" in fault)
    into = io.BytesIO()

    shop.host(hosts).download(REPO, artifact, into, limit=2**30)

    assert into.getvalue() == CONTENTS
    assert [one for one in shop.asked() if "/zip" in one] == [
        f"GET /repos/acme/shop/actions/artifacts/{artifact.id}/zip > 302"
    ] * 2


def test_a_store_that_fails_again_and_again_is_for_the_task_to_try_again(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    shop.world.faults.add("/_blobs/*", status=503, times=3)

    with pytest.raises(Unavailable) as failure:
        shop.host(hosts).download(REPO, artifact, io.BytesIO(), limit=2**30)

    assert not failure.value.permanent
    assert str(failure.value) == (
        "The artifact 'report' could not be downloaded: the store answered 503."
    )


def test_the_store_gets_no_token_of_ours(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, stranger: Stranger
) -> None:
    stranger.body = CONTENTS
    headers = {"Location": f"{stranger.url}/store/1.zip?sig=abc"}
    shop.world.faults.add("/repos/*/zip", status=302, headers=headers)
    into = io.BytesIO()

    shop.host(hosts).download(REPO, artifact, into, limit=2**30)

    (heard,) = stranger.heard
    assert into.getvalue() == CONTENTS
    assert heard[":path"] == "/store/1.zip?sig=abc"
    assert "authorization" not in heard


def test_the_limit_holds_for_what_a_compressed_answer_unpacks_to(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, stranger: Stranger
) -> None:
    stranger.body = gzip.compress(bytes(20_000_000))
    stranger.headers = {"Content-Encoding": "gzip"}
    headers = {"Location": f"{stranger.url}/bomb.zip"}
    shop.world.faults.add("/repos/*/zip", status=302, headers=headers)
    small = Artifact(artifact.id, "report", 10, artifact.created_at, is_expired=False)
    into = io.BytesIO()

    with pytest.raises(BadInput):
        shop.host(hosts).download(REPO, small, into, limit=1_000_000)

    assert len(into.getvalue()) <= 1_000_000


def test_an_address_that_has_run_out_is_asked_for_anew(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact
) -> None:
    url = f"{shop.world.address}/_blobs/{artifact.id}.zip?se=1&sig=0"
    shop.world.faults.add("/repos/*/zip", status=302, headers={"Location": url})
    shop.clock.turn(timedelta(minutes=2))
    into = io.BytesIO()

    shop.host(hosts).download(REPO, artifact, into, limit=2**30)

    assert into.getvalue() == CONTENTS


@pytest.mark.parametrize("location", ["ftp://example.com/x.zip", "file:///etc/passwd"])
def test_an_address_that_is_not_http_is_not_followed(
    shop: Shop, hosts: GitHubHosts, artifact: Artifact, location: str
) -> None:
    shop.world.faults.add("/repos/*/zip", status=302, headers={"Location": location})

    with pytest.raises(Unavailable) as failure:
        shop.host(hosts).download(REPO, artifact, io.BytesIO(), limit=2**30)

    assert str(failure.value) == "GitHub's address for the artifact 'report' is not https."
