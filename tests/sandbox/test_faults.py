"""Bad days on demand, and the log of what was asked."""

import time

import httpx
import pytest

from tests.sandbox.scene import SHOP, Scene

COMMENTS = f"{SHOP}/issues/1/comments"


def test_an_answer_is_refused_before_the_work(scene: Scene) -> None:
    scene.world.faults.add("/repos/*/comments", status=502, times=1)

    with scene.as_installation() as client:
        refused = client.post(COMMENTS, json={"body": "x"})
        taken = client.post(COMMENTS, json={"body": "x"})

    assert (refused.status_code, taken.status_code) == (502, 201)
    assert scene.world.summary()["comments"] == 1


def test_an_answer_is_lost_after_the_work(scene: Scene) -> None:
    scene.world.faults.add("/repos/*/comments", method="POST", status=502, after_work=True)

    with scene.as_installation() as client:
        lost = client.post(COMMENTS, json={"body": "x"})
        listed = client.get(COMMENTS)

    assert lost.status_code == 502
    assert len(listed.json()) == 1


@pytest.mark.parametrize(("after_work", "comments"), [(False, 0), (True, 1)])
def test_a_connection_is_cut(scene: Scene, *, after_work: bool, comments: int) -> None:
    scene.world.faults.add(COMMENTS, drop=True, after_work=after_work)

    with scene.as_installation() as client, pytest.raises(httpx.RemoteProtocolError):
        client.post(COMMENTS, json={"body": "x"})

    assert scene.world.summary()["comments"] == comments
    assert scene.world.requests[-1].status == 0


def test_a_slow_answer_comes_after_the_client_gave_up(scene: Scene) -> None:
    scene.world.faults.add(COMMENTS, delay=0.3, after_work=True)

    with scene.as_installation() as client, pytest.raises(httpx.ReadTimeout):
        client.post(COMMENTS, json={"body": "x"}, timeout=0.1)
    while not any(one.path == COMMENTS for one in scene.world.requests):
        time.sleep(0.01)  # the sandbox is still at it

    assert scene.world.summary()["comments"] == 1


def test_both_vendors_ask_to_come_back_later(scene: Scene) -> None:
    scene.world.faults.limit_rate(COMMENTS, retry_after=7, status=403)
    scene.world.faults.limit_rate("chat.*", retry_after=9)

    with scene.as_installation() as client:
        github = client.get(COMMENTS)
    slack = scene.slack("chat.postMessage", channel="C0", text="x")

    assert (github.status_code, github.headers["Retry-After"]) == (403, "7")
    assert "secondary rate limit" in github.json()["message"]
    assert (slack.status_code, slack.headers["Retry-After"]) == (429, "9")
    assert slack.json()["error"] == "ratelimited"


def test_every_request_is_logged_in_order(scene: Scene) -> None:
    with scene.as_installation() as client:
        client.get(f"{SHOP}/pulls?state=all")
        client.get("/repos/acme/nothing")
    scene.slack("auth.test")
    httpx.get(scene.address + "/")  # a page for people is no request of the API

    token = f"POST /app/installations/{scene.installation.id}/access_tokens > 201"
    assert [str(one) for one in scene.world.requests] == [
        token,
        f"GET {SHOP}/pulls > 200",
        "GET /repos/acme/nothing > 404",
        "POST auth.test > 200",
    ]
    assert scene.world.requests[1].query == "state=all"
