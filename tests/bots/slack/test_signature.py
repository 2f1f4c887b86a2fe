"""The form, age and HMAC of Slack's requests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.signature import BadForm, BadSignature, Form, check_form, is_signed

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DIGITS = "0123456789abcdef" * 4


def headers(timestamp: str | None = None, signature: str | None = None) -> dict[str, str]:
    return {
        "x-slack-request-timestamp": str(int(AT.timestamp())) if timestamp is None else timestamp,
        "x-slack-signature": f"v0={DIGITS}" if signature is None else signature,
    }


def test_the_form_of_a_request_is_read_from_its_headers() -> None:
    assert check_form(headers(), now=AT) == Form(
        timestamp=str(int(AT.timestamp())), signature=DIGITS
    )


@pytest.mark.parametrize("name", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
def test_a_missing_header_is_named(name: str) -> None:
    told = headers()
    del told[name.lower()]

    with pytest.raises(BadForm) as refusal:
        check_form(told, now=AT)

    assert str(refusal.value) == f"The header {name} is missing: this is not a request from Slack."


@pytest.mark.parametrize("timestamp", ["now", "-1", "1.5", "1" * 13, "1\n", "\u0661", "0x10", " 1"])
def test_an_odd_timestamp_is_refused(timestamp: str) -> None:
    with pytest.raises(BadForm) as refusal:
        check_form(headers(timestamp), now=AT)

    assert str(refusal.value) == "The header X-Slack-Request-Timestamp is no number of seconds."


@pytest.mark.parametrize("skew", [timedelta(minutes=5), -timedelta(minutes=5)])
def test_a_request_of_five_minutes_ago_is_taken(skew: timedelta) -> None:
    assert check_form(headers(), now=AT + skew).signature == DIGITS


@pytest.mark.parametrize("skew", [timedelta(seconds=301), -timedelta(seconds=301)])
def test_an_older_request_is_refused_as_a_replay(skew: timedelta) -> None:
    with pytest.raises(BadSignature) as refusal:
        check_form(headers(), now=AT + skew)

    assert str(refusal.value) == (
        "The request was signed more than five minutes from now; "
        "if it is new, one of the two clocks is wrong."
    )


@pytest.mark.parametrize(
    "signature",
    [f"v1={DIGITS}", f"v0={DIGITS[1:]}", f"v0={DIGITS}0", DIGITS, f"v0={DIGITS[1:]}\u0661", "v0="],
)
def test_a_signature_of_another_form_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature) as refusal:
        check_form(headers(signature=signature), now=AT)

    assert str(refusal.value) == (
        "The header X-Slack-Signature is not v0= and 64 hexadecimal digits."
    )


def test_slack_s_own_example_is_verified() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    form = Form(
        timestamp="1531420618",
        signature="a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    )

    assert is_signed(body, form, b"8f742231b10e8888abcd99yyyzzz85a5")
    assert not is_signed(body + b" ", form, b"8f742231b10e8888abcd99yyyzzz85a5")
    assert not is_signed(body, form, b"another")


@given(timestamp=st.text(max_size=20), signature=st.text(max_size=80))
def test_whatever_the_headers_say_they_are_read_or_refused(timestamp: str, signature: str) -> None:
    try:
        form = check_form(headers(timestamp, signature), now=AT)
    except (BadForm, BadSignature):
        return
    assert form.timestamp == timestamp
    assert signature.lower() == f"v0={form.signature}"
