"""One day at GitHub, from a told run to what stands on the pull request in the end."""

from dataclasses import dataclass, replace
from datetime import timedelta

from app.core.deliveries import InstallationSeen
from app.sandbox.github.entities import CheckRun, Comment, Run
from bots.github.facts import seen_now
from bots.github.payloads import InstallationPart
from jobs.context import Context
from tests.bots.doors import Doors
from tests.bots.office import GREEN, Office
from tests.bots.shop import HEAD, REPO
from tests.stories.shop import FAILURE

RED = {**GREEN, "test_discount": FAILURE}
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
