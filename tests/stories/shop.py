"""A shop whose runs are told to the sandbox by hand: reports as pytest writes them, dated."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.sax.saxutils import quoteattr

from app.clock import utc_now
from app.db import standings
from app.db.session import unit_of_work
from app.db.standings import CaseStanding
from app.demo.replay import zipped
from app.demo.stage import Stage
from app.sandbox.github.entities import CheckRun, Comment, Job, Run
from app.sandbox.slack.entities import Message

NUMBERS = itertools.count(1)
RUN_IDS = itertools.count(7_001)
TEST_JOB = "test (3.11)"
ARTIFACT = "results-test-3.11"
FAILURE = "AssertionError: 3 != 4"
WRITER, READER = "nadia", "guest"

Results = Mapping[str, str | None]  # case -> the failure's message, None when it passed

GREEN: Results = {"test_total": None, "test_empty": None}
FLAKY = "test_discount"


def is_about_many(message: Message) -> bool:
    """Whether a message of ours is about a repository, and no case's thread."""
    return message.text.startswith("*")


def junit(results: Results, *, at: datetime) -> bytes:
    """A report as pytest writes it with junit_family=xunit1."""
    cases = []
    for number, (name, failure) in enumerate(results.items(), start=1):
        attributes = (
            f'classname="tests.test_cart" name={quoteattr(name)} '
            f'file="tests/test_cart.py" line="{number * 10 - 1}" time="0.010"'
        )
        if failure is None:
            cases.append(f"<testcase {attributes}/>")
        else:
            inner = f"<failure message={quoteattr(failure)}>trace</failure>"
            cases.append(f"<testcase {attributes}>{inner}</testcase>")
    failures = sum(failure is not None for failure in results.values())
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" '
        f'failures="{failures}" skipped="0" tests="{len(results)}" time="0.1" '
        f'timestamp="{at.isoformat()}">{"".join(cases)}</testsuite></testsuites>'
    ).encode()


