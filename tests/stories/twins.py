"""Repositories to which exactly the same happens, so that one bad day can be told from a good."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import utc_now
from app.demo.replay import zipped
from app.demo.stage import Stage
from app.sandbox.github.entities import Artifact, CheckRun, Installation, Job, Run
from app.sandbox.slack.entities import Message
from tests.stories.shop import FAILURE, READER, WRITER, is_about_many

OWNER = "twins"
PULL = 12
HEAD, BASE = "12f" * 13 + "1", "0" * 40
PULL_DAY = timedelta(days=2)  # after the day of main
JOBS = ("test (3.11)", "test (3.12)")
FLAKY, BROKEN_HERE, ADDED = "test_discount", "test_total", "test_added_here"
CALM = ("test_empty", BROKEN_HERE)
RUN_IDS = itertools.count(50_000)
TAKES = timedelta(minutes=2)


def element(name: str, *, failure: str | None = None) -> str:
    """One testcase as pytest writes it."""
    attributes = f'classname="tests.test_cart" name="{name}" file="tests/test_cart.py" line="9"'
    inner = f'<failure message="{failure}">trace of {name}</failure>' if failure else ""
    return f'<testcase {attributes} time="0.010">{inner}</testcase>'


def report(*elements: str, job: str) -> bytes:
    """A report of pytest; a case that is listed twice failed first and was run again."""
    return (
        f'<testsuites name="pytest tests"><testsuite name="pytest" hostname="{job}" '
        f'timestamp="2026-01-01T00:00:00">{"".join(elements)}</testsuite></testsuites>'
    ).encode()


def once_flaked(job: str) -> bytes:
    """A report whose flaky case failed and passed, and whose other cases passed."""
    return report(*map(element, (*CALM, FLAKY, FLAKY)), job=job)


def red(job: str) -> bytes:
    """The pull request's: one failure of its own, one flake, and a case that nobody saw before."""
    broken = element(BROKEN_HERE, failure=FAILURE)
    return report(broken, *map(element, (CALM[0], FLAKY, FLAKY, ADDED)), job=job)


@dataclass(slots=True)
class Twin:
    """One of several repositories with the same history, on one stage."""

    stage: Stage
    name: str
    start: datetime
    is_named: bool = True  # whether GitHub says which pull request a run is of; never of a fork's
    runs: list[Run] = field(default_factory=list)
    uploads: list[Artifact] = field(default_factory=list)  # of the pull request's run

    @property
    def repo(self) -> str:
        return f"{OWNER}/{self.name}"

    @property
    def repo_id(self) -> int:
        return self.stage.world.github.repository(self.repo).id

    @property
    def channel_id(self) -> str:
        return self.stage.world.slack.channel(self.name).id

    def prepare(self, installation: Installation) -> None:
        """A day of main, and a pull request whose run has begun and uploaded its reports."""
        github = self.stage.world.github
        github.add_repository(
            self.repo, installation=installation, permissions={WRITER: "write", READER: "read"}
        )
        self.stage.world.slack.add_channel(self.name)
        self._run_on_main()
        at = self.start + PULL_DAY
        base = github.repository(self.repo).branches["main"]
        github.push(
            self.repo, "change", HEAD, author=WRITER, message="Change", at=at, parents=[base]
        )
        github.open_pull_request(
            self.repo,
            PULL,
            title="Change",
            author=WRITER,
            branch="change",
            head_sha=HEAD,
            base_sha=base,
            files=["shop/cart.py"],
            at=at,
        )
        pr = PULL if self.is_named else None
        # Nobody hears of its beginning: all that is said of it is to follow from its end.
        heard_at, github.hooks.url = github.hooks.url, None
        run = self._begun(HEAD, at=at, event="pull_request", branch="change", pr=pr)
        github.hooks.url = heard_at
        for job in JOBS:
            name = f"results-{job}"
            self.uploads.append(github.add_artifact(run, name, zipped(red(job)), at + TAKES))

    def listen(self) -> None:
        """Let the twin's own channel hear of it; it has to be known by then."""
        self.stage.hear_of(self.repo, self.channel_id)

    def finish(self) -> None:
        """The pull request's run ends, red: from here on everything that is said follows."""
        at = self.start + PULL_DAY
        jobs = [Job(name, "failure", at, at + TAKES) for name in JOBS]
        self.stage.world.github.finish_attempt(
            self.runs[-1], conclusion="failure", at=at + TAKES, jobs=jobs
        )

    def checks(self) -> list[CheckRun]:
        """Our check runs on the pull request's head."""
        return self.stage.world.github.app_check_runs(self.repo, HEAD)

    def messages(self) -> list[Message]:
        """What stands in the twin's channel about single cases, oldest first."""
        return [one for one in self._written() if not is_about_many(one)]

    def notices(self) -> list[Message]:
        """What stands there about many, each by a task of its own and so in any order."""
        return [one for one in self._written() if is_about_many(one)]

    def _written(self) -> list[Message]:
        slack = self.stage.world.slack
        with slack.lock:
            return [one for one in slack.messages if one.channel == self.channel_id]

    def heard(self) -> list[str]:
        """What single people were told in the twin's channel, and nobody else."""
        slack = self.stage.world.slack
        with slack.lock:
            return [one.text for one in slack.ephemeral if one.channel == self.channel_id]

    def click_on_check(self) -> None:
        """Somebody who may presses Quarantine on the check run."""
        [check] = self.checks()
        self.stage.world.github.click(check.id, "quarantine", WRITER)

    def click_in_chat(self) -> None:
        """Somebody who may takes the case upon themselves, below the thread's root."""
        self.stage.world.slack.click(self.messages()[0], "assign", WRITER)

    def click_without_right(self) -> None:
        """Somebody who may not presses the same."""
        self.stage.world.slack.click(self.messages()[0], "assign", READER)

    def _run_on_main(self) -> None:
        at = self.start
        github = self.stage.world.github
        github.push(self.repo, "main", BASE, author=WRITER, message="Begin", at=at)
        run = self._begun(BASE, at=at, event="push", branch="main")
        github.finish_attempt(
            run,
            conclusion="success",
            at=at + TAKES,
            jobs=[Job(JOBS[0], "success", at, at + TAKES)],
            artifacts=[(f"results-{JOBS[0]}", zipped(once_flaked(JOBS[0])), at + TAKES)],
        )

    def _begun(
        self, sha: str, *, at: datetime, event: str, branch: str, pr: int | None = None
    ) -> Run:
        run = self.stage.world.github.start_run(
            self.repo,
            next(RUN_IDS),
            head_sha=sha,
            branch=branch,
            actor=WRITER,
            at=at,
            event=event,
            pr=pr,
        )
        self.runs.append(run)
        return run


@dataclass(slots=True)
class Twins:
    """Makes twins on a stage: all in one installation, all of one age."""

    stage: Stage
    start: datetime = field(
        default_factory=lambda: (
            utc_now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=20)
        )
    )
    installation: Installation | None = None

    def born(self, *names: str, unnamed: Collection[str] = ()) -> dict[str, Twin]:
        """Twins whose pull request waits for its run to end; of the `unnamed`, GitHub says less."""
        installation = self.installation or self._installed()
        found = {name: Twin(self.stage, name, self.start, name not in unnamed) for name in names}
        for twin in found.values():
            twin.prepare(installation)
        self.stage.settle()
        for twin in found.values():
            twin.listen()
        return found

    def _installed(self) -> Installation:
        world = self.stage.world
        self.installation = world.github.add_installation(OWNER)
        for login in (WRITER, READER):
            self.stage.link(world.slack.add_user(login).id, login)
        return self.installation
