"""Secrets become unreadable, everything else stays as it was."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.reports import read_report
from app.core.reports.masking import MASK, is_harmless, mask
from app.core.reports.texts import clean, failure, kept

PIECES = (
    *("ghs_1_eyJ", "glrt-", "xoxc-", "xoxe.", "hf_", "hvs.", "ATATT3", "shpat_", "Authorization: "),
    *(
        "DB_PASS",
        "curl -u ",
        "--token ",
        "?sig",
        "<token>",
        "</",
        "=>",
        "==",
        "\\",
        '"',
        "account_key",
    ),
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
        ("ghs_123456_eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "***"),
        ("glrt-" + "a1B2" * 5, "***"),
        ("xoxc-123456789-abcdef", "***"),
        ("xoxe.xoxp-1-Mi0yLTEyMzQ1Njc4OTA", "***"),
        ("x hf_" + "aB" * 17, "x ***"),
        ("hvs.CAESIabcdefghijklmnopqrstuvwxyz", "***"),
        ("dckr_pat_" + "a1_" * 9, "***"),
        ("postgres://u:p@ss@host/db", "postgres://u:***@host/db"),
        ("https://" + "a1" * 12 + "@host/x", "https://***@host/x"),
        ("Authorization: ApiKey 0123456789abcdef", "Authorization: ApiKey ***"),
        ("Authorization: Frob 0123456789abcdef", "Authorization: Frob ***"),
        ('Authorization: Digest username="bob", response="0a1b2c"', "Authorization: Digest ***"),
        (
            "Authorization: AWS4-HMAC-SHA256 Credential=X/s3, SignedHeaders=host, Signature=fe5f",
            "Authorization: AWS4-HMAC-SHA256 ***",
        ),
        (
            "map[Authorization:[Bearer abc.def] Host:[x]]",
            "map[Authorization:[Bearer ***] Host:[x]]",
        ),
        ("X-Vault-Token: s.abcdefgh", "X-Vault-Token: ***"),
        ("assert user.password == 'hunter2'", "assert user.password == '***'"),
        ("assert password != 'hunter2'", "assert password != '***'"),
        ('{"password"=>"hunter2"}', '{"password"=>"***"}'),
        (r'"{\"password\":\"hunter2\",\"n\":1}"', r'"{\"password\":\"***\",\"n\":1}"'),
        (r'password="hun\"ter2" n=1', 'password="***" n=1'),
        ('password="hunter2 and the text is cut', 'password="***'),
        ("<password>hunter2</password>", "<password>***</password>"),
        ("psql --password hunter2 -h db", "psql --password *** -h db"),
        ("curl -u shop:hunter2 https://x", "curl -u shop:*** https://x"),
        ("DB_PASS=hunter2", "DB_PASS=***"),
        ("AccountKey=aGVsbG8=;Suffix=x", "AccountKey=***;Suffix=x"),
        ("NPM_TOKEN=0123456789abcdef", "NPM_TOKEN=***"),
        ("/api?token=0123456789abcdef&x=1", "/api?token=***&x=1"),
        ("/b?se=1&sig=abc%2Fdef0123456789", "/b?se=1&sig=***"),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----\nrest",
            "-----BEGIN PRIVATE KEY----- ***\nrest",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest",
            "-----BEGIN PRIVATE KEY----- ***\nrest",
        ),
    ],
)
def test_secrets_are_masked(text: str, expected: str) -> None:
    assert mask(text) == expected
    assert mask(expected) == expected
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
        "the class sk-spinner-three-bounce-child",
        "Invalid password: must have 8 characters",
        "secret-service: failed to start",
        "function login(password: string)",
        "fetch(url, {credentials: 'include'})",
        "id_token: missing",
        "PWD=/home/runner/work/shop/shop",
        "token: Identifier",
        "first_pass=true, 12 passed",
        "docker run -u 1000:1000 shop",
        "http://localhost:8080/a@b",
        "GET /list?sort=name&key=total",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", ["eyJ-", "eyJaaaaaaaaa-", "sk-", "curl -u ", "pwd", "api_key_"])
def test_what_begins_like_a_secret_again_and_again_is_soon_looked_through(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    assert mask(text) == text


@given(st.text(), st.text())
def test_a_token_is_masked_wherever_it_stands(before: str, after: str) -> None:
    token = "ghp_" + "x9Y8" * 9

    assert token not in mask(f"{before} {token} {after}")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8))
def test_what_is_called_harmless_has_nothing_to_mask_or_to_clean(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert not is_harmless(text) or mask(clean(text)) == text


TEXT = st.lists(st.sampled_from([*PIECES, "\n", " ", "a" * 99]), max_size=8).map("".join)


@given(TEXT, TEXT, TEXT, st.sampled_from([40, 4_000]))
def test_a_failure_looked_at_as_a_whole_is_kept_as_each_of_its_texts(
    type_: str, message: str, trace: str, limit: int
) -> None:
    found = failure(limit=limit, type=type_, message=message, trace=trace)

    assert found[:3] == tuple(kept(text, limit) for text in (type_, message, trace))


def test_a_plain_trace_is_harmless() -> None:
    assert is_harmless('File "shop/cart.py", line 7, in total\n\tassert 2 == 3  # not_two\n')


@given(st.text(alphabet="abcpasswordtokensecret=:'\" \nİß", max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_what_masking_makes_a_secret_is_masked_too() -> None:
    text = "ost://osPASSWORDt://sunPer;0@d"

    assert mask(text) == mask(mask(text)) == "ost://osPASSWORDt:***"
    assert mask(f"password={'x' * 5000} rest") == "password=*** rest"


def test_a_secret_beside_what_is_no_unicode_is_masked() -> None:
    assert mask("\ud800 password=hunter2") == f"\ud800 password={MASK}"
    assert mask("\udfff ghp_" + "x9Y8" * 9) == f"\udfff {MASK}"


def test_a_file_that_is_no_report_is_refused_without_its_secrets() -> None:
    with pytest.raises(BadInput, match=r"begins with “API_TOKEN=\*\*\* and more”"):
        read_report(BytesIO(b"API_TOKEN=0123456789abcdef and more"))
