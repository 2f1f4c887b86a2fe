"""Addresses that users give: what is never posted to, and what a refusal means."""

import pytest

from app.core.errors import BadInput, Unavailable
from bots.outlets.posting import Poster, is_public
from tests.bots.stranger import Stranger

LOOPBACK = Poster(allowed=("127.0.0.1",))


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.acme.test/hooks/1",
        "ftp://chat.acme.test/",
        "https://",
        "https://ann:secret@chat.acme.test/",
        "https://chat.acme.test:port/",
        "https://chat.acme.test/\r\nHost: other",
        "//chat.acme.test/",
        "https://[::1",
    ],
)
def test_an_odd_address_is_never_posted_to(url: str) -> None:
    with pytest.raises(BadInput):
        Poster().must_be_allowed(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:a00:1::1",
    ],
)
def test_a_private_address_is_none_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


def test_a_public_address_is() -> None:
    assert is_public("140.82.121.4")
    assert is_public("2606:50c0:8000::153")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_nothing_is_sent_into_a_private_network(stranger: Stranger, host: str) -> None:
    port = stranger.url.rpartition(":")[2]

    with pytest.raises(Unavailable) as refused:
        Poster().post(f"https://{host}:{port}/", b"{}", {})

    assert refused.value.permanent or "could not be reached" in str(refused.value)
    assert stranger.heard == []


def test_an_allowed_host_is_posted_to(stranger: Stranger) -> None:
    LOOPBACK.post(f"{stranger.url}/hooks/1?x=2", b"{}", {"Content-Type": "application/json"})

    (heard,) = stranger.heard
    assert (heard[":method"], heard[":path"]) == ("POST", "/hooks/1?x=2")
    assert heard["content-type"] == "application/json"
    assert stranger.bodies == [b"{}"]


def test_a_redirect_is_not_followed(stranger: Stranger) -> None:
    stranger.status, stranger.headers = 307, {"Location": f"{stranger.url}/inner"}

    with pytest.raises(Unavailable, match="a redirect, which is not followed") as refused:
        LOOPBACK.post(f"{stranger.url}/hooks/1", b"{}", {})

    assert refused.value.permanent
    assert len(stranger.heard) == 1


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (404, True), (429, False), (503, False)]
)
def test_a_refusal_is_final_unless_it_passes(
    stranger: Stranger, status: int, permanent: bool
) -> None:
    stranger.status = status

    with pytest.raises(Unavailable, match=f"answered with {status}") as refused:
        LOOPBACK.post(stranger.url, b"{}", {})

    assert refused.value.permanent is permanent
