"""Artifacts above the policy's limit: their reports are read all the same, or else refused."""

import random

import pytest

from app.db.session import Engine
from app.sandbox.github.entities import Change, Job
from app.services.uploads import health as upload_health
from bots.github.client import GitHubHosts
from tests.bots.office import Office, install
from tests.bots.shop import NOW, REPO, Shop
from tests.core.reports.test_archive import REPORT, Files, zipped
from tests.jobs.desk import Desk

NOISE = random.Random(7).randbytes(3_000_000)
SHA = "d" * 40


@pytest.fixture
def office(engine: Engine, shop: Shop, hosts: GitHubHosts) -> Office:
    shop.world.github.push(
        REPO,
        "main",
        SHA,
        author="ann",
        message="At most a megabyte",
        at=NOW,
        files=[Change(".flakeguard.yml", b"artifact_max_mb: 1\n", "added")],
    )
    return Office(Desk(engine), shop, hosts)


def upload(office: Office, artifacts: dict[str, Files]) -> None:
    """A run that uploads these, read."""
    github = office.shop.world.github
    run = github.start_run(REPO, 901, head_sha=SHA, branch="main", actor="ann", at=NOW)
    github.finish_attempt(
        run,
        conclusion="success",
        at=NOW,
        jobs=[Job("test", "success", NOW, NOW)],
        artifacts=[(name, zipped(files), NOW) for name, files in artifacts.items()],
    )
    install(office)
    office.work()


def test_the_reports_of_a_large_artifact_are_read_and_the_rest_is_left(office: Office) -> None:
    upload(office, {"results": {"shot.png": NOISE, "junit.xml": REPORT}})

    assert office.rows("SELECT path, refusal, cases FROM report") == [("junit.xml", None, 1)]
    from_store = [one for one in office.shop.world.requests if one.path.startswith("/_blobs")]
    assert {one.status for one in from_store} == {206}


def test_where_its_reports_are_too_large_too_upload_health_says_so(office: Office) -> None:
    upload(office, {"results": {"junit.xml": NOISE}})

    (repo_id,) = office.rows("SELECT repo_id FROM repository")[0]
    health = upload_health.health_of(office.desk.engine, repo_id, page=1)
    assert [(one.report.path, one.report.refusal) for one in health.reports.items] == [
        (
            "results/(the whole archive)",
            "It is larger than 1 MB, and so are those of its files that may be reports; "
            "upload the reports alone.",
        )
    ]


def test_what_githubs_own_actions_upload_is_not_looked_into(office: Office) -> None:
    upload(
        office,
        {
            "github-pages": {"junit.xml": REPORT},
            "acme~shop~A1B2.dockerbuild": {"junit.xml": REPORT},
            "results": {"junit.xml": REPORT},
        },
    )

    assert office.rows("SELECT variant FROM report") == [("results",)]


def test_shards_and_the_jobs_of_a_matrix_are_one_run(office: Office) -> None:
    upload(office, {f"shard-{number}": {"junit.xml": shard(number)} for number in (1, 2)})

    assert office.rows("SELECT run_id, variant, cases FROM report ORDER BY 2") == [
        (901, "shard-1", 1),
        (901, "shard-2", 1),
    ]
    assert office.rows("SELECT count(DISTINCT case_id) FROM execution") == [(2,)]


def shard(number: int) -> bytes:
    return REPORT.replace(b'name="t"', f'name="t{number}"'.encode())
