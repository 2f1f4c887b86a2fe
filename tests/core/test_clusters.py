"""Clusters: which texts are alike, where they are looked for, and which say too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.categories import category_of
from app.core.clusters import ALIKE, BANDS, Wording, bands_of, likeness, wording_of
from app.core.outcomes import Failure
from app.core.signatures import told


def of(message: str, type_: str = "", trace: str = "") -> Wording:
    """The wording of a failure."""
    one = told(Failure(type=type_ or None, message=message, trace=trace or None))
    return wording_of(one, category_of(one.type, one.message))


def shared(one: str, other: str) -> int:
    """In how many bands two texts lie in one place."""
    return sum(a == b for a, b in zip(bands_of(one), bands_of(other), strict=True))


def test_the_words_of_type_and_message_count_and_no_numbers() -> None:
    assert of("no mail after 30 s", "SmtpError").words == ("smtperror", "no", "mail", "after")


def test_frames_outside_of_tests_count_and_the_tests_own_do_not() -> None:
    trace = (
        '  File "/ci/tests/test_mail.py", line 1, in test_sent\n'
        '  File "/ci/tests/conftest.py", line 9, in wait_for\n'
    )

    assert of("no", trace=trace).words == ("no", "tests/conftest.py:wait_for")


@pytest.mark.parametrize(
    ("message", "type_"),
    [
        ("assert 3 == 4", "AssertionError"),
        ("expected: <5> but was: <3>", "org.opentest4j.AssertionFailedError"),
        ("expect(received).toBe(expected)", "Error"),
        ("it failed", ""),
        ("", ""),
        ("'cart'", "KeyError"),
    ],
)
def test_the_words_of_any_assertion_say_too_little(message: str, type_: str) -> None:
    assert not of(message, type_).is_telling


@pytest.mark.parametrize(
    ("message", "type_", "trace"),
    [
        ("Timeout", "", ""),  # a kind of trouble
        ("no mail was accepted by the relay", "", ""),  # enough words
        ("assert False", "AssertionError", '  File "/ci/tests/conftest.py", line 9, in wait_for'),
    ],
)
def test_what_names_its_trouble_or_its_place_is_telling(
    message: str, type_: str, trace: str
) -> None:
    assert of(message, type_, trace).is_telling


LONG = "timed out after waiting for the mail server to accept the message of this test case"


def test_texts_of_which_one_word_differs_are_alike_and_share_a_place() -> None:
    other = LONG.replace("accept", "take")

    assert likeness(LONG, other) > ALIKE
    assert shared(LONG, other) > 0


def test_texts_with_other_words_are_not_alike() -> None:
    other = "connection to the database at this address was refused by its host"

    assert likeness(LONG, other) < 0.2
    assert likeness("", "") == 1.0


def test_the_places_of_a_text_never_change() -> None:
    assert bands_of("timeouterror no mail")[:2] == PLACES
    assert len(bands_of("x")) == BANDS


PLACES = (8330843884686134596, 849914989959259087)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=12).map(" ".join))
def test_a_text_is_found_where_its_equal_is(words: str) -> None:
    assert shared(words, words) == BANDS
    assert likeness(words, words) == 1.0


@given(*[st.lists(st.sampled_from("abcdefgh"), max_size=12).map(" ".join)] * 2)
def test_likeness_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0
