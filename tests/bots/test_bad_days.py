"""GitHub's bad days, from a told run to what stands on the pull request in the end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from app.core.asking import QueueName
from app.core.deliveries import InstallationSeen, NewDelivery
from app.core.requests import PublishRun
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.demo.replay import zipped
from app.sandbox.github.entities import Change, CheckRun, Comment, Job, Run
from bots.github.client import GitHubHosts
from bots.github.facts import seen_now
from bots.github.payloads import InstallationPart
from jobs.context import Context
from tests.bots.office import Office
from tests.bots.shop import HEAD, REPO, Shop
from tests.bots.test_backfill import GREEN
from tests.bots.test_through_the_sandbox import Doors, doors
from tests.jobs.desk import Desk
from tests.stories.shop import FAILURE, TEST_JOB, junit

__all__ = ["doors"]
RED = {**GREEN, "test_discount": FAILURE}
CHECKS, COMMENTS = "/repos/*/check-runs", "/repos/*/comments"
LATER = timedelta(minutes=20)


@dataclass
class Day(Office):
    """An office whose webhooks come in through the real door."""

    doors: Doors | None = None

    @property
    def context(self) -> Context:
        return replace(super().context, look_up=self.look_up, forget=self.hosts.forget)

    def look_up(self, installation_id: int) -> InstallationSeen:
        path = f"/app/installations/{installation_id}"
        return seen_now(self.hosts.as_app.one(InstallationPart, path))

    def come_in(self) -> None:
        """Take in what GitHub sent."""
        assert self.doors is not None
        for guid in list(self.doors.kept):  # the door stays open meanwhile
            self.inbox.store(self.doors.kept.pop(guid))

    def work_on(self) -> None:
        """Do what is due and, later and later, what was given back."""
        self.come_in()
        for _ in range(12):
            self.work()
            self.come_in()
            self.shop.clock.turn(LATER)

    def red_pull_request(self) -> Run:
        """A pull request whose run failed."""
        github, now = self.shop.world.github, self.shop.clock()
        self.shop.push("more", HEAD)
        self.shop.open_pull_request()
        run = github.start_run(
            REPO, 902, head_sha=HEAD, branch="more", actor="ann", at=now, event="pull_request", pr=7
        )
        self._end(run, RED, at=now)
        return run

    def checks(self, sha: str = HEAD) -> list[CheckRun]:
        return self.shop.world.github.app_check_runs(REPO, sha)

    def comments(self) -> list[Comment]:
        return [one for one in self.shop.world.github.comments.values() if one.by_app]

    def parked(self) -> list[tuple[str, str]]:
        return [
            (kind, error)
            for kind, error in self.rows("SELECT kind, error FROM task WHERE parked_at IS NOT NULL")
        ]

    def is_good(self) -> bool:
        """Whether all ended as on a good day: one check run, one comment, nothing given up."""
        said = [one.status for one in self.checks()], len(self.comments()), self.parked()
        return said == (["completed"], 1, [])


@pytest.fixture
def day(engine: Engine, shop: Shop, hosts: GitHubHosts, doors: Doors) -> Iterator[Day]:
    office = Day(Desk(engine), shop, hosts, backfill_days=0, doors=doors)
    listed = {"id": shop.world.github.repository(REPO).id, "full_name": REPO, "private": True}
    installed = {"id": shop.installation.id, "account": {"login": "acme"}}
    body = {"action": "created", "installation": installed, "repositories": [listed]}
    told = json.dumps(body).encode()
    office.inbox.store(NewDelivery("github", "guid-installed", "installation", told, "r1"))
    office.run(901, GREEN, hours_ago=1)
    office.come_in()
    office.work()
    yield office
    shop.world.faults.clear()


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=["502", "cut"])
@pytest.mark.parametrize(("pattern", "method"), [(CHECKS, "POST"), (COMMENTS, "POST")])
def test_what_was_done_although_the_answer_was_lost_is_not_done_twice(
    day: Day, pattern: str, method: str, fault: dict[str, int]
) -> None:
    day.shop.world.faults.add(
        pattern,
        method=method,
        status=fault.get("status"),
        drop="drop" in fault,
        after_work=True,
        times=3,
    )

    day.red_pull_request()
    day.work_on()

    assert day.is_good()


@pytest.mark.parametrize(
    "pattern",
    ["/repos/*/jobs", "/repos/*/artifacts", "/repos/*/zip", "/_blobs/*", CHECKS, COMMENTS],
)
def test_a_github_that_fails_for_a_while_is_asked_again(day: Day, pattern: str) -> None:
    day.shop.world.faults.add(pattern, status=500, times=4)

    day.red_pull_request()
    day.work_on()

    assert day.is_good()


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "120"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795176600"},
        {},
    ],
    ids=["secondary", "primary", "without a word"],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_out(day: Day, status: int, headers: dict[str, str]) -> None:
    body = {"message": "You have exceeded a secondary rate limit."}
    day.shop.world.faults.add(CHECKS, method="POST", status=status, headers=headers, body=body)

    day.red_pull_request()
    day.work_on()

    assert day.is_good()
    assert day.rows("SELECT max(tries) FROM task") == [(0,)]


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


@pytest.mark.parametrize("how", ["deleted", "corrupt"])
def test_an_artifact_that_cannot_be_read_needs_somebody(day: Day, how: str) -> None:
    github = day.shop.world.github
    day.red_pull_request()
    (one,) = [artifact for artifact in github.artifacts.values() if artifact.run.id == 902]
    if how == "deleted":
        day.shop.world.faults.add("/repos/*/zip", status=410, times=99)
    else:
        one.contents = b"PK\x03\x04" + bytes(200)
    day.work_on()

    (check,) = day.checks()
    assert check.status == "completed"
    assert check.conclusion != "success"
    refusals = day.rows("SELECT refusal FROM report WHERE run_id = 902")
    assert [bool(refusal) for (refusal,) in refusals] == [True]
    assert day.parked() == []


def test_a_report_that_is_cut_is_no_success_although_nothing_failed(day: Day) -> None:
    github, now = day.shop.world.github, day.shop.clock()
    day.shop.push("more", HEAD)
    day.shop.open_pull_request()
    run = github.start_run(
        REPO, 902, head_sha=HEAD, branch="more", actor="ann", at=now, event="pull_request", pr=7
    )
    ended, cut = now + timedelta(minutes=2), junit(GREEN, at=now)[:-60]
    github.finish_attempt(
        run,
        conclusion="success",
        at=ended,
        jobs=[Job(TEST_JOB, "success", now, ended)],
        artifacts=[("results", zipped(cut), ended)],
    )

    day.work_on()

    (check,) = day.checks()
    assert (check.title, check.conclusion) == ("1 failure needs you", "neutral")
    assert "is cut or damaged, so what the rest of it would say is not known" in (
        check.summary or ""
    )


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


def test_deliveries_in_any_order_and_more_than_once_end_alike(day: Day) -> None:
    day.red_pull_request()
    assert day.doors is not None
    told = list(day.doors.kept.values())
    day.doors.kept.clear()

    for one in [*reversed(told), *told]:
        day.inbox.store(one)
        day.work()
    day.work_on()

    assert day.is_good()


def test_a_github_that_is_slow_is_given_up_and_asked_again(day: Day, shop: Shop) -> None:
    impatient = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=0.5,
        clock=shop.clock,
    )
    patient, day.hosts = day.hosts, impatient
    shop.world.faults.add("/repos/*/jobs", delay=1.5)

    day.red_pull_request()
    day.work_on()
    day.hosts = patient
    impatient.close()

    assert day.is_good()
