"""The text of a token, and when it opens its project."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tokens import ProjectToken, TokenState, repo_of, token_text

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRETS = st.text("abcXYZ019_-", min_size=43, max_size=43)
IDS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@given(repo_id=IDS, secret=SECRETS)
def test_a_token_names_its_repository(repo_id: int, secret: str) -> None:
    assert repo_of(token_text(repo_id, secret)) == repo_id


@given(text=st.text())
def test_any_other_text_names_none(text: str) -> None:
    assert repo_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fgt_1_" + "a" * 42,
        "fgt_1_" + "a" * 44,
        "fgt_1_" + "a" * 43 + "\n",
        "fgt__" + "a" * 43,
        "fgt_G_" + "a" * 43,
        "fgt_" + "1" * 17 + "_" + "a" * 43,
        "ghs_1_" + "a" * 43,
    ],
)
def test_what_only_looks_like_a_token_names_none(text: str) -> None:
    assert repo_of(text) is None


@pytest.mark.parametrize(
    ("ends", "revoked", "state"),
    [
        (None, None, TokenState.ACTIVE),
        (timedelta(seconds=1), None, TokenState.ROTATED),
        (timedelta(0), None, TokenState.EXPIRED),
        (None, timedelta(0), TokenState.REVOKED),
        (timedelta(seconds=1), timedelta(0), TokenState.REVOKED),
    ],
)
def test_a_tokens_state_follows_from_its_times(
    ends: timedelta | None, revoked: timedelta | None, state: TokenState
) -> None:
    token = ProjectToken(
        id=1,
        repo_id=-2,
        project="gitlab:acme/shop",
        name="ci",
        created_at=NOW,
        last_used_at=None,
        ends_at=None if ends is None else NOW + ends,
        revoked_at=None if revoked is None else NOW + revoked,
        replaces=None,
    )

    assert token.state(NOW) is state
