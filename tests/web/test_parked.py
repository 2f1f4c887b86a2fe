"""What is parked, and taking it up again."""

import pytest
from starlette.testclient import TestClient

from app.core.asking import QueueName
from app.core.requests import TakeDelivery
from tests.web.reading import csrf_in, said
from tests.web.site import Hints
from tests.web.world import SHA, World


def test_nothing_parked_says_what_would_be(visitor: TestClient) -> None:
    assert "Nothing is parked Work that keeps failing" in said(visitor, "/parked")


def test_parked_work_is_shown_with_its_error(visitor: TestClient, world: World) -> None:
    repo = world.repository()
    world.parked()
    world.parked(
        "Not allowed.",
        kind="publish_run",
        key="k",
        arguments={"repo_id": repo, "head_sha": SHA},
        parked_at=world.now,
        error_kind="github_api",
    )

    text = said(visitor, "/parked")

    assert "Overview Parked 2 Set-up admin Sign out" in text
    assert (
        "publish run k acme/shop · parked just now after 7 tries · delivery 2"
        " Retry publish run k github_api: Not allowed."
        " take delivery 1 parked 1 h ago after 7 tries · delivery 1"
        " Retry take delivery 1 validation: The payload has no field `action`."
    ) in text


def test_retry_takes_parked_work_up_again_and_tells_the_queue(
    visitor: TestClient, world: World, queue: Hints
) -> None:
    task = world.parked()
    token = csrf_in(visitor.get("/parked").text)

    answer = visitor.post(f"/parked/{task}/retry", data={"csrf": token})
    again = visitor.post(f"/parked/{task}/retry", data={"csrf": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/parked?said=again")
    assert again.headers["location"] == "/parked?said=gone"
    assert queue.told == [(QueueName.RUN, TakeDelivery(delivery_id=1))]
    assert "Taken up again. Should it fail once more" in said(visitor, "/parked?said=again")
    assert "Nothing is parked" in said(visitor, "/parked?said=<b>")


def test_retry_works_while_the_queue_is_away(
    visitor: TestClient, world: World, queue: Hints
) -> None:
    task = world.parked()
    queue.is_away = True
    token = csrf_in(visitor.get("/parked").text)

    answer = visitor.post(f"/parked/{task}/retry", data={"csrf": token})

    assert answer.headers["location"] == "/parked?said=again"
    assert "Nothing is parked" in said(visitor, "/parked")


@pytest.mark.parametrize("task", ["x", "-1", "1e3", "9" * 30, "\u0661"])
def test_an_odd_task_number_is_not_found(visitor: TestClient, task: str) -> None:
    token = csrf_in(visitor.get("/parked").text)

    assert visitor.post(f"/parked/{task}/retry", data={"csrf": token}).status_code == 404
