"""What the Slack pages show beside messages: the Home tab, unfurled links, windows."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from app.sandbox.slack.entities import Json, View
from tests.sandbox.reading import HOSTILE, Tags
from tests.sandbox.scene import Listener, Scene

BUTTONS: Json = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": f"Release {value}"},
            "action_id": "release",
            "value": value,
        }
        for value in ("k1", "k2")
    ],
}


def said(words: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


@pytest.fixture
def ann(scene: Scene) -> str:
    return scene.world.slack.add_user("ann").id


def form(scene: Scene, **given: str) -> dict[str, str]:
    return {"page_token": scene.world.page_token, **given}


def test_a_home_tab_is_opened_shown_and_its_buttons_work(
    scene: Scene, listener: Listener, ann: str
) -> None:
    slack, where = scene.world.slack, f"{scene.address}/slack/home/{ann}"
    slack.endpoint_url = listener.url
    before = httpx.get(where).text
    opened = httpx.post(f"{where}/open", data=form(scene))
    slack.homes[ann] = View("V1", ann, {"type": "home", "blocks": [said("*Yours*"), BUTTONS]}, "")

    page = httpx.get(where).text
    pressed = httpx.post(f"{where}/click", data=form(scene, action_id="release k2"))

    assert "The app showed nothing yet" in before
    assert f'href="/slack/home/{ann}"' in httpx.get(scene.address + "/").text
    assert "<b>Yours</b>" in page
    assert "Release k2" in page
    assert (opened.status_code, pressed.status_code) == (303, 303)
    event, click = (one.body.decode() for one in listener.heard[-2:])
    assert json.loads(event)["event"]["type"] == "app_home_opened"
    [told] = parse_qs(click)["payload"]
    assert json.loads(told)["actions"][0]["value"] == "k2"


def test_a_link_s_unfurl_stands_below_its_message(scene: Scene, ann: str) -> None:
    slack = scene.world.slack
    message = slack.say(slack.add_channel("builds").id, ann, "see https://a.example/x")
    message.attachments = [{"from_url": "https://a.example/x", "blocks": [said(HOSTILE)]}]

    page = httpx.get(f"{scene.address}/slack/archives/{message.channel}").text

    assert page.index(">https://a.example/x</a>") < page.index('class="unfurl"')
    assert Tags(page).named("script") == []


def test_a_window_says_what_is_optional_and_has_a_button_only_where_it_is_sent(
    scene: Scene, ann: str
) -> None:
    slack = scene.world.slack
    channel = slack.add_channel("builds").id
    asked: Json = {
        "type": "input",
        "block_id": "days",
        "optional": True,
        "label": {"type": "plain_text", "text": "Days"},
        "hint": {"type": "plain_text", "text": "At most 30."},
        "element": {"type": "number_input", "action_id": "days"},
    }
    title: Json = {"type": "plain_text", "text": "Quarantine"}
    slack.views["V1"] = View(
        "V1", ann, {"type": "modal", "title": title, "submit": title, "blocks": [asked]}, ""
    )

    sent = httpx.get(f"{scene.address}/slack/archives/{channel}").text
    slack.views["V1"] = View("V1", ann, {"type": "modal", "title": title, "blocks": []}, "")
    only_read = httpx.get(f"{scene.address}/slack/archives/{channel}").text

    assert "(optional)" in sent
    assert "At most 30." in sent
    assert '<button class="primary">Quarantine</button>' in sent
    assert "primary" not in only_read
