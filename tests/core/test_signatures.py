"""Signatures: equal text but for its changing parts, equal signature."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.outcomes import Failure
from app.core.signatures import SIGNATURE_BYTES, signature


def of(message: str, type_: str | None = "AssertionError") -> bytes:
    """The signature of a failure with this message."""
    return signature(Failure(type=type_, message=message))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("expected 200, got 503", "expected 204, got 500"),
        ("took 3.5 s", "took 12 s"),
        ("<Cart object at 0x7f3a91bc>", "<Cart object at 0x10>"),
        (
            "no job 0b7e6f1c-91aa-4f5e-8b0e-0d2f1f7a9c11",
            "no job 5d1c0c54-2f6b-4f0e-9d3b-aaaaaaaaaaaa",
        ),
        ("cannot open /tmp/pytest-of-ci/17/cart.db", "cannot open /var/folders/xy/T/cart.db"),
        (r"cannot open C:\Users\ci\cart.db", r"cannot open D:\a\17\cart.db"),
        ("no fixture 'cart-9' here", "no fixture 'basket' here"),
        ('no fixture "cart" here', 'no fixture "basket" here'),
        ("\x1b[31mboom\x1b[0m", "boom"),
        ("unknown revision 4f2c1d9e", "unknown revision a93b77c"),
    ],
)
def test_what_changes_from_run_to_run_is_masked(one: str, other: str) -> None:
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("connection refused", "connection reset"),
        ("expected 200", "expected 200, got 503"),
        ("defaced facade", "effaced decade"),
        ("and/or", "or/and"),
    ],
)
def test_different_words_are_a_different_cause(one: str, other: str) -> None:
    assert of(one) != of(other)


def test_the_type_is_part_of_the_cause() -> None:
    assert of("boom", "TimeoutError") != of("boom", "AssertionError")
    assert of("boom", None) == of("boom", "")


def test_the_trace_stands_in_for_a_message_that_is_missing() -> None:
    traced = signature(Failure(type="E", trace="line 7: boom"))

    assert traced == signature(Failure(type="E", message="line 9: boom", trace="another"))


def test_what_is_masked_does_not_move_what_counts_of_a_long_message() -> None:
    short, long = (f"no file {path} " + "detail " * 200 for path in ("/a/b", "/tmp/" + "x" * 90))

    assert of(short) == of(long)


def test_the_far_end_of_a_message_is_a_detail() -> None:
    assert of("boom " * 120 + "here") == of("boom " * 120 + "there")


@pytest.mark.parametrize(
    "message",
    ["'" * 16_384, "/a" * 8_192, "0x" + "f" * 16_384, "\ud800 lone", "", "\0", "\x1b[" * 8_192],
)
def test_any_text_has_a_signature(message: str) -> None:
    assert len(of(message)) == SIGNATURE_BYTES


@given(
    st.lists(st.text("abcxyz ", min_size=1), min_size=1, max_size=6),
    st.data(),
)
def test_numbers_between_the_words_do_not_matter(words: list[str], data: st.DataObject) -> None:
    def filled() -> str:
        numbers: Sequence[int] = data.draw(
            st.lists(st.integers(0, 10**6), min_size=len(words), max_size=len(words))
        )
        return "".join(f"{word} ({number})" for word, number in zip(words, numbers, strict=True))

    assert of(filled()) == of(filled())
