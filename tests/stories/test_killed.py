"""A worker killed outright at every step of the way: the end is that of a day without a kill."""

from collections.abc import Callable, Iterator

import pytest

from app.db.session import unit_of_work
from app.db.work import deliveries
from app.demo.stage import set_up
from tests.stories.conftest import free_port
from tests.stories.holds import ADDING_A_CASE, Step, asking, locking
from tests.stories.portraits import Portrait, portrait
from tests.stories.twins import Twin, Twins

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]

WORKERS = 6  # those that were killed start again while the others go on

# Slack's methods name no repository, so its steps come first, the later ones of a thread before
# the earlier: nobody else says anything then.
STEPS = (
    Step(
        "reply posted and not answered",
        "tell_chat",
        asking("chat.postMessage", after_work=True),
        Twin.click_in_chat,
    ),
    Step("before a thread is posted", "tell_chat", asking("chat.postMessage")),
    Step(
        "thread posted and not answered", "tell_chat", asking("chat.postMessage", after_work=True)
    ),
    Step(
        "while a delivery is taken",
        "take_delivery",
        locking("SELECT 1 FROM repository WHERE repo_id = :repo FOR UPDATE"),
    ),
    Step("before jobs are listed", "ingest_run", asking("/repos/{repo}/actions/runs/*/jobs")),
    Step(
        "before artifacts are listed",
        "ingest_run",
        asking("/repos/{repo}/actions/runs/*/artifacts"),
    ),
    Step(
        "before the pull request is found",
        "ingest_run",
        asking("/repos/{repo}/pulls"),
    ),
    Step("before a download", "ingest_run", asking("/repos/{repo}/actions/artifacts/*/zip")),
    Step("between two reports", "ingest_run", asking("/_blobs/{last}.zip")),
    Step("within a report", "ingest_run", ADDING_A_CASE),
    Step(
        "within a judgement",
        "evaluate_run",
        locking("SELECT 1 FROM case_ WHERE repo_id = :repo FOR UPDATE"),
    ),
    Step(
        "before a check run is looked for",
        "publish_run",
        asking("/repos/{repo}/commits/*/check-runs", "GET"),
    ),
    Step("before a check run", "publish_run", asking("/repos/{repo}/check-runs", "POST")),
    Step(
        "check run made and not answered",
        "publish_run",
        asking("/repos/{repo}/check-runs", "POST", after_work=True),
    ),
    Step(
        "before a comment is looked for",
        "publish_run",
        asking("/repos/{repo}/issues/*/comments", "GET"),
    ),
    Step("before a comment", "publish_run", asking("/repos/{repo}/issues/*/comments", "POST")),
    Step(
        "comment made and not answered",
        "publish_run",
        asking("/repos/{repo}/issues/*/comments", "POST", after_work=True),
    ),
    Step(
        "before the clicker is known",
        "act_from_check",
        asking("/repos/{repo}/collaborators/*"),
        Twin.click_on_check,
    ),
    Step(
        "before the clicker in chat is known",
        "act_from_chat",
        asking("/repos/{repo}/collaborators/*"),
        Twin.click_in_chat,
    ),
    Step(
        "before a refusal is said",
        "act_from_chat",
        asking("/slack/response/*"),
        Twin.click_without_right,
    ),
    Step(
        "check run edited and not answered",
        "publish_run",
        asking("/repos/{repo}/check-runs/*", "PATCH", after_work=True),
        Twin.click_on_check,
    ),
    Step(
        "comment edited and not answered",
        "publish_run",
        asking("/repos/{repo}/issues/comments/*", "PATCH", after_work=True),
        Twin.click_on_check,
    ),
)
UNNAMED = ("before-the-pull-request-is-found",)
CLICKS: dict[Callable[[Twin], None], str] = {
    Twin.click_on_check: "clicked-on-check",
    Twin.click_in_chat: "clicked-in-chat",
    Twin.click_without_right: "clicked-without-right",
}
UNDISTURBED = "undisturbed"
Portraits = dict[str, Portrait]


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portraits]:
    """How the twins ended: one for each step, and those to which nothing happened."""
    folder = tmp_path_factory.mktemp("killed")
    with set_up(folder / "data", port=free_port(), workers=WORKERS, log_level="ERROR") as stage:
        names = [step.name for step in STEPS]
        clicked = [step.name for step in STEPS if step.act in CLICKS]
        twins = Twins(stage).born(UNDISTURBED, *CLICKS.values(), *names, unnamed=UNNAMED)
        for name in (UNDISTURBED, *CLICKS.values(), *clicked):
            twins[name].finish()
        stage.settle()
        for act, name in CLICKS.items():
            act(twins[name])
        stage.settle()

        for step in STEPS:
            step.kill(twins[step.name])
        stage.settle()

        with unit_of_work(stage.engine) as session:
            assert deliveries.parked_tasks(session) == []
        yield {name: portrait(twin) for name, twin in twins.items()}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_worker_killed_there_changes_nothing(ends: Portraits, step: Step) -> None:
    killed, undisturbed = ends[step.name], ends[CLICKS.get(step.act, UNDISTURBED)]

    for what, entries in undisturbed.items():
        assert killed[what] == entries, what


def test_who_may_not_act_hears_why(ends: Portraits) -> None:
    [heard] = ends["clicked-without-right"]["heard"]

    assert heard == "@guest may not write to TWIN, so nothing was changed."


def test_what_is_compared_is_the_whole_story(ends: Portraits) -> None:
    end = ends["clicked-on-check"]

    told = {what: len(entries) for what, entries in end.items() if entries}

    assert told == {
        "answer": 1,
        "audit_event": 2,
        "case_": 4,
        "case_set": 2,
        "case_state": 2,
        "changed_files": 2,
        "chat_notice": 1,
        "chat_notice_case": 1,
        "check runs": 1,
        "claim": 1,
        "comments": 1,
        "execution": 14,
        "file_commit": 1,
        "file_owner": 1,
        "finding": 5,
        "job": 3,
        "messages": 2,
        "messages about many": 1,
        "observed_set": 2,
        "occurrence": 5,
        "outbox": 1,
        "policy_snapshot": 2,
        "publication": 3,
        "pull_request": 1,
        "quarantine": 1,
        "quarantine_event": 2,
        "report": 3,
        "repository": 1,
        "run": 2,
        "scorer": 1,
        "scorer_case": 2,
        "state_change": 2,
        "subscription": 1,
        "thread": 1,
        "variant": 3,
    }
