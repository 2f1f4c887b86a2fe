"""What changes at GitHub between a run and our word on it: rights, names, heads, requirements."""

import json
from datetime import timedelta

import pytest

from app.core.asking import QueueName
from app.core.deliveries import NewDelivery
from app.core.requests import PublishRun
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.sandbox.github.entities import Change, Job
from tests.bots.day import RED, Day
from tests.bots.shop import HEAD, REPO


def test_a_token_that_is_revoked_under_way_is_replaced(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    day.work(most=2)
    day.shop.world.github.revoke_tokens(day.shop.installation)

    day.work_on()

    assert day.is_good()


def test_a_suspended_installation_hears_nothing_and_goes_on_when_that_ends(day: Day) -> None:
    github = day.shop.world.github
    day.red_pull_request()
    day.come_in()
    github.suspend(day.shop.installation)
    day.work_on()
    silent = len(day.checks()), len(day.comments())

    github.suspend(day.shop.installation, suspended=False)
    day.come_in()
    run = github.repository(REPO).runs[902]
    github.rerun(run, at=day.shop.clock(), actor="ann")
    day._end(run, RED, at=day.shop.clock())
    day.work_on()

    assert silent == (0, 0)
    assert day.is_good()


def test_a_suspension_that_nobody_told_of_is_found_out(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    day.shop.world.github.hooks.url = None
    day.shop.world.github.suspend(day.shop.installation)
    day.hosts.forget(day.shop.installation.id)

    day.work_on()

    assert day.rows("SELECT suspended_at IS NOT NULL FROM installation") == [(True,)]
    assert day.checks() == []


def test_a_missing_permission_is_said_once_and_mended_when_it_is_granted(day: Day) -> None:
    installation = day.shop.installation
    granted = dict(installation.permissions)
    installation.permissions = {**granted, "checks": "read"}
    day.hosts.forget(installation.id)

    day.red_pull_request()
    day.work_on()

    assert day.checks() == []
    (comment,) = day.comments()
    assert comment.body.count("it lacks: Checks (write)") == 1
    assert [kind for kind, _ in day.parked()] == ["publish_run"]
    installation.permissions = granted
    day.hosts.forget(installation.id)
    told = {
        "action": "new_permissions_accepted",
        "installation": {
            "id": installation.id,
            "account": {"login": "acme"},
            "permissions": granted,
        },
    }
    body = json.dumps(told).encode()
    day.inbox.store(NewDelivery("github", "guid-granted", "installation", body, "r1"))
    day.work_on()
    assert day.is_good()
    assert "it lacks" not in comment.body


def test_a_repository_that_is_renamed_in_between_is_found(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    day.shop.world.github.rename_repository(REPO, "acme/store")

    day.work_on()

    (check,) = day.shop.world.github.app_check_runs("acme/store", HEAD)
    assert check.status == "completed"
    assert len(day.comments()) == 1
    assert day.parked() == []


def test_a_repository_that_moves_to_another_owner_in_between_is_found(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    day.shop.world.github.rename_repository(REPO, "umbrella/shop")

    day.work_on()

    assert len(day.shop.world.github.app_check_runs("umbrella/shop", HEAD)) == 1
    assert day.parked() == []


def test_where_a_repository_is_archived_nothing_is_written_until_that_ends(day: Day) -> None:
    github = day.shop.world.github
    shop = github.repository(REPO)

    def archive(action: str, *, is_archived: bool) -> None:
        shop.archived = is_archived
        listed = {"id": shop.id, "full_name": REPO, "private": True, "archived": is_archived}
        installation = {"id": day.shop.installation.id}
        told = {"action": action, "repository": listed, "installation": installation}
        body = json.dumps(told).encode()
        day.inbox.store(NewDelivery("github", f"guid-{action}", "repository", body, "r1"))
        day.work()

    day.red_pull_request()
    archive("archived", is_archived=True)
    day.work_on()
    silent = day.checks(), day.comments(), day.parked()
    day.shop.clock.turn(timedelta(minutes=1))
    archive("unarchived", is_archived=False)
    with unit_of_work(day.desk.engine) as session:
        asking = Asking(PublishRun(shop.id, HEAD), QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=day.shop.clock())
    day.work_on()

    assert silent == ([], [], [])
    assert day.is_good()


def test_a_force_push_in_between_leaves_the_word_on_the_old_head(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    pull = day.shop.world.github.repository(REPO).pulls[7]
    pull.head_sha = "e" * 40
    pull.updated_at = day.shop.clock() + timedelta(seconds=1)

    day.work_on()

    assert [one.status for one in day.checks()] == ["completed"]
    assert day.parked() == []


def test_a_pull_request_that_was_closed_meanwhile_harms_nothing(day: Day) -> None:
    day.red_pull_request()
    day.come_in()
    pull = day.shop.world.github.repository(REPO).pulls[7]
    pull.state, pull.updated_at = "closed", day.shop.clock() + timedelta(seconds=1)

    day.work_on()

    assert [one.status for one in day.checks()] == ["completed"]
    assert day.parked() == []


@pytest.mark.parametrize(("policy", "checks"), [(b"check: fail\n", 1), (b"check: neutral\n", 0)])
def test_a_required_check_run_ends_where_nothing_ran_that_reports(
    day: Day, policy: bytes, checks: int
) -> None:
    day.shop.clock.turn(timedelta(minutes=1))
    github, now = day.shop.world.github, day.shop.clock()
    github.push(
        REPO,
        "main",
        "d" * 40,
        author="ann",
        message="Require it",
        at=now,
        files=[Change(".flakeguard.yml", policy, "added")],
    )
    day.shop.push("more", HEAD)
    day.shop.open_pull_request()
    run = github.start_run(
        REPO, 903, head_sha=HEAD, branch="more", actor="ann", at=now, pr=7, workflow="Lint"
    )
    ended = now + timedelta(minutes=2)
    github.finish_attempt(
        run, conclusion="success", at=ended, jobs=[Job("lint", "success", now, ended)]
    )

    day.work_on()

    found = [(one.title, one.conclusion) for one in day.checks()]
    assert found == [("No report came", "neutral")] * checks
