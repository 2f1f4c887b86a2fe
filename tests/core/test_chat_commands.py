"""What Slack makes of what somebody typed, and what we make of that."""

import pytest

from app.core.chat_commands import Verb, command_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("test <http://cart.py|cart.py>::test_total", ["cart.py::test_total"]),
        ("status acme/<http://shop.io|shop.io>", ["acme/shop.io"]),
        ("test “opens <https://acme.com/a?b=1&amp;c|https://acme.com/a?b=1&amp;c>”",
         ["opens https://acme.com/a?b=1&c"]),
        ("test <https://acme.com>", ["https://acme.com"]),
        ("test sends_to_<mailto:ann@acme.com|ann@acme.com>", ["sends_to_ann@acme.com"]),
        ("test posts_in_<#C024BE91L|builds>", ["posts_in_#builds"]),
        ("own total <@U024BE7LD|ann>", ["total", "<@U024BE7LD>"]),
        ("test a &lt;b&gt; &amp;amp;", ["a", "<b>", "&amp;"]),
        ("test a&lt;http://b|c&gt;", ["a<http://b|c>"]),
    ],
)  # fmt: skip
def test_words_are_what_was_typed_whatever_slack_made_of_them(text: str, words: list[str]) -> None:
    assert list(command_of(text).words) == words


def test_nothing_but_spaces_is_a_call_for_help() -> None:
    assert command_of("  ").verb is Verb.HELP
