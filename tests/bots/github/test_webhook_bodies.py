"""Bodies that the webhook takes and refuses."""

import pytest

from bots.github.webhook import MAX_BODY
from tests.bots.github.posting import BODY, GUID, GitHub, Inbox, refused


@pytest.mark.parametrize(
    "body", [b"", b"payload=%7B%7D", b"[]", b'"x"', b"null", b"{", b"\xff", b"[" * 200_000]
)
def test_a_body_that_is_no_json_object_is_refused(
    github: GitHub, inbox: Inbox, body: bytes
) -> None:
    answer = github.post(body)

    assert answer.status_code == 400
    assert answer.json() == refused(
        "validation",
        "The body is no JSON object; set the webhook's content type to application/json in GitHub.",
    )
    assert inbox.kept == {}


TOO_LARGE = refused("validation", "The body is larger than the 25 MB that GitHub sends at most.")


def test_a_body_of_25_mb_is_taken(github: GitHub, inbox: Inbox) -> None:
    body = b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}'

    answer = github.post(body)

    assert answer.status_code == 202
    assert len(inbox.kept[GUID].body) == MAX_BODY


def test_a_body_announced_as_larger_is_refused_unread(github: GitHub, inbox: Inbox) -> None:
    answer = github.post(b"{}", Content_Length=str(MAX_BODY + 1))

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert inbox.kept == {}


def test_a_body_that_grows_larger_in_chunks_is_refused(github: GitHub, inbox: Inbox) -> None:
    answer = github.post([b"x" * 1024 * 1024 for _ in range(26)])

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert inbox.kept == {}


def test_a_chunked_body_is_put_together(github: GitHub, inbox: Inbox) -> None:
    answer = github.post([b'{"a":', b"1}"])

    assert answer.status_code == 202
    assert inbox.kept[GUID].body == b'{"a":1}'


@pytest.mark.parametrize("length", ["many", "-1", "", "\u0661"])
def test_an_odd_length_is_no_reason_to_fail(github: GitHub, length: str) -> None:
    answer = github.post([BODY], Content_Length=length)

    assert answer.status_code == 202
