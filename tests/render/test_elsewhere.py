"""A message outside Slack: the same words, and no name that becomes markup there either."""

import pytest

from app.core.publishing import ChatMessage
from app.render import elsewhere, escape
from app.render.chat import outage_message, root_message
from tests.render.test_chat import view

HOSTILE = [
    "adds *bold* _it_ ~no~ `code`",
    "@channel @all <!channel> <@U1>",
    "[click](https://evil.test) ![x](https://evil.test/x.png)",
    "<b>x</b><script>alert(1)</script>&amp;",
    "<https://evil.test|click>",
    "a | b # c > d",
]


def bodies(message: ChatMessage) -> list[str]:
    card = " ".join(block["text"] for block in elsewhere.card(message)["body"])
    return [elsewhere.markdown(message), elsewhere.html(message), card]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_a_link_a_mention_or_markup(name: str) -> None:
    message = outage_message("acme/shop", name, page_url=None, handle="h")

    markdown, html, card = bodies(message)

    for said in (markdown, card):
        assert escape.markdown(name, limit=600) in said
        assert "@channel" not in said
        assert "](https://evil" not in said
    assert "<script>" not in html
    assert "<b>" not in html
    assert "evil.test" not in html or "href" not in html
    assert name in elsewhere.plain(message) or escape.plain(name) in elsewhere.plain(message)


def test_our_own_links_stay_links() -> None:
    message = outage_message("acme/shop", "Over.", page_url="https://f.test/o/1", handle="h")

    assert "[What it hit](https://f.test/o/1)" in elsewhere.markdown(message)
    assert '<a href="https://f.test/o/1">What it hit</a>' in elsewhere.html(message)
    assert "What it hit: https://f.test/o/1" in elsewhere.plain(message)
    assert elsewhere.card(message)["actions"] == [
        {"type": "Action.OpenUrl", "title": "What it hit", "url": "https://f.test/o/1"}
    ]


def test_every_sentence_of_a_thread_s_root_is_said_everywhere() -> None:
    message = root_message(view(), "h")
    texts = elsewhere.lines_of(message)

    for body in (elsewhere.markdown(message), elsewhere.plain(message)):
        assert "Flaky with probability" in body
        assert body.count("\n\n") == len(texts) - 1
    assert ":large_yellow_circle:" not in elsewhere.plain(message)
