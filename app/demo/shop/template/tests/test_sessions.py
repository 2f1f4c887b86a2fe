from datetime import UTC, datetime, timedelta

import pytest

from shop.sessions import LIFETIME, Sessions

NOON = datetime(2024, 3, 8, 12, tzinfo=UTC)


@pytest.fixture
def sessions():
    return Sessions()


def test_a_token_names_its_customer(sessions):
    token = sessions.sign_in("ada", NOON)
    assert sessions.customer(token, NOON) == "ada"


def test_a_session_ends_by_itself(sessions):
    token = sessions.sign_in("ada", NOON)
    assert sessions.customer(token, NOON + LIFETIME - timedelta(seconds=1)) == "ada"
    assert sessions.customer(token, NOON + LIFETIME) is None


def test_signing_out_ends_a_session(sessions):
    token = sessions.sign_in("ada", NOON)
    sessions.sign_out(token)
    assert sessions.customer(token, NOON) is None
