"""The pages: what they show, what their buttons do, and what hostile names cannot do there."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from app.sandbox.github.checks import CheckChange
from app.sandbox.github.entities import Job
from app.sandbox.pages import markdown, mrkdwn
from tests.sandbox.reading import HOSTILE, Tags
from tests.sandbox.scene import HEAD, NOW, Listener, Scene

ACTION = {"label": "Quarantine", "description": "Let it run", "identifier": "quarantine"}
PULL = "/acme/shop/pull/1"


def published(scene: Scene, words: str = "One is flaky.") -> int:
    """A check run with a button, and a job's beside it."""
    github = scene.world.github
    run = github.start_run("acme/shop", 7, head_sha=HEAD, branch="more", actor="ann", at=NOW)
    github.finish_attempt(
        run, conclusion="failure", at=NOW, jobs=[Job(words[:60], "failure", NOW, NOW)]
    )
    change = CheckChange(
        status="completed",
        conclusion="neutral",
        title=words[:200],
        summary=words,
        actions=[ACTION],
    )
    note = {"path": words[:99], "start_line": 1, "end_line": 1, "annotation_level": "warning"}
    notes: list[dict[str, object]] = [{**note, "message": words}]
    return github.create_check_run(
        github.repository("acme/shop"), "FlakeGuard", HEAD, change, notes
    ).id


def channel_with_a_button(scene: Scene, words: str = "Flaky") -> tuple[str, str]:
    channel = scene.world.slack.add_channel("flaky").id
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": words[:150]}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": words},
            "fields": [{"type": "mrkdwn", "text": "*Rate* 3 %"}],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_seen today_"}]},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Not flaky"},
                    "action_id": "dismiss",
                    "value": "k1",
                }
            ],
        },
    ]
    said = scene.said("chat.postMessage", channel=channel, text=words, blocks=blocks)
    assert said["ok"], said
    scene.said("chat.postMessage", channel=channel, text="A reply", thread_ts=said["ts"])
    return channel, said["ts"]


def test_the_overview_leads_to_pull_requests_and_channels(scene: Scene) -> None:
    channel, _ = channel_with_a_button(scene)

    page = httpx.get(scene.address + "/").text

    links = {link.get("href") for link in Tags(page).named("a")}
    assert {PULL, "/acme/shop", f"/slack/archives/{channel}"} <= links
    assert "0 check runs, 0 comments and 2 Slack messages were published here." in page


def test_a_pull_request_shows_its_conversation_and_checks(scene: Scene) -> None:
    published(scene, "One is **flaky**.\n\n<details><summary>More</summary>\n\n* two\n\n</details>")
    scene.world.github.comment("acme/shop", 1, user="ann", body="Is it `mine`?")

    page = httpx.get(scene.address + PULL).text

    assert "<p>Is it <code>mine</code>?</p>" in page
    assert "<p>One is <strong>flaky</strong>.</p>" in page
    assert "<details><summary>More</summary>" in page
    [button] = [one for one in Tags(page).named("button") if one.get("name") == "identifier"]
    assert button == {"name": "identifier", "value": "quarantine", "title": "Let it run"}


def test_a_check_runs_button_works(scene: Scene, listener: Listener) -> None:
    check_run = published(scene)
    scene.world.github.webhook_url = listener.url
    form = {
        "page_token": scene.world.page_token,
        "identifier": "quarantine",
        "user": "ann",
        "back": PULL,
    }

    answer = httpx.post(f"{scene.address}/acme/shop/runs/{check_run}/click", data=form)

    payload = json.loads(listener.heard[-1].body)
    assert payload["requested_action"] == {"identifier": "quarantine"}
    assert payload["sender"]["login"] == "ann"
    assert (answer.status_code, answer.headers["Location"]) == (303, PULL)


def test_a_comment_can_be_written(scene: Scene) -> None:
    form = {"page_token": scene.world.page_token, "user": "ann", "body": "/flakeguard help"}

    answer = httpx.post(f"{scene.address}{PULL}/comment", data=form)

    shop = scene.world.github.repository("acme/shop")
    assert answer.status_code == 303
    [comment] = scene.world.github.comments_on(shop, 1)
    assert (comment.author.login, comment.body) == ("ann", "/flakeguard help")