@dataclass
class Shop:
    """Acts of a shop's people and machines, on a stage where other shops may stand as well."""

    stage: Stage
    number: int = field(default_factory=lambda: next(NUMBERS))
    start: datetime = field(
        default_factory=lambda: (
            utc_now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=20)
        )
    )
    commits: int = 0
    runs: int = 0

    def open(self) -> None:
        """Install the App, with a channel and two people: one may write, one may read."""
        github, slack = self.stage.world.github, self.stage.world.slack
        installation = github.add_installation("acme")
        github.add_repository(
            self.repo, installation=installation, permissions={WRITER: "write", READER: "read"}
        )
        slack.add_channel(self.channel)
        for login in (WRITER, READER):
            if login not in {one.name for one in slack.members.values()}:
                self.stage.link(slack.add_user(login).id, login)

    def listen(self) -> None:
        """Let the channel hear of the shop; it has to be known by then."""
        self.stage.settle()
        self.stage.hear_of(self.repo, self.channel_id)

    def day(self, number: int) -> datetime:
        """The morning of a day of the story."""
        return self.start + timedelta(days=number)

    def commit(self, *, day: int) -> str:
        """A push to main; its sha."""
        self.commits += 1
        sha = f"{self.commits:04x}" * 10
        self.stage.world.github.push(
            self.repo,
            "main",
            sha,
            author=WRITER,
            message=f"Commit {self.commits}",
            at=self.day(day) + timedelta(minutes=self.commits),
        )
        return sha

    def run_on_main(self, results: Results, *, day: int, sha: str | None = None) -> Run:
        """A run of main, ended."""
        head = sha or self.commit(day=day)
        run = self.begin(head, day=day, event="push", branch="main")
        self.finish(run, results, day=day)
        return run

    def open_pull(
        self, number: int, *, day: int, author: str = WRITER, head_repo: str | None = None
    ) -> str:
        """A pull request from a branch or a fork; its head."""
        github = self.stage.world.github
        where, head_repo = github.repository(self.repo), head_repo or self.repo
        github.fork(where, head_repo)
        head = f"{number:03x}f" * 10
        branch, base = f"change-{number}", where.branches["main"]
        at = self.day(day)
        github.push(head_repo, branch, head, author=author, message="Change", at=at, parents=[base])
        github.open_pull_request(
            self.repo,
            number,
            title=f"Change {number}",
            author=author,
            branch=branch,
            head_sha=head,
            base_sha=base,
            head_repo=head_repo,
            files=["shop/cart.py"],
            at=at,
        )
        return head

    def run_on_pull(self, number: int, results: Results | None, *, day: int) -> Run:
        """A run of a pull request's head, ended; without results it left no report."""
        _, pull = self.stage.world.github.pull_request(self.repo, number)
        run = self.begin(
            pull.head_sha,
            day=day,
            event="pull_request",
            branch=pull.branch,
            head_repo=pull.head_repo.full_name,
            pr=None if pull.head_repo.full_name != self.repo else number,
        )
        self.finish(run, results, day=day)
        return run

    def rerun(self, run: Run, results: Results | None, *, day: int) -> None:
        """Another attempt of a run, an hour later."""
        at = self.day(day) + timedelta(hours=1, minutes=self.runs)
        self.stage.world.github.rerun(run, at=at, actor=WRITER)
        self.finish(run, results, day=day, at=at)

    def finish(
        self, run: Run, results: Results | None, *, day: int, at: datetime | None = None
    ) -> None:
        """End a run's newest attempt with one job and, if there are results, its report."""
        started = at or self.day(day) + timedelta(minutes=self.runs)
        ended = started + timedelta(minutes=2)
        red = results is None or any(failure is not None for failure in results.values())
        conclusion = "failure" if red else "success"
        uploads = (
            [(ARTIFACT, zipped(junit(results, at=started)), ended)] if results is not None else []
        )
        self.stage.world.github.finish_attempt(
            run,
            conclusion=conclusion,
            at=ended,
            jobs=[Job(TEST_JOB, conclusion, started, ended)],
            artifacts=uploads,
        )

    def flake(self, name: str, *, day: int, others: Results) -> Run:
        """A run of main on which a case fails first, and passes when it is run again."""
        run = self.run_on_main({**others, name: FAILURE}, day=day)
        self.rerun(run, {**others, name: None}, day=day)
        return run

    def run_with_upload(self, number: int, report: bytes, *, day: int) -> None:
        """A red run of a pull request whose report is this."""
        _, pull = self.stage.world.github.pull_request(self.repo, number)
        run = self.begin(
            pull.head_sha, day=day, event="pull_request", branch=pull.branch, pr=number
        )
        started = self.day(day)
        ended = started + timedelta(minutes=2)
        self.stage.world.github.finish_attempt(
            run,
            conclusion="failure",
            at=ended,
            jobs=[Job(TEST_JOB, "failure", started, ended)],
            artifacts=[(ARTIFACT, zipped(report), ended)],
        )

    @property
    def repo(self) -> str:
        """The shop's full name, which no other shop has."""
        return f"acme/shop-{self.number}"

    @property
    def channel(self) -> str:
        """Where its people talk."""
        return f"shop-{self.number}-tests"

    @property
    def channel_id(self) -> str:
        """The channel's id in Slack."""
        return self.stage.world.slack.channel(self.channel).id

    @property
    def repo_id(self) -> int:
        """The shop's id on the code host."""
        return self.stage.world.github.repository(self.repo).id

    def case_ids(self) -> dict[str, str]:
        """The cases that ever failed: id to name."""
        return {str(one.case_id): one.name for one in self.standings()}

    def standings(self) -> list[CaseStanding]:
        """How the cases that ever failed stand, less what only says what their failures were."""
        with unit_of_work(self.stage.engine) as session:
            found = standings.standings(session, self.repo_id)
        return [replace(one, causes=()) for one in found]

    def checks(self, sha: str) -> list[CheckRun]:
        """Our check runs on a commit."""
        return self.stage.world.github.app_check_runs(self.repo, sha)

    def comments(self, number: int) -> list[Comment]:
        """Our comments on a pull request."""
        github = self.stage.world.github
        return [
            one for one in github.comments_on(github.repository(self.repo), number) if one.by_app
        ]

    def threads(self) -> list[Message]:
        """The threads that we opened about single cases."""
        written = self.stage.world.slack.roots(self.channel_id)
        return [one for one in written if not is_about_many(one)]

    def heard(self) -> list[str]:
        """What single people were told in its channel, and nobody else."""
        slack = self.stage.world.slack
        with slack.lock:
            return [one.text for one in slack.ephemeral if one.channel == self.channel_id]

    def begin(
        self,
        sha: str,
        *,
        day: int,
        event: str,
        branch: str,
        head_repo: str | None = None,
        pr: int | None = None,
    ) -> Run:
        """A run that has begun and not ended."""
        self.runs += 1
        return self.stage.world.github.start_run(
            self.repo,
            next(RUN_IDS),
            head_sha=sha,
            branch=branch,
            actor=WRITER,
            at=self.day(day) + timedelta(minutes=self.runs),
            event=event,
            head_repo=head_repo or self.repo,
            pr=pr,
        )


def turn_flaky(shop: Shop) -> None:
    """Two contradicted failures on two days of main; the channel listens."""
    shop.run_on_main({**GREEN, FLAKY: None}, day=0)
    shop.listen()
    shop.flake(FLAKY, day=1, others=GREEN)
    shop.flake(FLAKY, day=3, others=GREEN)
    shop.run_on_main({**GREEN, FLAKY: None}, day=4)
    shop.stage.settle()
