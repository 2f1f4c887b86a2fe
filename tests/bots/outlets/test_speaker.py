"""Channels outside Slack on real servers: the same message in each one's own form."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from socket import create_server
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet

from app.core.errors import ErrorKind, Missing, RateLimited, Unavailable
from app.core.outlets import OutletKind, Target, mail_place
from app.core.publishing import ChatMessage, Picture
from app.db.session import Engine
from app.render.chat import reply
from app.services.access.vault import Vault
from app.services.chat.outlets import Outlets
from bots.outlets.mail import Mailer
from bots.outlets.posting import Poster
from bots.outlets.speaker import OutletSpeaker
from tests.bots.shop import TurnedClock
from tests.bots.stranger import Stranger

PLACE = "outlet:builds"
SAID = replace(reply("Quarantined by @ann until 20 December.", "h-1"), about="adds in acme/shop")


class PostBox:
    """Takes every mail in."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 -- as aiosmtpd calls it
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content, EmailMessage, policy=default))
        return "250 taken"


@dataclass
class Scene:
    speaker: OutletSpeaker
    outlets: Outlets
    stranger: Stranger
    box: PostBox

    def add(self, kind: OutletKind, target: Target | None = None) -> None:
        self.outlets.add("builds", kind, target or Target(url=f"{self.stranger.url}/hook"))

    def told(self) -> Any:  # noqa: ANN401 -- it is JSON
        (body,) = self.stranger.bodies
        return json.loads(body)


@pytest.fixture
def scene(engine: Engine, stranger: Stranger) -> Iterator[Scene]:
    clock, box = TurnedClock(), PostBox()
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    mailer = Mailer(f"smtp://127.0.0.1:{port}", "FlakeGuard <flakes@acme.test>", clock)
    outlets = Outlets(engine, Vault([Fernet.generate_key().decode()]), clock)
    speaker = OutletSpeaker(outlets, Poster(("127.0.0.1",)), mailer, None, clock)
    yield Scene(speaker, outlets, stranger, box)
    server.stop()


def test_mattermost_hears_it_as_markdown(scene: Scene) -> None:
    scene.add(OutletKind.MATTERMOST)

    scene.speaker.post(PLACE, SAID, thread="t")

    assert scene.told() == {
        "text": "**adds in acme/shop**\n\nQuarantined by @\u200bann until 20 December."
    }


def test_teams_hears_it_as_an_adaptive_card(scene: Scene) -> None:
    scene.add(OutletKind.TEAMS)

    scene.speaker.post(PLACE, SAID)

    (attachment,) = scene.told()["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [block["text"] for block in attachment["content"]["body"]] == [
        "**adds in acme/shop**",
        "Quarantined by @\u200bann until 20 December.",
    ]


def test_a_webhook_is_signed_and_says_which_message_it_belongs_to(scene: Scene) -> None:
    scene.add(OutletKind.WEBHOOK, Target(url=scene.stranger.url, secret="hush"))

    root = scene.speaker.post(PLACE, ChatMessage("adds is flaky", (), "h-0"))
    scene.speaker.post(PLACE, SAID, thread=root)

    heard, body = scene.stranger.heard[1], scene.stranger.bodies[1]
    signed = f"{heard['x-flakeguard-timestamp']}.".encode() + body
    made = hmac.new(b"hush", signed, hashlib.sha256).hexdigest()
    assert heard["x-flakeguard-signature-256"] == f"sha256={made}"
    told = json.loads(body)
    assert told["id"] == heard["x-flakeguard-delivery"]
    assert told["thread"] == root == json.loads(scene.stranger.bodies[0])["id"]
    assert told["text"] == "adds in acme/shop\n\nQuarantined by @ann until 20 December."
    assert "h-1" not in body.decode()


def test_the_same_message_sent_again_has_the_same_id(scene: Scene) -> None:
    scene.add(OutletKind.WEBHOOK, Target(url=scene.stranger.url, secret="hush"))

    ids = {scene.speaker.post(PLACE, SAID) for _ in range(2)}

    assert len(ids) == 1


def test_mail_is_threaded_and_loads_nothing(scene: Scene) -> None:
    scene.add(OutletKind.EMAIL, Target(addresses=("ann@acme.test", "bob@acme.test")))

    root = scene.speaker.post(PLACE, ChatMessage("*adds* is flaky", (), "h-0"))
    scene.speaker.post(PLACE, SAID, thread=root)

    first, second = scene.box.letters
    assert first["Subject"] == "adds is flaky"
    assert first["To"] == "ann@acme.test, bob@acme.test"
    assert first["Message-ID"] == root
    assert second["Subject"] == "Re: adds in acme/shop"
    assert second["In-Reply-To"] == root
    plain, html = second.iter_parts()
    assert _lines(plain) == ("adds in acme/shop\n\nQuarantined by @ann until 20 December.\n")
    assert _lines(html) == (
        "<p><strong>adds in acme/shop</strong></p>\n<p>Quarantined by @ann until 20 December.</p>\n"
    )


def _lines(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_policy_s_addresses_need_no_channel(scene: Scene) -> None:
    scene.speaker.post(mail_place(("ann@acme.test",)), SAID)

    (letter,) = scene.box.letters
    assert letter["To"] == "ann@acme.test"


def test_a_line_break_in_a_name_adds_no_header(scene: Scene) -> None:
    message = ChatMessage("adds\r\nBcc: all@acme.test is flaky", (), "h-0")

    scene.speaker.post(mail_place(("ann@acme.test",)), message)

    (letter,) = scene.box.letters
    assert letter["Bcc"] is None


def test_mail_that_is_refused_for_good_is_not_tried_again(scene: Scene) -> None:
    scene.box.refusal = "554 no thanks"

    with pytest.raises(Unavailable) as refused:
        scene.speaker.post(mail_place(("ann@acme.test",)), SAID)

    assert (refused.value.permanent, refused.value.kind) == (True, ErrorKind.CHANNEL)


def test_a_channel_that_fails_is_shown_and_then_spared(scene: Scene) -> None:
    scene.add(OutletKind.MATTERMOST)
    scene.stranger.status = 503
    for _ in range(5):
        with pytest.raises(Unavailable):
            scene.speaker.post(PLACE, SAID)

    with pytest.raises(RateLimited):
        scene.speaker.post(PLACE, SAID)

    assert len(scene.stranger.heard) == 5
    (shown,) = scene.outlets.every()
    assert shown.error == "127.0.0.1 answered with 503."


def test_where_a_channel_leads_cannot_be_read_from_the_database(scene: Scene) -> None:
    scene.add(OutletKind.MATTERMOST)

    shown = repr(scene.outlets.every()) + repr(scene.outlets.target("builds"))

    assert scene.stranger.url not in shown


def test_what_is_gone_is_not_reached(scene: Scene) -> None:
    scene.add(OutletKind.MATTERMOST)
    assert scene.speaker.reaches(PLACE)

    scene.outlets.remove("builds")

    assert not scene.speaker.reaches(PLACE)
    assert not scene.speaker.reaches("C0SLACK")
    with pytest.raises(Missing):
        scene.speaker.post(PLACE, SAID)


def test_outside_slack_words_stand_for_a_picture(scene: Scene) -> None:
    scene.add(OutletKind.MATTERMOST)

    assert scene.speaker.upload(PLACE, Picture("a.png", "A", "A chart", b"")) is None
    assert scene.stranger.bodies == []
