"""What one pipeline of another CI had is what the next is compared with, whatever its number."""

from datetime import timedelta
from io import BytesIO

from starlette.testclient import TestClient

from app.core.reports import Limits
from app.core.runs import RunKey
from app.db import changes, runs
from app.db.changes import DEFAULT, Wanted
from app.db.session import unit_of_work
from app.services.access.tokens import Made
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_archive
from tests.api.ci import FIELDS, GREEN, REPORTS, Ci, junit, zipped


def sha(number: int) -> str:
    return f"{number:040x}"


def hand_in(
    ci: Ci, client: TestClient, number: int, *cases: str, job: str = "unit", failing: str = ""
) -> None:
    ci.clock.turn(timedelta(hours=1))
    told = {"pipeline": str(number), "commit": sha(number), "job": job, "at": str(ci.clock())}
    report = junit(*cases, failing=failing)
    assert client.post(REPORTS, params=FIELDS | told, content=report).status_code == 201


def test_a_case_that_one_pipeline_has_and_the_next_calls_otherwise(
    ci: Ci, client: TestClient
) -> None:
    hand_in(ci, client, 1, "adds two", "takes")
    hand_in(ci, client, 2, "lint", job="lint")
    ci.work()
    hand_in(ci, client, 3, "adds two items", "takes")
    ci.work()

    assert ci.rows(
        "SELECT old.name, new.name FROM case_alias a"
        " JOIN case_ old ON old.case_id = old_case_id JOIN case_ new ON new.case_id = new_case_id"
    ) == [("adds two", "adds two items")]


def test_a_red_pipeline_s_change_begins_at_the_commit_of_the_one_before(
    ci: Ci, client: TestClient, token: Made
) -> None:
    hand_in(ci, client, 1, "adds")
    hand_in(ci, client, 2, "adds", failing="adds")

    with unit_of_work(ci.engine) as session:
        found = changes.missing(session, token.token.repo_id, upto=ci.clock())

    assert found == [Wanted(sha(2), DEFAULT, sha(1))]


def github_tells(ci: Ci, run_id: int, workflow: str) -> None:
    ci.execute(
        "INSERT INTO run (repo_id, run_id, attempt, workflow, event, status, head_sha, code,"
        " branch, branch_class, is_trusted, actor, started_at, url, workflow_path)"
        f" VALUES (7, {run_id}, 1, '{workflow}', 'push', 'in_progress', 'cafe', 'cafe', 'main',"
        f" 'default', true, 'mona', '2026-11-20 11:50Z', '', '.github/workflows/{workflow}.yml')"
    )


def test_what_a_workflow_s_run_hands_in_belongs_to_its_own_job(ci: Ci) -> None:
    ci.execute(
        "INSERT INTO repository (repo_id, full_name, provider, default_branch, is_private,"
        " settings, updated_at) VALUES (7, 'acme/shop', 'github', 'main', false, '{}', now())"
    )
    github_tells(ci, 812, "ci")
    github_tells(ci, 813, "nightly")
    client = ci.client(ci.token("acme/shop"))

    told = [
        client.post(REPORTS, params=FIELDS | {"pipeline": pipeline}, content=GREEN)
        for pipeline in ("812", "813", "813", "elsewhere")
    ]

    assert [(one.status_code, one.json()["variant"]) for one in told] == [
        (201, "unit"),
        (201, "nightly / unit"),
        (200, "nightly / unit"),
        (201, "unit"),
    ]
    with unit_of_work(ci.engine) as session:
        nightly = runs.run(session, RunKey(7, 813, 1))
    assert nightly is not None
    artifact = BytesIO(zipped({"junit.xml": GREEN}))
    origin = Origin(nightly, "unit", None, is_placed=False)
    ingest_archive(ci.engine, origin, "unit", artifact, now=ci.clock(), limits=Limits())
    assert ci.rows("SELECT variant, count(*) FROM report WHERE run_id = 813 GROUP BY 1") == [
        ("nightly / unit", 1)
    ]
