"""Slack's limits for blocks."""

from typing import Any

import pytest

from tests.sandbox.scene import Scene

Json = dict[str, Any]


def words(text: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": text}


def section(length: int) -> Json:
    return {"type": "section", "text": words("x" * length, "mrkdwn")}


def button(**more: object) -> Json:
    return {"type": "button", "text": words("Press"), "action_id": "a"} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(options: int, length: int = 5) -> Json:
    option = {"text": words("o" * length), "value": "v"}
    return {"type": "static_select", "action_id": "s", "options": [option] * options}


FITS: list[Json] = [
    section(3_000),
    {"type": "section", "fields": [words("f" * 1_000)] * 10},
    {"type": "section", "fields": [words("f" * 2_000)]},
    {"type": "header", "text": words("h" * 150)},
    {"type": "context", "elements": [words("c")] * 10},
    actions(*[button(action_id=str(n)) for n in range(25)]),
    actions(button(text=words("b" * 75), value="v" * 2_000, action_id="i" * 255)),
    actions(select(100, 75)),
    {"type": "divider", "block_id": "b" * 255},
]
REFUSED: list[tuple[Json, str]] = [
    (section(3_001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(0), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
    (
        {"type": "section", "fields": [words("f")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        {"type": "section", "fields": [words("f" * 2_001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        {"type": "header", "text": words("h" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        {"type": "header", "text": words("h", "mrkdwn")},
        "must be one of plain_text [json-pointer:/blocks/0/text/type]",
    ),
    (
        {"type": "context", "elements": [words("c")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        actions(*[button(action_id=str(n)) for n in range(26)]),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (actions(), "must provide an array with items [json-pointer:/blocks/0/elements]"),
    (
        actions(button(text=words("b" * 76))),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        actions(button(value="v" * 2_001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        actions(button(action_id="i" * 256)),
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (actions(button(style="loud")), "invalid style [json-pointer:/blocks/0/elements/0/style]"),
    (
        actions(select(101)),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions(select(1, 76)),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        {"type": "divider", "block_id": "b" * 256},
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    ({"type": "marquee"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
]


def post(scene: Scene, blocks: object) -> Json:
    channel = scene.world.slack.add_channel("flaky").id
    return scene.said("chat.postMessage", channel=channel, text="x", blocks=blocks)


def test_what_just_fits_is_taken(scene: Scene) -> None:
    for number, block in enumerate(FITS):
        channel = scene.world.slack.add_channel(f"c{number}").id

        answer = scene.said("chat.postMessage", channel=channel, text="x", blocks=[block])

        assert answer["ok"] is True, (block, answer)


@pytest.mark.parametrize(("block", "said"), REFUSED)
def test_what_does_not_fit_is_named(scene: Scene, block: Json, said: str) -> None:
    answer = post(scene, [block])

    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [said]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {said}"]
    assert scene.world.summary()["slack_messages"] == 0


@pytest.mark.parametrize(("blocks", "ok"), [(50, True), (51, False)])
def test_a_message_has_fifty_blocks(scene: Scene, *, blocks: int, ok: bool) -> None:
    answer = post(scene, [{"type": "divider"}] * blocks)

    assert answer["ok"] is ok


def test_a_block_id_stands_once_in_a_message(scene: Scene) -> None:
    answer = post(scene, [{"type": "divider", "block_id": "b"}] * 2)

    assert answer["errors"] == ["block_id already exists [json-pointer:/blocks/1/block_id]"]


@pytest.mark.parametrize(("last", "error"), [(1_200, None), (1_201, "msg_blocks_too_long")])
def test_all_blocks_together_hold_13_200_characters(
    scene: Scene, last: int, error: str | None
) -> None:
    answer = post(scene, [section(3_000)] * 4 + [section(last)])

    assert answer.get("error") == error
