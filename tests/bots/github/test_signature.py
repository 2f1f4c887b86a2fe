"""The form of a delivery's headers, and the HMAC of its body."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.github.signature import BadForm, BadSignature, Form, check_form, is_signed

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
DIGITS = "0123456789abcdef" * 4


def headers(**changed: str | None) -> dict[str, str]:
    usual = {
        "x-github-event": "workflow_run",
        "x-github-delivery": GUID,
        "x-hub-signature-256": f"sha256={DIGITS}",
    }
    told = usual | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in told.items() if value is not None}


def signed(body: bytes, secret: bytes) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_the_form_of_a_delivery_is_read_from_its_headers() -> None:
    assert check_form(headers()) == Form(event="workflow_run", guid=GUID, signature=DIGITS)


def test_digits_of_a_signature_may_be_upper_case() -> None:
    form = check_form(headers(x_hub_signature_256=f"sha256={DIGITS.upper()}"))

    assert form.signature == DIGITS


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("X-GitHub-Event", "x_github_event"),
        ("X-GitHub-Delivery", "x_github_delivery"),
        ("X-Hub-Signature-256", "x_hub_signature_256"),
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_header_is_named(name: str, said: str, value: str | None) -> None:
    with pytest.raises(BadForm) as refusal:
        check_form(headers(**{said: value}))

    assert str(refusal.value) == (
        f"The header {name} is missing: this is not a delivery from GitHub."
    )


@pytest.mark.parametrize(
    "event", ["Workflow", "a" * 65, "workflow run", "push\n", "<script>", "é", "_push", "1"]
)
def test_an_odd_event_is_refused(event: str) -> None:
    with pytest.raises(BadForm) as refusal:
        check_form(headers(x_github_event=event))

    assert str(refusal.value) == "The header X-GitHub-Event is not the name of an event."


@pytest.mark.parametrize("guid", ["a b", "x" * 65, "1;2", "\uff11\uff12", "a\n", "../etc"])
def test_an_odd_guid_is_refused(guid: str) -> None:
    with pytest.raises(BadForm) as refusal:
        check_form(headers(x_github_delivery=guid))

    assert str(refusal.value) == "The header X-GitHub-Delivery is not a GUID."


@pytest.mark.parametrize(
    "signature",
    [
        f"sha1={DIGITS[:40]}",
        f"sha256={DIGITS[:-1]}",
        f"sha256={DIGITS}0",
        f"sha256={DIGITS}\n",
        f" sha256={DIGITS}",
        f"SHA256={DIGITS}",
        f"sha256={DIGITS[:-1]}g",
        f"sha256={DIGITS[:-1]}é",
        f"sha256={DIGITS[:-1]}\uff11",
        DIGITS,
        "=",
    ],
)
def test_a_signature_of_another_form_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature) as refusal:
        check_form(headers(x_hub_signature_256=signature))

    assert str(refusal.value) == (
        "The header X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits."
    )


@given(st.text(max_size=80))
def test_whatever_the_signature_says_it_is_read_or_refused(said: str) -> None:
    try:
        form = check_form(headers(x_hub_signature_256=said))
    except (BadForm, BadSignature):
        return
    assert said.lower() == f"sha256={form.signature}"


@given(body=st.binary(), secret=st.binary(min_size=1), other=st.binary(min_size=1))
def test_only_the_secret_signs(body: bytes, secret: bytes, other: bytes) -> None:
    signature = signed(body, secret)

    assert is_signed(body, signature, [secret])
    assert is_signed(body, signature, [other, secret])
    assert not is_signed(body + b" ", signature, [secret])
    assert not is_signed(body, signature, [])
    # HMAC pads short keys with zeros, so keys that differ only in those sign alike.
    if other.rstrip(b"\0") != secret.rstrip(b"\0") and max(len(other), len(secret)) <= 64:
        assert not is_signed(body, signature, [other])


def test_github_s_own_example_is_verified() -> None:
    signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert is_signed(b"Hello, World!", signature, [b"It's a Secret to Everybody"])
