"""What Slack's interactions come to."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.asking import QueueName
from app.core.chat_requests import ActFromChat
from app.core.deliveries import Delivery, Taken
from app.core.errors import BadInput
from bots.slack.events import taken
from tests.bots.slack.clicks import RESPONSE_URL, action, block_actions


def delivery(body: object, *, event: str = "block_actions") -> Delivery:
    return Delivery(
        id=5,
        source="slack",
        guid="g",
        event=event,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["quarantine", "dismiss"])
def test_a_click_on_a_button_of_ours_is_acted_on_at_once(name: str) -> None:
    pressed = block_actions(actions=[action(name)])

    told = taken(delivery(pressed))

    act = ActFromChat(
        team_id="T1",
        chat_user="U1",
        action=name,
        handle="h-42",
        response_url=RESPONSE_URL,
        delivery_id=5,
        trigger_id=str(pressed["trigger_id"]),
    )
    assert told == Taken(requests=((QueueName.CLICK, act),))


def test_a_click_in_an_organisation_without_team_has_none() -> None:
    ((_, act),) = taken(delivery(block_actions(team=None))).requests

    assert isinstance(act, ActFromChat)
    assert act.team_id == ""


@pytest.mark.parametrize("actions", [[], [action("open_page")], [action("quarantine ")]])
def test_other_buttons_come_to_nothing(actions: list[object]) -> None:
    assert taken(delivery(block_actions(actions=actions))) == Taken()


def test_other_interactions_come_to_nothing() -> None:
    assert taken(delivery(b"not even JSON", event="message_action")) == Taken()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (block_actions(user=None), "user: input should be a valid dictionary or instance of named"),
        (block_actions(user={"id": ""}), "user.id: string should have at least 1 character"),
        (
            block_actions(actions=[action(value="x" * 2001)]),
            "actions.0.value: string should have at most 2000 characters",
        ),
    ],
)
def test_a_payload_that_cannot_be_read_names_the_field(body: object, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        taken(delivery(body))

    assert str(refusal.value) == f"The block_actions payload cannot be read: {said}."


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_payload_that_is_no_json_is_said(body: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        taken(delivery(body))

    assert str(refusal.value) == "The block_actions payload is no JSON."


def test_what_the_database_cannot_hold_is_replaced() -> None:
    ((_, act),) = taken(delivery(block_actions(actions=[action(value="a\0b\ud800")]))).requests

    assert isinstance(act, ActFromChat)
    assert act.handle == "a\ufffdb\ufffd"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "action_id", "value"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["user", "team", "actions"]), JSON))
def test_whatever_comes_is_taken_or_refused_in_a_sentence(fields: dict[str, object]) -> None:
    said = ""
    try:
        taken(delivery(fields))
    except BadInput as refusal:
        said = str(refusal)

    assert said == "" or said.startswith("The block_actions payload ")
