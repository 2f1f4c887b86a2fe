"""Policy files that are broken, hostile, or of whatever text: each fault has its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.policy.keys import KEYS
from app.core.policy.reading import read_policy
from app.core.policy.tree import ALIASES, MOST_CHARACTERS, TAGS
from tests.core.policy.test_reading import faults


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x [1]\nb: *x", f"1:4 {ALIASES}"),
        ("mode: *x", f"1:7 {ALIASES}"),
        ("a: !!python/name:os.system", f"1:4 {TAGS}"),
        ("mode: act\n---\nmode: act", "2:1 A policy is one document; remove the second `---`."),
        ("[" * 60_000, "1:10 This lies within more than 8 others."),
        ("a: 1\n" * 20_000, "1:1 The file is longer than 64000 characters."),
        ("mode: a\0ct", "1:1 This is no text file."),
        ("mode: \ud800", "1:1 The file holds characters that no text has."),
        ("- mode", "1:1 The file must be a mapping of keys to values, not a list."),
        ("mode: act\nmode: act", "2:1 `mode` was set in line 1 already."),
        ("? [mode]\n: act", "1:3 The file has a key that is a list; a key is a text."),
        ("mode: [act", "2:1 This is no YAML: did not find expected ',' or ']'."),
    ],
)
def test_hostile_and_broken_yaml_is_refused_at_its_place(text: str, sentence: str) -> None:
    assert faults(text) == [sentence]


def test_more_keys_and_values_than_any_policy_has_are_refused() -> None:
    text = "exempted_tests: [" + "a," * 30_000 + "]"

    assert len(text) < MOST_CHARACTERS
    assert faults(text)[0].endswith("The file holds more than 10000 keys and values.")


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    reading = read_policy(text)

    assert (reading.policy is None) == bool(reading.faults)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(KEYS)), st.text(" []{}:,-'0129.ab*\n", max_size=12)))
)
def test_no_value_of_a_known_key_makes_the_reader_stumble(lines: list[tuple[str, str]]) -> None:
    reading = read_policy("\n".join(f"{key}: {value}" for key, value in lines))

    assert (reading.policy is None) == bool(reading.faults)
