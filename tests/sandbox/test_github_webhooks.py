"""Webhooks: signed, remembered, and sent again under the same GUID."""

import hashlib
import hmac
import json
import socket

import pytest

from app.sandbox.github.entities import Job
from tests.sandbox.scene import HEAD, NOW, Listener, Scene


def events(listener: Listener) -> list[str]:
    return [
        f"{one.headers['X-GitHub-Event']}.{json.loads(one.body).get('action')}"
        for one in listener.heard
    ]


def test_a_webhook_is_signed_over_its_raw_bytes(scene: Scene, listener: Listener) -> None:
    scene.world.github.webhook_url = listener.url

    scene.world.github.comment("acme/shop", 1, user="ann", body="Grüße <b>")

    [heard] = listener.heard
    digest = hmac.new(scene.credentials.webhook_secret.encode(), heard.body, hashlib.sha256)
    assert heard.headers["X-Hub-Signature-256"] == f"sha256={digest.hexdigest()}"
    assert heard.headers["X-GitHub-Event"] == "issue_comment"
    assert heard.headers["X-GitHub-Hook-Installation-Target-ID"] == str(scene.credentials.app_id)
    assert heard.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert heard.headers["Content-Type"] == "application/json"
    payload = json.loads(heard.body)
    assert payload["installation"]["id"] == scene.installation.id
    assert payload["repository"]["full_name"] == "acme/shop"
    assert payload["comment"]["body"] == "Grüße <b>"


def test_a_run_tells_its_course(scene: Scene, listener: Listener) -> None:
    scene.world.github.webhook_url = listener.url

    run = scene.world.github.start_run(
        "acme/shop",
        7,
        head_sha=HEAD,
        branch="more",
        actor="ann",
        event="pull_request",
        pr=1,
        at=NOW,
    )
    scene.world.github.finish_attempt(
        run, conclusion="failure", at=NOW, jobs=[Job("test", "failure", NOW, NOW)]
    )

    assert events(listener) == [
        "workflow_run.requested",
        "workflow_run.in_progress",
        "workflow_job.completed",
        "workflow_run.completed",
    ]
    told = json.loads(listener.heard[-1].body)["workflow_run"]
    assert (told["id"], told["run_attempt"], told["conclusion"]) == (7, 1, "failure")
    assert [pull["number"] for pull in told["pull_requests"]] == [1]


def test_a_pull_request_tells_its_course(scene: Scene, listener: Listener) -> None:
    github = scene.world.github
    github.webhook_url = listener.url

    github.synchronize("acme/shop", 1, head_sha="e" * 40, at=NOW)
    github.close("acme/shop", 1, at=NOW)
    github.reopen("acme/shop", 1, at=NOW)
    github.merge("acme/shop", 1, at=NOW, by="ann")

    assert events(listener) == [
        "pull_request.synchronize",
        "pull_request.closed",
        "pull_request.reopened",
        "pull_request.closed",
        "push.None",
    ]
    synchronized, merged = (json.loads(listener.heard[n].body) for n in (0, 3))
    assert (synchronized["before"], synchronized["after"]) == (HEAD, "e" * 40)
    assert merged["pull_request"]["merged"] is True


def test_only_events_that_are_listened_to_are_sent(scene: Scene, listener: Listener) -> None:
    scene.world.github.webhook_url = listener.url
    scene.installation.events = ("push",)

    scene.world.github.comment("acme/shop", 1, user="ann", body="x")

    assert listener.heard == []


def test_a_failed_delivery_is_found_and_sent_again_under_its_guid(
    scene: Scene, listener: Listener
) -> None:
    github = scene.world.github
    github.webhook_url = listener.url
    listener.status = 500
    github.comment("acme/shop", 1, user="ann", body="x")
    listener.status = 202

    with scene.as_app() as app:
        [failed] = app.get("/app/hook/deliveries").json()
        whole = app.get(f"/app/hook/deliveries/{failed['id']}").json()
        asked = app.post(f"/app/hook/deliveries/{failed['id']}/attempts")
        github.drain()
        after = app.get("/app/hook/deliveries").json()

    assert (failed["status_code"], failed["status"]) == (500, "Internal Server Error")
    assert (failed["event"], failed["action"]) == ("issue_comment", "created")
    assert whole["request"]["payload"]["comment"]["body"] == "x"
    assert asked.status_code == 202
    assert [one["guid"] for one in after] == [failed["guid"]] * 2
    assert [one["redelivery"] for one in after] == [True, False]
    assert after[0]["status_code"] == 202
    first, second = listener.heard
    assert first.headers["X-GitHub-Delivery"] == second.headers["X-GitHub-Delivery"]
    assert first.body == second.body


def test_deliveries_are_paged_by_a_cursor(scene: Scene, listener: Listener) -> None:
    scene.world.github.webhook_url = listener.url
    for number in range(3):
        scene.world.github.comment("acme/shop", 1, user="ann", body=str(number))

    with scene.as_app() as app:
        first = app.get("/app/hook/deliveries?per_page=2")
        second = app.get(first.links["next"]["url"])

    assert len(first.json()) == 2
    assert len(second.json()) == 1
    assert "next" not in second.links


def test_a_receiver_that_is_away_is_remembered_as_such(scene: Scene) -> None:
    scene.world.github.webhook_url = "http://127.0.0.1:9/hook"

    scene.world.github.comment("acme/shop", 1, user="ann", body="x")

    [delivery] = scene.world.github.deliveries
    assert (delivery.status_code, delivery.status) == (502, "failed to connect to host")


def test_what_the_app_wrote_is_told_to_it_after_the_answer(
    scene: Scene, listener: Listener
) -> None:
    scene.world.github.webhook_url = listener.url

    with scene.as_installation() as client:
        client.post("/repos/acme/shop/check-runs", json={"name": "FlakeGuard", "head_sha": HEAD})
        client.post("/repos/acme/shop/issues/1/comments", json={"body": "Hello."})
    scene.world.drain()

    assert sorted(events(listener)) == ["check_run.created", "issue_comment.created"]
    assert json.loads(listener.heard[0].body)["sender"]["login"] == "flakeguard[bot]"


def test_sending_from_the_background_holds_nobody_up(scene: Scene, listener: Listener) -> None:
    scene.world.github.hooks.background = True
    scene.world.github.webhook_url = listener.url

    for number in range(10):
        scene.world.github.comment("acme/shop", 1, user="ann", body=str(number))
    scene.world.drain()

    bodies = [json.loads(one.body)["comment"]["body"] for one in listener.heard]
    assert bodies == [str(number) for number in range(10)]


def test_a_world_that_closes_does_not_wait_for_a_receiver(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections, never answers
        scene.world.github.hooks.background = True
        scene.world.github.webhook_url = f"http://127.0.0.1:{deaf.getsockname()[1]}/hook"
        for number in range(5):
            scene.world.github.comment("acme/shop", 1, user="ann", body=str(number))

        scene.world.close()

    assert len(scene.world.github.deliveries) <= 1


@pytest.mark.parametrize("suspended", [True, False])
def test_an_installation_tells_of_its_suspension(
    scene: Scene, listener: Listener, *, suspended: bool
) -> None:
    scene.world.github.webhook_url = listener.url

    scene.world.github.suspend(scene.installation, suspended=suspended)
    scene.world.github.comment("acme/shop", 1, user="ann", body="x")

    word = "suspend" if suspended else "unsuspend"
    later = [] if suspended else ["issue_comment.created"]
    assert events(listener) == [f"installation.{word}", *later]