def test_a_channel_shows_threads_and_its_buttons_work(scene: Scene, listener: Listener) -> None:
    ann = scene.world.slack.add_user("ann")
    channel, ts = channel_with_a_button(scene, "*Bold* <https://example.org|a link> &lt;b&gt;")
    scene.world.slack.endpoint_url = listener.url
    where = f"{scene.address}/slack/archives/{channel}"

    page = httpx.get(where).text
    form = {
        "page_token": scene.world.page_token,
        "ts": ts,
        "action_id": "dismiss",
        "user": ann.id,
    }
    pressed = httpx.post(f"{where}/click", data=form)

    assert "<b>Bold</b>" in page
    assert '<a href="https://example.org" rel="noreferrer nofollow">a link</a> &lt;b&gt;' in page
    assert "1 reply" in page
    assert "A reply" in page
    assert pressed.status_code == 303
    [told] = parse_qs(listener.heard[-1].body.decode())["payload"]
    assert json.loads(told)["actions"][0]["action_id"] == "dismiss"


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_form_of_another_site_is_refused(scene: Scene, listener: Listener, token: str) -> None:
    check_run = published(scene)
    channel, ts = channel_with_a_button(scene)
    ann = scene.world.slack.add_user("ann").id
    scene.world.github.webhook_url = scene.world.slack.endpoint_url = listener.url
    forms = {
        f"/acme/shop/runs/{check_run}/click": {"identifier": "quarantine", "user": "ann"},
        f"{PULL}/comment": {"user": "ann", "body": "x"},
        f"/slack/archives/{channel}/click": {"ts": ts, "action_id": "dismiss", "user": ann},
        f"/slack/archives/{channel}/command": {"user": ann, "text": "help"},
    }

    statuses = {
        path: httpx.post(scene.address + path, data={**form, "page_token": token}).status_code
        for path, form in forms.items()
    }

    assert set(statuses.values()) == {403}
    assert listener.heard == []


def test_another_sites_name_for_loopback_is_refused(scene: Scene) -> None:
    answer = httpx.get(scene.address + "/", headers={"Host": "rebound.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_a_form_cannot_lead_away(scene: Scene, to: str) -> None:
    form = {"identifier": "quarantine", "user": "ann", "back": to}
    form["page_token"] = scene.world.page_token

    answer = httpx.post(f"{scene.address}/acme/shop/runs/{published(scene)}/click", data=form)

    assert answer.headers["Location"] == "/acme/shop"


def test_hostile_names_are_only_text_on_every_page(scene: Scene) -> None:
    github, slack = scene.world.github, scene.world.slack
    check_run = published(scene, HOSTILE)
    github.open_pull_request(
        "acme/shop", 2, title=HOSTILE, author="ann", branch=HOSTILE, head_sha=HEAD, body=HOSTILE,
        at=NOW,
    )  # fmt: skip
    github.comment("acme/shop", 2, user="ann", body=HOSTILE)
    slack.add_user("ann", real_name=HOSTILE)
    channel, _ = channel_with_a_button(scene, HOSTILE)
    pages = [
        "/",
        "/acme/shop",
        "/acme/shop/pull/2",
        f"/acme/shop/runs/{check_run}",
        f"/acme/shop/commit/{HEAD}",
        "/acme/shop/actions/runs/7",
        f"/slack/archives/{channel}",
        "/acme/shop/blob/main/%3Cscript%3E",
    ]

    for path in pages:
        answer = httpx.get(scene.address + path)

        assert answer.status_code == (404 if "blob" in path else 200), path
        tags = Tags(answer.text)
        assert tags.named("script") == [], path
        assert tags.named("img") == [], path
        assert not any(
            name.startswith("on") or name == "style" for _, found in tags.seen for name in found
        ), path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<b onclick=x>bold</b>", "<p><b>bold</b></p>\n"),
        ("<!-- hidden --> seen", " seen"),
        ("a <!-- hidden --> b", "<p>a  b</p>\n"),
        ("<details open><summary>s</summary>", "<details open><summary>s</summary>"),
        ("<iframe src=x></iframe>", "&lt;iframe src=x&gt;&lt;/iframe&gt;"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n"),
        ("| a |\n|---|\n| 1 |", None),
    ],
)
def test_markdown_keeps_what_is_harmless(source: str, html: str | None) -> None:
    drawn = markdown.rendered(source)

    if html is None:
        assert "<td>1</td>" in drawn
    else:
        assert str(drawn) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("*b* _i_ ~s~ `c`", "<b>b</b> <i>i</i> <s>s</s> <code>c</code>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("<@U1> in <#C1>", '<span class="mention">@N</span> in <span class="mention">#N</span>'),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("&lt;!channel&gt; &amp;amp;", "&lt;!channel&gt; &amp;amp;"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
        ("```a\nb```", "<pre>a\nb</pre>"),
        (":warning: :odd:", "⚠️ :odd:"),
        (":red_circle:", '<span class="drawn red_circle">🔴</span>'),
        (
            "a > b\n>*c*\n&gt; d",
            'a &gt; b\n<span class="quote"><b>c</b></span><span class="quote">d</span>',
        ),
        (
            "&lt;https://a.b/?c&amp;d&gt;",
            '&lt;<a href="https://a.b/?c&amp;d" rel="noreferrer nofollow">https://a.b/?c&amp;d</a>&gt;',
        ),
    ],
)
def test_mrkdwn_is_drawn_as_slack_does(source: str, html: str) -> None:
    assert str(mrkdwn.rendered(source, lambda _: "N")) == html


def test_a_page_that_is_not_there_says_so(scene: Scene) -> None:
    answer = httpx.get(scene.address + "/acme/shop/pull/99")

    assert answer.status_code == 404
    assert "acme/shop has no issue or pull request #99." in answer.text
