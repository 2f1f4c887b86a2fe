"""Names from reports, read back on each surface: nothing comes of them but their own words."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.render import escape
from tests.render.reading import HOSTILE, Tags, names, read

OURS = "https://ci.example/job/1"
REFERENCES = re.compile(r"@[\w-]|#\d|(?i:\bgh-\d)")  # what GitHub turns into links
LINKS = re.compile(r"(?<!\\)://|www\.")
Property = TypeVar("Property", bound=Callable[..., None])
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def every_hostile_name(test: Property) -> Property:
    """Run a property on each of the names that are known to be hostile, too."""
    for name in HOSTILE:
        test = example(name)(test)
    return test


@given(names)
@every_hostile_name
def test_a_plain_name_is_one_visible_line(name: str) -> None:
    shown = escape.plain(name)

    assert len(shown) <= escape.NAME_LIMIT
    assert not {unicodedata.category(character) for character in shown} & HIDDEN
    assert "\n" not in shown
    assert shown == shown.strip()


@given(st.text(st.characters(categories=("L", "N", "P", "S")), max_size=200))
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert escape.plain(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("abc\u202egnp.exe", "abc\\u202egnp.exe"),
        ("a\u200bb", "a\\u200bb"),
        ("a\x00b\x1b[1m", "a\\u0000b\\u001b[1m"),
        ("\ud800", "\\ud800"),
        ("a\u2028b\u00adc", "a\\u2028b\\u00adc"),
        (" a \t\n b\u00a0\u3000c ", "a b c"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 10_240, "x" * 199 + "…"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_such(name: str, shown: str) -> None:
    assert escape.plain(name) == shown


def test_a_limit_is_kept() -> None:
    assert escape.plain("abcdef", limit=4) == "abc…"


CONTEXTS = {
    "a sentence of an item": ("- **x**  \n  {}", {"bullet_list", "list_item", "strong"}, "x\n"),
    "a heading": ("### {}", {"heading"}, ""),
    "a quotation": ("> {}", {"blockquote"}, ""),
    "a paragraph": ("{}", set(), ""),
    "a bold line": ("- x  \n  **{}**", {"bullet_list", "list_item", "strong"}, "x\n"),
    "a link": (f"[{{}}]({OURS})", {"link"}, ""),
}


@pytest.mark.parametrize("context", CONTEXTS)
@given(name=names)
@example(name="a *b* [c](d) <e> `f` @g #1")
@example(name="1. \\# - x")
def test_nothing_comes_of_a_name_in_markdown_but_its_words(context: str, name: str) -> None:
    form, ours, before = CONTEXTS[context]
    assume(escape.plain(name).replace("\u200b", ""))

    found = read(form.replace("{}", escape.markdown(name)))

    assert found.kinds <= ours | {"paragraph"}
    assert found.links == ((OURS,) if context == "a link" else ())
    assert found.words.removeprefix(before) == escape.plain(name)
    escaped = escape.markdown(name)
    assert not REFERENCES.search(escaped)
    assert not LINKS.search(escaped)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_harmless_in_markdown(name: str) -> None:
    found = read(f"- **x**  \n  {escape.markdown(name)}")

    assert found.kinds <= {"bullet_list", "list_item", "paragraph", "strong"}
    assert found.words.removeprefix("x").strip() == escape.plain(name)


@given(names)
@every_hostile_name
def test_a_name_as_code_is_code_and_nothing_else(name: str) -> None:
    found = read(f"- **[{escape.code(name)}]({OURS})** · new")

    assert found.kinds == {
        "bullet_list",
        "list_item",
        "paragraph",
        "strong",
        "link",
        "code_inline",
    }
    assert found.links == (OURS,)
    shown = escape.plain(name).replace("\u200b", "") or " "
    assert found.words == f"{shown} · new"


@given(names)
@every_hostile_name
def test_a_name_as_code_at_the_start_of_a_line_opens_no_block(name: str) -> None:
    found = read(f"- x  \n  {escape.code(name)}")

    assert found.kinds == {"bullet_list", "list_item", "paragraph", "code_inline"}


@given(st.lists(names, max_size=5).map("\n".join))
@every_hostile_name
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    found = read(f"before\n\n{escape.code_block(text, limit=500)}\n\nafter")

    assert found.kinds == {"paragraph", "fence"}
    assert found.words == "beforeafter"


@given(names)
@every_hostile_name
def test_a_name_within_html_opens_no_tag(name: str) -> None:
    escaped = escape.html(name)

    found = Tags(f"<summary>{escaped}</summary>")

    assert found.tags == ["summary", "/summary"]
    assert found.words.replace("\u200b", "") == escape.plain(name).replace("\u200b", "")
    assert not REFERENCES.search(escaped)


@given(names)
@every_hostile_name
def test_a_name_in_slack_links_and_pings_nobody(name: str) -> None:
    escaped = escape.slack(name)

    assert not set("<>") & set(escaped)
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", escaped)
    unescaped = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped.replace("\u200b", "") == escape.plain(name).replace("\u200b", "")


def test_nothing_at_the_front_of_a_line_in_slack_is_taken_for_a_quotation() -> None:
    assert escape.slack("> 0.99") == "\u200b&gt; 0.99"
    assert escape.slack("a > b") == "a &gt; b"


def test_slacks_own_marks_style_no_name() -> None:
    assert escape.slack("*a* ~b~ `c` test_one _d_") == (
        "\u200b*a\u200b* \u200b~b\u200b~ \u200b`c\u200b` test_one \u200b_d\u200b_"
    )


@given(st.lists(names, max_size=6).map("\n".join), st.integers(1, 300))
def test_several_lines_are_cut_and_visible(text: str, limit: int) -> None:
    shown = escape.lines(text, limit=limit)

    hidden = {
        character
        for character in shown
        if unicodedata.category(character) in HIDDEN and character not in "\n\t"
    }
    assert not hidden
    assert shown.endswith("…") == (len(text) > limit) or text[:limit].endswith("…")


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://ci.example/a?b=c#d", True),
        ("http://ci.example", True),
        ("HTTPS://ci.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://a b", False),
        ("https://a)[x](b", False),
        ('https://a"onclick="x', False),
        ("https://a|b", False),
        ("https://a<b>", False),
        ("//ci.example", False),
        ("", False),
        ("https://ci.example\n", False),
    ],
)
def test_only_web_links_become_links(url: str, is_link: bool) -> None:
    assert escape.is_web_link(url) is is_link


@pytest.mark.parametrize(
    ("path", "is_inside"),
    [
        ("tests/test_cart.py", True),
        ("tests/Prüfung (1).py", True),
        ("..a/b..", True),
        ("", False),
        ("/etc/passwd", False),
        ("a/../../b", False),
        ("./a", False),
        ("a//b", False),
        ("a\\..\\b", False),
        ("a\nb", False),
        ("a\u202eb", False),
        ("x" * 1_000, True),
        ("x" * 1_001, False),
    ],
)
def test_only_paths_within_the_repository_are_linked(path: str, is_inside: bool) -> None:
    assert escape.is_path_inside(path) is is_inside
