"""Requests: taken apart for storage, put together again, and known by a key."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.asking import Request
from app.core.request_kinds import KINDS, arguments, request_from
from app.core.requests import EvaluateRun, IngestRun

numbers = st.integers(-(2**63), 2**63 - 1)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any request of any kind."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    values: dict[str, int | str] = {}
    for field in fields(KINDS[kind]):
        values[field.name] = draw(numbers) if field.type is int else draw(st.text())
    return request_from(kind, values)


@given(requests())
def test_a_request_comes_back_from_json_as_it_was(request: Request) -> None:
    stored = json.loads(json.dumps(arguments(request)))

    assert request_from(request.kind, stored) == request


BY_WHAT_ASKED = {"delivery_id", "comment_id"}  # who has one of these is known by it


@given(requests(), requests())
def test_equal_keys_of_a_kind_mean_the_same_work(one: Request, other: Request) -> None:
    if one.kind == other.kind and one != other and not BY_WHAT_ASKED & arguments(one).keys():
        assert one.key != other.key
    if one == other:
        assert one.key == other.key


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_known_by_its_own_name(kind: str) -> None:
    assert KINDS[kind].kind == kind


def descendants(kind: type[Request]) -> list[type[Request]]:
    return [one for child in kind.__subclasses__() for one in (child, *descendants(child))]


def test_every_kind_of_request_is_known() -> None:
    named = {one.__name__ for one in descendants(Request) if "kind" in vars(one)}
    assert {one.__name__ for one in KINDS.values()} == named


def test_attempts_of_a_run_are_different_work() -> None:
    assert IngestRun(1, 2, 3).key == "1:2:3"
    assert EvaluateRun(1, 2, 4).key == "1:2:4"


def test_a_kind_that_is_not_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        request_from("mine_bitcoin", {})
