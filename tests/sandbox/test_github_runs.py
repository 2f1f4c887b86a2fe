"""Runs, attempts, jobs and the artifacts behind their redirect."""

from datetime import timedelta

import httpx
import pytest

from app.core.errors import BadInput
from app.sandbox.github.entities import Job, Run
from tests.sandbox.scene import HEAD, NOW, SHOP, Scene

RUN = f"{SHOP}/actions/runs/7"
ZIP = b"PK\x05\x06" + b"\0" * 18


def failed_run(scene: Scene) -> Run:
    github = scene.world.github
    run = github.start_run(
        "acme/shop",
        7,
        head_sha=HEAD,
        branch="more",
        actor="ann",
        event="pull_request",
        pr=1,
        at=NOW,
    )
    github.finish_attempt(
        run,
        conclusion="failure",
        at=NOW,
        jobs=[Job("test", "failure", NOW, NOW)],
        artifacts=[("reports", ZIP, NOW)],
    )
    return run


def test_a_download_redirects_to_an_address_that_opens_for_one_minute(scene: Scene) -> None:
    failed_run(scene)

    with scene.as_installation() as client:
        artifact = client.get(f"{RUN}/artifacts").json()["artifacts"][0]
        redirect = client.get(artifact["archive_download_url"])
    location = redirect.headers["Location"]
    in_time = httpx.get(location)
    forged = httpx.get(location.replace("sig=", "sig=0"))
    part = httpx.get(location, headers={"Range": "bytes=2-3"})
    tail = httpx.get(location, headers={"Range": "bytes=-18"})
    scene.clock.turn(timedelta(seconds=61))
    late = httpx.get(location)

    assert artifact["size_in_bytes"] == len(ZIP)
    assert redirect.status_code == 302
    assert redirect.content == b""
    assert (in_time.status_code, in_time.content) == (200, ZIP)
    assert (part.status_code, part.content) == (206, b"\x05\x06")
    assert part.headers["Content-Range"] == "bytes 2-3/22"
    assert (tail.status_code, tail.content) == (206, b"\0" * 18)
    assert forged.status_code == 403
    assert late.status_code == 403


def test_an_expired_artifact_is_listed_and_gone(scene: Scene) -> None:
    run = failed_run(scene)
    scene.world.github.expire_artifact(run.artifacts[0])

    with scene.as_installation() as client:
        artifact = client.get(f"{RUN}/artifacts").json()["artifacts"][0]
        answer = client.get(artifact["archive_download_url"])

    assert artifact["expired"] is True
    assert answer.status_code == 410
    assert answer.json()["message"] == "Artifact has expired"


def test_a_deleted_artifact_is_not_found(scene: Scene) -> None:
    run = failed_run(scene)
    url = f"{SHOP}/actions/artifacts/{run.artifacts[0].id}"
    scene.world.github.delete_artifact(run.artifacts[0])

    with scene.as_installation() as client:
        assert client.get(f"{RUN}/artifacts").json() == {"total_count": 0, "artifacts": []}
        assert client.get(f"{url}/zip").status_code == 404


def test_failed_jobs_are_run_again_as_the_next_attempt(scene: Scene) -> None:
    run = failed_run(scene)
    later = NOW + timedelta(minutes=5)
    scene.clock.turn(timedelta(minutes=5))

    with scene.as_installation() as client:
        asked = client.post(f"{RUN}/rerun-failed-jobs")
        queued = client.get(RUN).json()
        twice = client.post(f"{RUN}/rerun-failed-jobs")
        scene.world.github.finish_attempt(
            run,
            conclusion="success",
            at=later,
            jobs=[Job("test", "success", later, later)],
            artifacts=[("reports", ZIP, later)],
        )
        first = client.get(f"{RUN}/attempts/1").json()
        second = client.get(RUN).json()
        latest_jobs = client.get(f"{RUN}/jobs").json()["jobs"]
        every_job = client.get(f"{RUN}/jobs?filter=all").json()["jobs"]
        first_jobs = client.get(f"{RUN}/attempts/1/jobs").json()["jobs"]
        artifacts = client.get(f"{RUN}/artifacts").json()["artifacts"]
        nothing_failed = client.post(f"{RUN}/rerun-failed-jobs")

    assert (asked.status_code, asked.json()) == (201, {})
    assert (queued["status"], queued["conclusion"], queued["run_attempt"]) == ("queued", None, 2)
    assert (twice.status_code, twice.json()["message"]) == (
        403,
        "This workflow is already running",
    )
    assert (first["conclusion"], first["run_attempt"]) == ("failure", 1)
    assert (second["conclusion"], second["run_attempt"]) == ("success", 2)
    assert second["run_started_at"] == "2026-11-20T12:05:00Z"
    assert second["created_at"] == "2026-11-20T12:00:00Z"
    assert [job["conclusion"] for job in latest_jobs] == ["success"]
    assert [job["run_attempt"] for job in every_job] == [1, 2]
    assert [job["conclusion"] for job in first_jobs] == ["failure"]
    assert [one["name"] for one in artifacts] == ["reports", "reports"]
    assert nothing_failed.status_code == 403


def test_a_run_of_more_than_thirty_days_ago_is_not_run_again(scene: Scene) -> None:
    run = failed_run(scene)
    scene.clock.turn(timedelta(days=31))

    with scene.as_installation() as client:
        answer = client.post(f"{RUN}/rerun-failed-jobs")

    assert answer.status_code == 403
    assert "created over a month ago" in answer.json()["message"]
    with pytest.raises(BadInput, match="created over a month ago"):
        scene.world.github.rerun(run, at=scene.clock.now, actor="ann")


def test_a_run_names_its_pull_request_unless_that_comes_from_a_fork(scene: Scene) -> None:
    failed_run(scene)
    github = scene.world.github
    fork, sha = "mallory/shop", "d" * 40
    github.open_pull_request(
        "acme/shop", 2, title="x", author="mallory", head_repo=fork, branch="fix", head_sha=sha,
        at=NOW,
    )  # fmt: skip
    github.start_run(
        "acme/shop", 8, head_sha=sha, branch="fix", head_repo=fork, actor="mallory", pr=2, at=NOW
    )

    with scene.as_installation() as client:
        own = client.get(RUN).json()
        foreign = client.get(f"{SHOP}/actions/runs/8").json()
        by_commit = client.get(f"{SHOP}/commits/{sha}/pulls").json()

    assert [pull["number"] for pull in own["pull_requests"]] == [1]
    assert foreign["pull_requests"] == []
    assert foreign["head_repository"]["full_name"] == fork
    assert foreign["head_repository"]["fork"] is True
    assert by_commit == []


def test_an_attempt_that_never_was_is_not_found(scene: Scene) -> None:
    failed_run(scene)

    with scene.as_installation() as client:
        assert client.get(f"{RUN}/attempts/2").status_code == 404
        assert client.get(f"{RUN}/attempts/one").status_code == 404


def test_an_attempt_ends_once(scene: Scene) -> None:
    run = failed_run(scene)

    with pytest.raises(BadInput, match="Attempt 1 of run 7 has ended already"):
        scene.world.github.finish_attempt(run, conclusion="success", at=NOW)
