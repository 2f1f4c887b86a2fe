"""CODEOWNERS: GitHub's own examples, what is skipped, and the patterns against an expression."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.owners import owners_of, parse


def owner(path: str, pattern: str) -> bool:
    """Whether a rule of this pattern owns the path."""
    rules, warnings = parse(f"{pattern} @ann")
    assert not warnings
    return owners_of(path, rules) == ("@ann",)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*", ["a", "a/b.py", ".github/x"], []),
        ("*.js", ["a.js", "src/deep/a.js", "a.js/inside"], ["a.ts", "ajs"]),
        ("/build/logs/", ["build/logs/a", "build/logs/b/c"], ["build/logs", "x/build/logs/a"]),
        ("docs/*", ["docs/a.md"], ["docs/build/a.md", "x/docs/a.md", "docs"]),
        ("apps/", ["apps/a", "x/apps/a/b"], ["apps", "apps.py"]),
        ("/docs/", ["docs/a", "docs/b/c"], ["x/docs/a"]),
        ("/apps/github", ["apps/github", "apps/github/a"], ["apps/githubs", "x/apps/github"]),
        ("**/logs", ["logs/a", "build/logs", "a/b/logs/c"], ["catalogs/a"]),
        ("/a/**/z", ["a/z", "a/b/z", "a/b/c/z", "a/b/z/in"], ["a/b", "b/a/z"]),
        ("src/**", ["src/a", "src/a/b"], ["src", "x/src/a"]),
        ("test_?.py", ["test_a.py", "x/test_b.py"], ["test_ab.py", "test_.py"]),
        ("a\\ b/c", ["a b/c"], ["a", "b/c"]),
        ("\\*.py", ["*.py"], ["a.py"]),
        ("app/[id]/page.tsx", ["app/[id]/page.tsx"], ["app/i/page.tsx"]),
        ("/Docs/", ["Docs/a"], ["docs/a"]),
    ],
)
def test_a_pattern_matches_as_github_says(
    pattern: str, matching: list[str], other: list[str]
) -> None:
    assert [path for path in matching + other if owner(path, pattern)] == matching


def test_the_last_rule_that_matches_wins_and_may_name_nobody() -> None:
    rules, warnings = parse(
        "# everything\n*  @org/core  ann@example.org # in doubt\n\n/apps/ @bob\n/apps/github\n"
    )

    assert warnings == []
    assert owners_of("README.md", rules) == ("@org/core", "ann@example.org")
    assert owners_of("apps/web/a.py", rules) == ("@bob",)
    assert owners_of("apps/github/a.py", rules) == ()
    assert owners_of("README.md", rules[1:]) == ()
    assert [rule.line for rule in rules] == [2, 4, 5]


def test_lines_that_github_skips_are_skipped_with_a_sentence() -> None:
    rules, warnings = parse("!a @ann\na*** @ann\n/ @ann\nb ann @bob\n*.py @ann\n")

    assert [rule.pattern for rule in rules] == ["*.py"]
    assert warnings == [
        "Line 1 of CODEOWNERS is skipped: “!a” begins with “!”, and patterns cannot be negated.",
        "Line 2 of CODEOWNERS is skipped: “a***” holds more than two asterisks in a row.",
        "Line 3 of CODEOWNERS is skipped: “/” names no file or folder.",
        "Line 4 of CODEOWNERS is skipped: “ann” is no @login, no @organisation/team and no e-mail"
        " address.",
    ]


def test_a_mark_at_the_beginning_hides_no_rule() -> None:
    rules, warnings = parse("\ufeff*.py @ann\r\n*.js @bob\r\n")

    assert warnings == []
    assert [(rule.pattern, rule.owners, rule.line) for rule in rules] == [
        ("*.py", ("@ann",), 1),
        ("*.js", ("@bob",), 2),
    ]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_a_line_ends_where_github_ends_it(sign: str) -> None:
    rules, warnings = parse(f"# ours{sign}* @nobody\ndocs/ @ann{sign}@bob\r\na\\\r\n*.py @eve\n")

    assert warnings == []
    assert [(rule.pattern, rule.owners, rule.line) for rule in rules] == [
        ("docs/", ("@ann", "@bob"), 2),
        ("a\\", (), 3),
        ("*.py", ("@eve",), 4),
    ]


def test_a_file_that_github_finds_too_large_has_no_rules() -> None:
    assert parse("* @ann\n" + "#" * 3_000_000) == (
        [],
        ["CODEOWNERS is larger than 3 MB, so GitHub does not read it and we do not."],
    )


def test_a_pattern_made_to_be_slow_is_not() -> None:
    assert not owner("a" * 2_000, "*a" * 300 + "b")
    assert not owner("a/" * 2_000 + "c", "**/a/" * 300 + "b")


def expression(pattern: str) -> re.Pattern[str]:
    """The same pattern as a regular expression, put together in another way."""
    body = pattern.strip("/")
    start = "" if pattern.startswith("/") or "/" in body else "(?:.*/)?"
    written = re.escape(body).replace(r"\*\*/", "(?:.*/)?").replace(r"/\*\*", "/.+")
    written = written.replace(r"\*\*", ".+").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    if pattern.endswith("/"):
        end = "/.+"
    else:
        end = "" if body.split("/")[-1] in ("*", "**") else "(?:/.+)?"
    return re.compile(f"{start}{written}{end}", re.DOTALL)


NAMES = st.text(alphabet="ab", min_size=1, max_size=3)
GLOBS = st.one_of(
    st.just("**"), st.text(alphabet="ab*?", min_size=1, max_size=4).filter(lambda g: "**" not in g)
)


@given(
    parts=st.lists(NAMES, min_size=1, max_size=4),
    globs=st.lists(GLOBS, min_size=1, max_size=3),
    before=st.sampled_from(["", "/"]),
    after=st.sampled_from(["", "/"]),
)
def test_patterns_match_as_their_expressions_do(
    parts: list[str], globs: list[str], before: str, after: str
) -> None:
    pattern, path = before + "/".join(globs) + after, "/".join(parts)

    assert owner(path, pattern) == bool(expression(pattern).fullmatch(path))


@given(st.text(max_size=200))
def test_any_text_is_parsed(text: str) -> None:
    rules, warnings = parse(text)

    assert len(rules) + len(warnings) <= len(text.splitlines())
    for rule in rules:
        assert owners_of("src/a.py", [rule]) in ((), rule.owners)
