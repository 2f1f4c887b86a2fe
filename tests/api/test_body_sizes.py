"""Bodies that are too large, or come from strangers, are refused before they are taken in."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.services.access.tokens import Made
from tests.api.ci import FIELDS, MB, REPORTS, Ci, gzipped


@pytest.fixture
def small(ci: Ci, token: Made) -> TestClient:
    """A program whose installation takes 2 MB at most."""
    ci.body_limit = 2 * MB
    return ci.client(token)


TOO_LARGE = (
    "The body is larger than the 2 MB allowed; send fewer reports at a time, pack them as zip or"
    " gzip, or raise UPLOAD_MAX_MB."
)


def in_pieces(size: int) -> Iterator[bytes]:
    """A body whose length nobody announced."""
    for _ in range(size // 65_536 + 1):
        yield b" " * 65_536


def test_a_body_that_announces_too_much_is_refused(small: TestClient, ci: Ci) -> None:
    answer = small.post(REPORTS, params=FIELDS, content=b" " * (2 * MB + 1))

    assert (answer.status_code, answer.json()["error"]["message"]) == (413, TOO_LARGE)
    assert ci.rows("SELECT refusal, size_bytes FROM upload") == [(TOO_LARGE, 2 * MB + 1)]


def test_a_body_that_goes_on_for_too_long_is_refused(small: TestClient, ci: Ci) -> None:
    raw = small.post(REPORTS, params=FIELDS, content=in_pieces(2 * MB))
    headers = {"content-type": "multipart/form-data; boundary=b"}
    parts = small.post(REPORTS, params=FIELDS, content=in_pieces(2 * MB), headers=headers)

    assert (raw.status_code, raw.json()["error"]["message"]) == (413, TOO_LARGE)
    assert parts.status_code in (400, 413)
    assert ci.count("execution") == 0


def test_a_gzip_that_unpacks_to_too_much_is_refused(small: TestClient) -> None:
    answer = small.post(
        REPORTS,
        params=FIELDS,
        content=gzipped(b" " * (41 * MB)),
        headers={"content-encoding": "gzip"},
    )

    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == (
        "The body unpacks to more than 40 MB; send fewer reports at a time."
    )


def test_a_stranger_is_refused_before_the_body_is_read(ci: Ci) -> None:
    read = []

    def body() -> Iterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b" " * 65_536

    answer = ci.client().post(REPORTS, content=body())

    assert answer.status_code == 401
