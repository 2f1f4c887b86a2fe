"""Payloads that are not as they should be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.deliveries import (
    PullRequestSeen,
    Taken,
)
from app.core.errors import BadInput
from bots.github.events import KNOWN_EVENTS
from tests.bots.github.hooked import (
    REPOSITORY,
    installation,
    of_repository,
    pull_request,
    take,
    workflow_run,
)


@pytest.mark.parametrize("event", ["ping", "gollum", "star", "", "workflow_run_x"])
def test_every_other_event_comes_to_nothing(event: str) -> None:
    assert event not in KNOWN_EVENTS
    assert take(event, b"not even JSON") == Taken()


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("workflow_run", workflow_run("later")),
        ("pull_request", pull_request("assigned")),
        ("installation", installation("adopted")),
    ],
)
def test_an_action_we_do_not_know_comes_to_nothing(event: str, body: object) -> None:
    assert take(event, body) == Taken()


def without(body: dict[str, Any], *path: str) -> dict[str, Any]:
    part = body
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    return body


@pytest.mark.parametrize(
    ("event", "body", "said"),
    [
        (
            "workflow_run",
            without(workflow_run(), "workflow_run", "head_sha"),
            "workflow_run.head_sha is missing",
        ),
        ("workflow_run", without(workflow_run(), "repository"), "repository is missing"),
        (
            "workflow_run",
            workflow_run(id="4; drop table"),
            "workflow_run.id: input should be a valid integer, "
            "unable to parse string as an integer",
        ),
        (
            "workflow_run",
            workflow_run(id=2**63),
            "workflow_run.id: input should be less than or equal to 9223372036854775807",
        ),
        (
            "workflow_run",
            workflow_run(head_sha="HEAD"),
            "workflow_run.head_sha: string should match pattern '^[0-9a-f]{40}([0-9a-f]{24})?$'",
        ),
        (
            "workflow_run",
            workflow_run(updated_at="2026-11-20T11:47:30"),
            "workflow_run.updated_at: input should have timezone info",
        ),
        ("check_run", [], "it: input should be a valid dictionary or instance of CheckRunEvent"),
        (
            "repository",
            of_repository("renamed", repository=REPOSITORY | {"full_name": "acme/../etc"}),
            "repository.full_name: string should match pattern '^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$'",
        ),
    ],
)
def test_a_payload_that_cannot_be_read_names_the_field(event: str, body: object, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        take(event, body)

    assert str(refusal.value) == f"The {event} payload cannot be read: {said}."


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_payload_that_is_no_json_is_said(body: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        take("pull_request", body)

    assert str(refusal.value) == "The pull_request payload is no JSON."


def test_what_the_database_cannot_hold_is_replaced() -> None:
    (*_, fact) = take("pull_request", pull_request(title="a\0b\ud800c")).facts

    assert isinstance(fact, PullRequestSeen)
    assert fact.pull_request.title == "a\ufffdb\ufffdc"


@given(
    event=st.sampled_from(sorted(KNOWN_EVENTS)),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["action", "repository", "id", "full_name", "workflow_run", "installation"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_whatever_json_comes_is_taken_or_refused_in_a_sentence(event: str, body: object) -> None:
    said = ""
    try:
        take(event, body)
    except BadInput as refusal:
        said = str(refusal)

    assert said == "" or said.startswith(f"The {event} payload cannot be read: ")
