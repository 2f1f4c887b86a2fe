"""Check runs: what is taken, what is refused in GitHub's words, and their buttons."""

import json

import httpx
import pytest

from app.core.errors import BadInput
from app.sandbox.github.entities import Job
from tests.sandbox.scene import HEAD, SHOP, Listener, Scene

ACTION = {"label": "Quarantine", "description": "Let them run without blocking", "identifier": "q"}
NOTE = {
    "path": "tests/test_cart.py",
    "start_line": 3,
    "end_line": 3,
    "annotation_level": "warning",
    "message": "flaky",
}
OUTPUT = {"title": "1 failure", "summary": "One."}


def create(scene: Scene, **body: object) -> httpx.Response:
    with scene.as_installation() as client:
        whole = {"name": "FlakeGuard", "head_sha": HEAD} | body
        return client.post(f"{SHOP}/check-runs", json=whole)


def test_a_check_run_is_created_then_completed(scene: Scene) -> None:
    with scene.as_installation() as client:
        made = client.post(
            f"{SHOP}/check-runs",
            json={"name": "FlakeGuard", "head_sha": HEAD, "external_id": "run-1"},
        )
        url = f"{SHOP}/check-runs/{made.json()['id']}"
        client.patch(url, json={"status": "in_progress"})
        done = client.patch(
            url,
            json={"conclusion": "neutral", "output": OUTPUT | {"annotations": [NOTE] * 50}},
        )
        client.patch(url, json={"output": OUTPUT | {"annotations": [NOTE]}})
        read = client.get(url).json()
        notes = client.get(f"{url}/annotations?per_page=100&page=1").json()
        found = client.get(f"{SHOP}/commits/more/check-runs?check_name=FlakeGuard").json()

    assert made.status_code == 201
    assert (made.json()["status"], made.json()["conclusion"]) == ("queued", None)
    assert (done.json()["status"], done.json()["conclusion"]) == ("completed", "neutral")
    assert done.json()["completed_at"] == "2026-11-20T12:00:00Z"
    assert read["external_id"] == "run-1"
    assert read["app"]["slug"] == "flakeguard"
    assert [pull["number"] for pull in read["pull_requests"]] == [1]
    assert read["output"]["annotations_count"] == 51
    assert len(notes) == 51
    assert notes[0]["message"] == "flaky"
    assert found["total_count"] == 1
    assert scene.world.summary()["check_runs"] == 1


def test_a_check_runs_actions_are_never_told_back(scene: Scene) -> None:
    answer = create(scene, actions=[ACTION])

    assert answer.status_code == 201
    assert "actions" not in answer.json()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "completed"}, "a conclusion must be supplied"),
        ({"status": "queued", "conclusion": "success"}, "status must be 'completed'"),
        ({"status": "done"}, "is not a member of"),
        ({"conclusion": "flaky"}, "is not a member of"),
        ({"conclusion": "stale"}, "is not a member of"),
        ({"actions": [ACTION] * 4}, "No more than 3 items are allowed; 4 were supplied."),
        (
            {"actions": [ACTION | {"label": "x" * 21}]},
            "Only 20 characters are allowed for label; 21 were supplied.",
        ),
        (
            {"actions": [ACTION | {"description": "x" * 41}]},
            "Only 40 characters are allowed for description; 41 were supplied.",
        ),
        (
            {"actions": [ACTION | {"identifier": "x" * 21}]},
            "Only 20 characters are allowed for identifier; 21 were supplied.",
        ),
        ({"actions": [ACTION | {"url": "https://x"}]}, '"url" is not a permitted key.'),
        ({"output": OUTPUT | {"annotations": [NOTE] * 51}}, "No more than 50 items are allowed"),
        (
            {"output": OUTPUT | {"annotations": [NOTE | {"start_line": None}]}},
            '"start_line" wasn\'t supplied.',
        ),
        (
            {"output": OUTPUT | {"annotations": [NOTE | {"annotation_level": "error"}]}},
            "is not a member of",
        ),
        ({"output": OUTPUT | {"annotations": [NOTE | {"start_line": 4}]}}, "end_line must not"),
        ({"started_at": "yesterday"}, "is not a valid date-time."),
        ({"head_sha": "9" * 40}, f"No commit found for SHA: {'9' * 40}"),
    ],
)
def test_what_github_refuses_is_refused(scene: Scene, body: dict[str, object], said: str) -> None:
    answer = create(scene, **body)

    assert answer.status_code == 422
    assert said in answer.json()["message"]
    assert scene.world.summary()["check_runs"] == 0


@pytest.mark.parametrize("name", ["summary", "text"])
def test_an_output_is_measured_in_bytes(scene: Scene, name: str) -> None:
    fits = create(scene, output=OUTPUT | {name: "ü" * 32_767})
    bursts = create(scene, output=OUTPUT | {name: "ü" * 32_768})

    assert fits.status_code == 201
    assert bursts.status_code == 422
    assert bursts.json()["errors"] == [
        {
            "resource": "CheckRun",
            "field": name,
            "code": "custom",
            "message": f"{name} exceeds a maximum bytesize of 65535",
        }
    ]


def test_a_title_and_a_summary_are_required_together(scene: Scene) -> None:
    answer = create(scene, output={"title": "1 failure"})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"resource": "CheckRun", "field": "summary", "code": "missing_field"}
    ]


def test_a_press_of_a_button_names_the_check_run_and_the_identifier(
    scene: Scene, listener: Listener
) -> None:
    check_run = create(scene, actions=[ACTION]).json()
    scene.world.github.webhook_url = listener.url

    scene.world.github.click(check_run["id"], "q", "ann")

    payload = json.loads(listener.heard[-1].body)
    assert listener.heard[-1].headers["X-GitHub-Event"] == "check_run"
    assert payload["action"] == "requested_action"
    assert payload["requested_action"] == {"identifier": "q"}
    assert payload["check_run"]["id"] == check_run["id"]
    assert payload["sender"]["login"] == "ann"
    assert payload["installation"]["id"] == scene.installation.id


def test_only_buttons_that_are_shown_can_be_pressed(scene: Scene) -> None:
    check_run = create(scene, actions=[ACTION]).json()

    with pytest.raises(BadInput, match="has no button 'dismiss'; it has: q"):
        scene.world.github.click(check_run["id"], "dismiss", "ann")


def test_the_check_runs_of_jobs_belong_to_github_actions(scene: Scene) -> None:
    now = scene.clock.now
    run = scene.world.github.start_run(
        "acme/shop", 9, head_sha=HEAD, branch="more", actor="ann", at=now
    )
    scene.world.github.finish_attempt(
        run, conclusion="failure", at=now, jobs=[Job("test", "failure", now, now)]
    )

    with scene.as_installation() as client:
        found = client.get(f"{SHOP}/commits/{HEAD}/check-runs").json()["check_runs"]
        refused = client.patch(f"{SHOP}/check-runs/{found[0]['id']}", json={"name": "mine"})

    assert [(one["name"], one["app"]["slug"]) for one in found] == [("test", "github-actions")]
    assert refused.status_code == 403
    assert scene.world.summary()["check_runs"] == 0
