"""Secrets become unreadable, everything else stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.reports.masking import MASK, is_harmless, mask
from app.core.reports.texts import clean

PIECES = (
    *("ghp_", "gho_", "github_pat_", "fgt_n1_", "glpat-", "xoxb-", "xapp-", "AKIA", "ASIA", "AIza"),
    *("ya29.", "rk_live_", "sk_test_", "sk-", "npm_", "pypi-", "SG.", "dop_v1_", "eyJ", "ABCD1234"),
    *("https://hooks.slack.com/", "https://", "Bearer ", "PassWord", "pwd", "passphrase", "SECRET"),
    *("api-key", "access_key", "privatekey", "credential", "id_token", "cookie", "authorization"),
    *(
        "-----BEGIN PRIVATE KEY-----",
        "=",
        ": ",
        "a:b@",
        "x9Y8" * 10,
        "af09" * 10,
        "\x7f",
        "\x1b[0m",
    ),
)
"""What secrets begin with, stand beside, or are made of."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ghp_" + "a" * 36, "***"),
        ("x github_pat_" + "A1" * 20 + " y", "x *** y"),
        ("'a\\nghp_" + "a" * 36 + "'", "'a\\n***'"),
        ("'a\\nsk-" + "a1" * 12 + "'", "'a\\n***'"),
        ("xghp_" + "a" * 36, "x***"),
        ("glpat-" + "a1B2" * 5, "***"),
        ("xoxb-123456789012-abcdef", "***"),
        ("xapp-1-A0000-1234567890", "***"),
        ("AKIA" + "ABCD1234" * 2, "***"),
        ("AIza" + "x" * 35, "***"),
        ("sk_live_" + "a1" * 12, "***"),
        ("npm_" + "a1" * 18, "***"),
        ("pypi-" + "Ag" * 30, "***"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "***"),
        ("postgresql://shop:hunter2@db/shop", "postgresql://shop:***@db/shop"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("'Authorization': 'Basic dXNlcjpwYXNz'", "'Authorization': 'Basic ***'"),
        ("Cookie: a=1; session=2", "Cookie: ***"),
        ("PASSWORD=hunter2 rest", "PASSWORD=*** rest"),
        ('{"password": "hunter2", "n": 1}', '{"password": "***", "n": 1}'),
        ("db_password='a b c'", "db_password='***'"),
        ("AWS_SECRET_ACCESS_KEY=abc/def+1", "AWS_SECRET_ACCESS_KEY=***"),
        ("api_key: 12345", "api_key: ***"),
        (":client_secret => 'x1'", ":client_secret => '***'"),
        ("access_token=ya29.abc", "access_token=***"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest",
            "-----BEGIN PRIVATE KEY----- ***\nrest",
        ),
    ],
)
def test_secrets_are_masked(text: str, expected: str) -> None:
    assert mask(text) == expected
    assert not is_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        "the task-with-a-name-of-many-words",
        "SyntaxError: Unexpected token: }",
        "assert password is None",
        "password=None",
        "expected secret: null",
        "KeyError: 'key'",
        "https://example.org/path?x=1",
        "tests/test_tokens.py:12: AssertionError",
        "İstanbul: 1 != 2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(), st.text())
def test_a_token_is_masked_wherever_it_stands(before: str, after: str) -> None:
    token = "ghp_" + "x9Y8" * 9

    assert token not in mask(f"{before} {token} {after}")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8))
def test_what_is_called_harmless_has_nothing_to_mask_or_to_clean(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert not is_harmless(text) or mask(clean(text)) == text


def test_a_plain_trace_is_harmless() -> None:
    assert is_harmless('File "shop/cart.py", line 7, in total\n\tassert 2 == 3  # not_two\n')


@given(st.text(alphabet="abcpasswordtokensecret=:'\" \nİß", max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_a_secret_beside_what_is_no_unicode_is_masked() -> None:
    assert mask("\ud800 password=hunter2") == f"\ud800 password={MASK}"
    assert mask("\udfff ghp_" + "x9Y8" * 9) == f"\udfff {MASK}"
