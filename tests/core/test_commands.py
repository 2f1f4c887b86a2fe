"""Commands as people write them below a pull request."""

import pytest

from app.core.commands import MOST, Command, CommandName, commands_in, kept


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/flakeguard quarantine test_total", Command("quarantine", "test_total")),
        (
            "/flakeguard quarantine test_total 7 Until Monday.",
            Command("quarantine", "test_total", 7, "Until Monday."),
        ),
        ("/flakeguard quarantine `a b[c]` 7d", Command("quarantine", "a b[c]", 7)),
        ('/flakeguard quarantine "it\'s a" 1 day', Command("quarantine", "it's a", 1)),
        ("/FlakeGuard  RELEASE   x   because", Command("release", "x", None, "because")),
        ("/flakeguard dismiss x 7days", Command("dismiss", "x", None, "7days")),
        ("/flakeguard", Command("help")),
        ("/flakeguard rerun\r", Command("rerun")),
    ],
)
def test_a_line_is_read_as_it_was_meant(line: str, command: Command) -> None:
    assert commands_in(line) == [command]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Try `/flakeguard help`.",
        "> /flakeguard help",
        "/flakeguarded help",
        "```\n/flakeguard help\n```",
        "~~~~\n```\n/flakeguard help\n~~~~",
        "    /flakeguard help",
    ],
)
def test_what_is_quoted_or_only_mentioned_is_no_command(body: str) -> None:
    assert (commands_in(body), kept(body)) == ([], "")


def test_only_the_first_few_lines_are_heard_and_kept() -> None:
    body = "Hello\n" + "/flakeguard help\n" * 20

    assert len(commands_in(body)) == MOST
    assert kept(body) == "\n".join(["/flakeguard help"] * MOST)


def test_an_unknown_word_is_told_what_it_may_mean() -> None:
    [close, far] = commands_in("/flakeguard quarentine x\n/flakeguard xyzzy")

    assert (close.name, close.meant) == (None, CommandName.QUARANTINE)
    assert (far.name, far.meant) == (None, None)
