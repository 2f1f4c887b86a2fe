"""An upload and the evaluation of its run write the same rows, and in the same order."""

from threading import Thread

from sqlalchemy import text
from starlette.testclient import TestClient

from app.db.cases import ADDING
from app.db.session import unit_of_work
from tests.api.ci import REPORTS, SHA, Ci, junit
from tests.embedded.world import until

SHARD = {"commit": SHA, "branch": "main", "pipeline": "812"}
BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND wait_event = :lock"
)
ADDS_CASES = text("SELECT pg_advisory_xact_lock(:adding, hashint8(repo_id)) FROM repository")


def is_blocked(ci: Ci, lock: str) -> bool:
    """Whether somebody waits for such a lock at this moment."""
    with unit_of_work(ci.engine) as onlooker:
        return bool(onlooker.execute(BLOCKED, {"lock": lock}).scalar_one())


def test_an_upload_that_waits_for_an_evaluation_holds_nothing_that_it_needs(
    ci: Ci, client: TestClient
) -> None:
    client.post(REPORTS, params={**SHARD, "job": "one"}, content=junit("a", "b"))
    statuses: list[int] = []

    def hand_in() -> None:
        answer = client.post(REPORTS, params={**SHARD, "job": "two"}, content=junit("a", "c"))
        statuses.append(answer.status_code)

    second = Thread(target=hand_in)
    with unit_of_work(ci.engine) as evaluating:
        with unit_of_work(ci.engine) as adding:
            adding.execute(ADDS_CASES, {"adding": ADDING})
            second.start()
            until(lambda: is_blocked(ci, "advisory"))  # its run is noted, its end is to come
            evaluating.execute(text("UPDATE run SET conclusion = conclusion"))
        until(lambda: is_blocked(ci, "transactionid"))

        evaluating.execute(text("SELECT FROM task FOR UPDATE NOWAIT"))  # its own end
    second.join()

    assert statuses == [201]
