"""Globs: what matches, what is refused, and that no pattern is slow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.globs import MOST_CHARACTERS, glob


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.spec.ts", ["a.spec.ts", "src/deep/a.spec.ts", ".spec.ts"], ["a.spec.tsx"]),
        ("**/*.spec.ts", ["a.spec.ts", "src/deep/a.spec.ts"], ["a.test.ts"]),
        ("node_modules/**", ["node_modules/a", "node_modules/a/b.js"], ["node_modules", "x/y"]),
        ("docs/", ["docs/a", "docs/a/b"], ["docs", "x/docs/a"]),
        ("/docs/*", ["docs/a"], ["docs/a/b", "x/docs/a"]),
        ("integration/**/*auth*", ["integration/auth_test.py", "integration/a/b/oauth.py"], ["a"]),
        ("**/*smoke*", ["test_smoke_login", "e2e/smoke.py"], ["smok"]),
        ("**/*.{spec,test}.ts", ["a.spec.ts", "b/a.test.ts"], ["a.ts", "a.{spec,test}.ts"]),
        ("test_add[1?]", ["test_add[10]", "x/test_add[12]"], ["test_add1", "test_add[1]"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("{a}", ["{a}"], ["a"]),
    ],
)
def test_a_pattern_matches_paths(pattern: str, matching: list[str], other: list[str]) -> None:
    assert [one for one in matching + other if glob(pattern).fits_path(one)] == matching


def test_a_whole_text_is_matched_from_its_start_to_its_end() -> None:
    assert glob("main").fits("main")
    assert not glob("main").fits("feature/main")
    assert glob("release/*").fits("release/2")
    assert not glob("release/*").fits("release/2/fix")
    assert glob("**").fits("release/2/fix")


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "A pattern must not be empty."),
        ("//", "A pattern must not be empty."),
        ("a***b", "“a***b” holds more than two asterisks in a row."),
        ("{a,{b,c}}", "“{a,{b,c}}” has braces within braces; write two patterns."),
        (
            "{a,b,c,d,e}" * 3,
            "“{a,b,c,d,e}{a,b,c,d,e}{a,b,c,d,e}” comes to more than 64 patterns; "
            "write fewer choices.",
        ),
        ("a" * 301, f"“{'a' * 60}…” is longer than 300 characters; shorten it."),
    ],
)
def test_what_is_no_pattern_is_refused_in_a_sentence(pattern: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        glob(pattern)

    assert str(refused.value) == sentence


def test_a_hostile_pattern_takes_no_more_steps_than_its_length_times_the_texts() -> None:
    class Counted(str):
        """A text that counts how often its characters are looked at."""

        looks = 0

        def __getitem__(self, key: object) -> str:
            Counted.looks += 1
            return super().__getitem__(key)  # type: ignore[index]

    pattern = glob("*a" * (MOST_CHARACTERS // 2))
    text = Counted("a" * 3_000 + "b")
    (segments,) = pattern.alternatives

    from app.core.globs import fits_segments

    assert not fits_segments(segments, [text])
    assert 0 < Counted.looks <= 3 * MOST_CHARACTERS * len(text)


@given(
    st.text("ab*?", min_size=1, max_size=8).filter(lambda one: "***" not in one),
    st.text("ab", max_size=8),
)
def test_a_segment_matches_as_the_same_expression_does(pattern: str, text: str) -> None:
    meant = re.compile(pattern.replace("*", ".*").replace("?", "."))
    found = glob(f"x/{pattern}") if pattern != "**" else glob("x/*")

    assert found.fits(f"x/{text}") == bool(meant.fullmatch(text))
