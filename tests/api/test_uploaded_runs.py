"""What one pipeline of another CI had is what the next is compared with, whatever its number."""

from datetime import timedelta

from starlette.testclient import TestClient

from app.db import changes
from app.db.changes import DEFAULT, Wanted
from app.db.session import unit_of_work
from app.services.access.tokens import Made
from tests.api.ci import FIELDS, REPORTS, Ci, junit


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
