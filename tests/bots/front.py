"""The whole office behind the App's webhook: what GitHub tells is taken in, worked on, answered."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.deliveries import NewDelivery
from app.demo.replay import zipped
from app.sandbox.github.entities import CheckRun, Comment, Job, Run
from tests.bots.doors import Doors
from tests.bots.office import GREEN, Office, install
from tests.bots.shop import BASE, HEAD, REPO
from tests.stories.shop import FAILURE, TEST_JOB, Results, junit

FLAKY = "test_discount"
PULL = 7


@dataclass
class Front:
    """An office whose door GitHub knows, and the pull request that is worked on there."""

    office: Office
    doors: Doors

    def settle(self) -> list[str]:
        """Take in what GitHub told, and do all that follows; the kinds of what was done."""
        done: list[str] = []
        while True:
            self.office.shop.world.github.hooks.drain()
            new, self.doors.kept = list(self.doors.kept.values()), {}
            if not sum(self.store(one) for one in new):
                return done
            done += self.office.work()

    def store(self, one: NewDelivery) -> bool:
        return self.office.inbox.store(one)

    def turn_flaky(self) -> None:
        """Three contradicted failures of one case on three days of main, read back as history."""
        shop = self.office.shop
        hooks = shop.world.github.hooks
        heard_at, hooks.url = hooks.url, None
        shop.push()
        for number, hours in ((901, 120), (902, 96), (903, 72), (904, 48), (905, 24)):
            attempts = 1 if number in {901, 905} else 2
            self.office.run(number, {FLAKY: None, **GREEN}, hours_ago=hours, attempts=attempts)
        hooks.url = heard_at
        install(self.office)
        self.office.work()

    def run_pull(self, results: Results, *, number: int = 950, fork: str = REPO) -> Run:
        """A run of the pull request, ended, and all that follows."""
        shop = self.office.shop
        github, at = shop.world.github, shop.clock()
        if PULL not in github.repository(REPO).pulls:
            shop.open_pull_request(head_repo=fork)
        run = github.start_run(
            REPO,
            number,
            head_sha=HEAD,
            branch="more",
            actor="ann",
            at=at,
            event="pull_request",
            pr=PULL,
            head_repo=fork,
        )
        is_red = any(failure is not None for failure in results.values())
        conclusion, ended = "failure" if is_red else "success", at + timedelta(minutes=2)
        github.finish_attempt(
            run,
            conclusion=conclusion,
            at=ended,
            jobs=[Job(TEST_JOB, conclusion, at, ended)],
            artifacts=[("results", zipped(junit(results, at=at)), ended)],
        )
        self.settle()
        return run

    def red(self) -> Run:
        """The pull request, red by a case that is known to be flaky."""
        self.turn_flaky()
        return self.run_pull({FLAKY: FAILURE, **GREEN})

    @property
    def check(self) -> CheckRun:
        """Our one check run on the pull request's head."""
        [check] = self.office.shop.world.github.app_check_runs(REPO, HEAD)
        return check

    @property
    def comment(self) -> Comment:
        """Our one comment on the pull request."""
        [comment] = self.comments
        return comment

    @property
    def comments(self) -> list[Comment]:
        github = self.office.shop.world.github
        every = github.comments_on(github.repository(REPO), PULL)
        return [one for one in every if one.by_app]

    def click(self, identifier: str, login: str = "ann") -> list[str]:
        """Press a button of the check run; the kinds of what was done."""
        self.office.shop.world.github.click(self.check.id, identifier, login)
        return self.settle()

    def answers(self) -> list[str]:
        """What was answered on the check run, oldest first, without the time."""
        said = (self.check.summary or "").split("\n\n")
        plain = [one.replace("\u200b", "").replace("\\", "") for one in said]
        return [one.partition("UTC: ")[2] for one in plain if one.startswith("> 2026-")]

    def audit(self) -> list[tuple[str, str, str]]:
        """Who did what, where, after the proposal that is ours."""
        rows = self.office.rows("SELECT actor, surface, act FROM audit_event ORDER BY event_id")
        return [row for row in rows if row[2] != "propose"]


__all__ = ["BASE", "FAILURE", "FLAKY", "GREEN", "HEAD", "PULL", "REPO", "Front"]
