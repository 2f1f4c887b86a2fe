"""A case's thread: within Slack's limits whatever it is called, and saying what is known."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from app.core.chat_buttons import ChatButton, Seen
from app.core.decide import Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.publishing import ChatMessage
from app.render import words
from app.render.chat import (
    OwnerNews,
    ThreadView,
    bound_message,
    history_message,
    outage_message,
    outage_root,
    owner_message,
    reply,
    root_message,
    storm_message,
)
from app.render.words.slack_windows import LABELS
from app.sandbox.slack.limits import check_blocks, text_length
from tests.core.stories import standing
from tests.render.reading import HOSTILE, names

MOST_TEXT = 12_000  # characters of all block text of one message, to stay clear of Slack's limit
HANDLE = "1f4-Zk3v9Q"
FLAKY = standing("PXPXPP")


def view(name: str = "shop.cart::test_total", **changes: object) -> ThreadView:
    """A flaky case's thread."""
    made = ThreadView(
        repo="shop/cart",
        name=name,
        file="tests/test_cart.py",
        standing=FLAKY,
        decision=None,
        page_url="https://flakes.example.com/r/shop/cart/cases/1",
        buttons=(ChatButton.QUARANTINE, ChatButton.DISMISS),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def accepted(message: ChatMessage) -> list[dict[str, Any]]:
    """The message's blocks, once Slack's own models and the known limits let them pass."""
    blocks: list[dict[str, Any]] = json.loads(json.dumps(message.blocks))
    for block in Block.parse_all(blocks):
        block.validate_json()
    check_blocks(blocks)
    assert text_length(list(blocks)) <= MOST_TEXT
    assert 0 < len(message.text) <= 3_000
    return blocks


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Every text of the blocks that people read, in order; buttons apart."""
    found = []
    for block in blocks:
        parts = [block.get("text"), *block.get("fields", ())]
        parts += block.get("elements", ()) if block["type"] == "context" else ()
        found += [part["text"] for part in parts if part]
    return found


def test_the_root_says_what_the_case_is_and_why() -> None:
    message = root_message(view(), HANDLE)

    assert message.text == ":large_yellow_circle: shop.cart::test_total is flaky in shop/cart"
    assert texts(accepted(message)) == [
        f"*{message.text}*\ntests/test_cart.py",
        "*Flaky with probability*\n0.98",
        "*Fails in*\n25 % (7.1\u201359 %) of 8 executions",
        "*Contradicted failures*\n2",
        "*Last flake*\n2026-03-04 13:00 UTC",
        "• Failed on attempt 1 and passed on attempt 2 of the same commit,"
        " twice on 2 days, last on main3.\n"
        "• Fails in 25 % (7.1\u201359 %) of 8 executions for no fault of the code.",
        "<https://flakes.example.com/r/shop/cart/cases/1|All that was seen of it>",
    ]


@pytest.mark.parametrize(
    ("state", "start"),
    [
        (State.FLAKY, ":large_yellow_circle: a is flaky in"),
        (State.BROKEN, ":red_circle: a is broken in"),
        (State.SUSPECT, ":white_circle: a is suspect in"),
        (State.HEALTHY, ":large_green_circle: a is healthy in"),
    ],
)
def test_each_state_has_its_mark(state: State, start: str) -> None:
    message = root_message(view("a", standing=replace(FLAKY, state=state)), HANDLE)

    assert message.text.startswith(start)


def test_buttons_carry_the_handle_and_never_a_name() -> None:
    shown = view(seen=Seen(3, 4))
    shown = replace(shown, buttons=(*shown.buttons, ChatButton.ASSIGN))
    (actions,) = [one for one in accepted(root_message(shown, HANDLE)) if one["type"] == "actions"]

    assert [
        (one["text"]["text"], one["action_id"], one["value"]) for one in actions["elements"]
    ] == [
        ("Quarantine", "quarantine", HANDLE),
        ("Not flaky", "dismiss", f"{HANDLE}:3"),
        ("Assign me", "assign", f"{HANDLE}:4"),
    ]
    assert "test_total" not in json.dumps(actions)
    assert set(LABELS) == set(ChatButton)


def test_where_nothing_can_be_done_there_is_no_button() -> None:
    decided = view(buttons=(), decision="Quarantined by @ada until 2026-04-01.")

    blocks = accepted(root_message(decided, HANDLE))

    assert "actions" not in {block["type"] for block in blocks}
    assert "*Quarantined by @ada until 2026-04-01.*" in texts(blocks)


def test_a_case_without_file_page_or_evidence_has_no_empty_block() -> None:
    bare = view(file=None, page_url=None, buttons=(), standing=standing("S"))

    blocks = accepted(root_message(bare, HANDLE))

    assert [block["type"] for block in blocks] == ["section", "section"]
    assert texts(blocks)[-1] == "*Last flake*\nnever"


def test_a_reply_is_one_sentence() -> None:
    message = reply("Turned flaky.", "once-1")

    assert (message.text, message.handle) == ("Turned flaky.", "once-1")
    assert texts(accepted(message)) == ["Turned flaky."]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_pings_links_and_styles_nothing(name: str) -> None:
    message = root_message(view(name, file=name, decision=name), HANDLE)

    for text in [message.text, *texts(accepted(message))[:-1]]:
        assert "<" not in text
        assert ">" not in text


@given(names, names, st.lists(names, max_size=5))
def test_any_name_keeps_within_slacks_limits(name: str, file: str, branches: list[str]) -> None:
    reasons = tuple(
        evidence(EvidenceKind.PASSES_ON_BASE, passed=3, branch=branch * 30) for branch in branches
    )
    held: Standing = replace(FLAKY, evidence=reasons)

    message = root_message(view(name, file=file, decision=name, standing=held), HANDLE)

    accepted(message)
    accepted(reply(f"Said of {name}.", HANDLE))


@pytest.mark.parametrize("name", [*HOSTILE, "&<>" * 4_000])
@pytest.mark.parametrize("number", [1, 150])
def test_what_an_owner_is_told_pings_nobody_and_keeps_within_limits(name: str, number: int) -> None:
    one = OwnerNews(name, "https://flakes.example.com/r/shop/cart/cases/1", f"Held by {name}.")

    message = owner_message(name, [one] * number, HANDLE)

    said = "".join([message.text, *texts(accepted(message))])
    for hostile in ("<!", "<@", "<#", "<http"):
        assert hostile not in said.replace("<https://flakes.example.com/", "")


PAGE = "https://flakes.example.com/r/shop/cart"


@pytest.mark.parametrize("name", [*HOSTILE, "<!channel> <@U1>", "&<>" * 4_000])
def test_what_a_channel_hears_of_many_or_of_itself_pings_nobody_and_keeps_within_limits(
    name: str,
) -> None:
    messages = [
        storm_message(name, 150, [(name, PAGE)] * 15, page_url=PAGE, handle=HANDLE),
        outage_root(name, f"Of {name}.", is_over=False, page_url=PAGE, handle=HANDLE),
        outage_root(name, f"Of {name}.", is_over=True, page_url=None, handle=HANDLE),
        outage_message(name, f"Of {name}.", page_url=PAGE, handle=HANDLE),
        history_message(name, f"Of {name}.", handle=HANDLE),
        bound_message(f"Of {name}.", HANDLE),
    ]

    for message in messages:
        said = "".join([message.text, *texts(accepted(message))])
        for hostile in ("<!", "<@", "<#", "<http"):
            assert hostile not in said.replace(f"<{PAGE}|", "")


def test_nothing_that_only_looks_like_a_link_becomes_one() -> None:
    found = [
        part
        for block in accepted(root_message(view("@here https://evil.example #general"), HANDLE))
        for part in _markdowns(block)
    ]

    assert len(found) == 7
    assert all(part["verbatim"] for part in found)


def test_thread_and_words_agree_on_the_evidence() -> None:
    message = root_message(view(), HANDLE)

    said = "\n".join(texts(accepted(message)))
    for sentence in words.evidence_sentences(FLAKY.evidence):
        assert sentence in said


def _markdowns(node: object) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for one in node for found in _markdowns(one)]
    if not isinstance(node, dict):
        return []
    here = [node] if node.get("type") == "mrkdwn" else []
    return here + [found for one in node.values() for found in _markdowns(one)]
