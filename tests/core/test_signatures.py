"""Signatures: equal text but for its changing parts, equal signature."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.outcomes import Failure
from app.core.reports import Limits, read_report
from app.core.signatures import (
    SIGNATURE_BYTES,
    SIGNATURE_VERSION,
    Told,
    signature,
    told,
)

REPORTS = Path(__file__).parents[3] / "shared" / "reports"


def failures_of(folder: Path) -> Iterator[Failure]:
    """Every failure with a text in the reports of a folder; what is no report is passed by."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".zip", ".md", ".tsv"}:
            with path.open("rb") as file, suppress(BadInput):
                cases = list(read_report(file, limits=Limits()))
                ends = [end for case in cases for end in case.executions]
                yield from (end.failure for end in ends if end.failure)


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
        (
            "no job 550E8400-E29B-41D4-A716-446655440000",
            "no job F6A459EA-EE8A-3CA4-894E-DB77E160355E",
        ),
        ("9F86D081884C7D659A2FEAA0C55AD015 bad", "E3B0C44298FC1C149AFBF4C8996FB924 bad"),
        ("no Cart@1b2c3d in it", "no Cart@5e91993f in it"),
        ("off by -3", "off by 12"),
        ("till 9:00:00 PM", "till 11:30:00 AM"),
        ("cannot open /tmp/pytest-of-ci/17/cart.db", "cannot open /var/folders/xy/T/cart.db"),
        (r"cannot open C:\Users\ci\cart.db", r"cannot open D:\a\17\cart.db"),
        ("no fixture 'cart-9' here", "no fixture 'basket' here"),
        ('no fixture "cart" here', 'no fixture "basket" here'),
        ("\x1b[31mboom\x1b[0m", "boom"),
        ("unknown revision 4f2c1d9e", "unknown revision a93b77c"),
        ("connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED 10.0.0.12:33061"),
        ("at 2026-03-02T10:00:00.123Z", "at 2025-12-31 23:59"),
        ("on Mon, 02 Mar 2026 10:00:00", "on Tue, 31 Dec 2025 23:59:59"),
        ("waited 30000ms", "waited 3 seconds"),
        ("expected:<5> but was:<a>", "expected:<17> but was:<b c>"),
        ("no file `a.txt`", "no file `b/c.txt`"),
        ("\u201cold\u201d is not \u2018new\u2019", "\u201ca\u201d is not \u2018b\u2019"),
        ("1e-9 off", "0.25 off"),
        ("a\n   b", "a b"),
        ("no route to 2001:db8::1", "no route to fe80::1ff:fe23:4567:890a%eth0"),
        ("no route to fd12:3456:789a:1::c0de", "no route to ::ffff:10.0.0.1"),
        ("no route to 0:0:0:0:0:0:0:1", "no route to FE80:0:0:0:1FF:FE23:4567:890A%2"),
        ("connect ECONNREFUSED ::1:5432", "connect ECONNREFUSED 127.0.0.1:33061"),
        ("dial tcp [::1]:5432: refused", "dial tcp [fe80::a1%en0]:33061: refused"),
        ("dial tcp [::1]:5432: refused", "dial tcp 10.0.0.12:33061: refused"),
        ("waited 1h2m3s", "waited 15.25s"),
        ("waited 2m30.005s", "waited 700ms"),
        ("waited 1h 30m", "waited 3 seconds"),
        ("waited 1 minute 30 seconds", "waited 2 hours, 1 min"),
        ("waited PT3.2S", "waited PT1H30M0.05S"),
        ("waited P1DT2H", "waited PT-3S"),
        ("PT3.2S is over", "12 s is over"),
        ("no tmpab12cd here", "no tmpz9_q1xk7 here"),
        ("no tmpqwhzkvob.db", "no tmp0d3ll2_a.db"),
        ("no tmp.Ab3dE6gH9k", "no tmp.zzZ01Zz8aB"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
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
        ("can't stop won't", "can't go won't"),
        ("error BC30451", "error AC30451"),
        ("no e2e::add", "no e2e::fade"),
        ("no cafe::add", "no face::add"),
        ("no shop::cart::add", "no shop::cart::ceil"),
        ("case fe.py::add", "case fe.py::face"),
        ("PTA says", "PTO says"),
        ("no tmp_path", "no tmp_file"),
        ("no tmp_folders", "no tmp_bundles"),
        ("tmp.existsSync", "tmp.createSync"),
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


def test_the_frames_of_the_repositorys_own_are_part_of_the_cause() -> None:
    def traced(file: str, line: int) -> bytes:
        frames = (
            f'  File "/ci/{file}", line {line}, in add\n  File "/lib/python3/x.py", line 1, in y'
        )
        return signature(Failure(type="E", message="no", trace=frames))

    assert traced("shop/cart.py", 4) == traced("shop/cart.py", 44)
    assert traced("shop/cart.py", 4) != traced("shop/mail.py", 4)


def test_a_message_that_says_nothing_is_not_taken_for_one() -> None:
    one = told(Failure(message="Failed", trace="    cart_test.go:6: want 3, got 4"))

    assert one == Told("", "cart_test.go:#: want #, got #", ("cart_test.go:",))


@pytest.mark.parametrize(
    ("failure", "type_"),
    [
        (Failure(message="Error: KeyError: 'x'"), "KeyError"),
        (Failure(message="java.io.IOException: no"), "java.io.IOException"),
        (Failure(message="no", trace="App\\Cart\\EmptyException: no"), "App\\Cart\\EmptyException"),
        (Failure(type="\x1b[31mTypeError\x1b[0m", message="no"), "TypeError"),
        (Failure(message="nothing of the kind"), ""),
    ],
)
def test_the_type_is_read_from_the_text_where_the_report_does_not_tell_it(
    failure: Failure, type_: str
) -> None:
    assert told(failure).type == type_


def test_a_signature_tells_which_version_made_it() -> None:
    assert of("boom")[0] == SIGNATURE_VERSION


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the collected reports are not here")
def test_real_failures_keep_their_signature_on_another_day_and_machine() -> None:
    found = 0
    for failure in failures_of(REPORTS):
        later = failure._replace(
            message=(failure.message or "").replace("/home/runner/work", "/builds/agent/7"),
            trace=(failure.trace or "").replace("/home/runner/work", "/builds/agent/7"),
        )
        assert signature(later) == signature(failure)
        found += 1

    assert found > 900


@pytest.mark.parametrize(
    "message",
    [
        "'" * 16_384,
        "/a" * 8_192,
        "a:" * 8_192,
        "1h" * 8_192,
        "1 m, " * 4_096,
        "0x" + "f" * 16_384,
        "\ud800 lone",
        "",
        "\0",
        "\x1b[" * 8_192,
    ],
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
