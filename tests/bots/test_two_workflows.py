"""Two workflows whose jobs are called alike: each is a job of its own, whatever they are called."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from app.core.runs import Repository
from app.db import plans as plan_rows
from app.db.issue_history import newest_failures
from app.db.session import unit_of_work
from app.demo.replay import zipped
from app.sandbox.github.entities import Job, Run
from app.services.export import export
from tests.bots.day import Day
from tests.bots.office import GREEN, repo_id
from tests.bots.shop import HEAD, NOW, REPO
from tests.stories.shop import FAILURE, Results, junit

RED = {**GREEN, "test_total": FAILURE}
TAKES = timedelta(minutes=2)
LONG_AGO = NOW - timedelta(days=9)
Variants = list[tuple[int, str]]


@dataclass
class Workflows:
    """A shop with workflows of which each has one job, `test`."""

    day: Day
    numbers: "count[int]" = field(default_factory=lambda: count(911))

    def commit(self) -> str:
        sha = f"{next(self.numbers):04x}" * 10
        self.day.shop.push("main", sha)
        return sha

    def run(
        self, workflow: str, results: Results | None, *, sha: str, file: str | None = None
    ) -> Run:
        """One run of main, ended and worked on."""
        run = self._begin(workflow, file, head_sha=sha, branch="main")
        return self.end(run, results)

    def on_pull(
        self, workflow: str, results: Results, *, file: str | None = None, head_repo: str = REPO
    ) -> Run:
        """One run of the pull request's head."""
        run = self._begin(
            workflow,
            file,
            head_sha=HEAD,
            branch="more",
            event="pull_request",
            head_repo=head_repo,
            pr=7 if head_repo == REPO else None,
        )
        return self.end(run, results)

    def _begin(self, workflow: str, file: str | None, **told: Any) -> Run:  # noqa: ANN401 -- as start_run has them
        return self.day.shop.world.github.start_run(
            REPO,
            next(self.numbers),
            actor="ann",
            at=self.day.shop.clock(),
            workflow=workflow,
            file=file,
            **told,
        )

    def again(self, run: Run, results: Results) -> None:
        self.day.shop.world.github.rerun(run, at=self.day.shop.clock(), actor="ann")
        self.end(run, results)

    def end(self, run: Run, results: Results | None) -> Run:
        at = self.day.shop.clock()
        is_red = any(failure is not None for failure in (results or {}).values())
        conclusion = "failure" if is_red else "success"
        files = {} if results is None else {"junit.xml": junit(results, at=at)}
        self.day.shop.clock.turn(TAKES)
        self.day.shop.world.github.finish_attempt(
            run,
            conclusion=conclusion,
            at=at + TAKES,
            jobs=[Job("test", conclusion, at, at + TAKES)],
            artifacts=[("results-test", zip_of(files), at + TAKES)],
        )
        self.day.come_in()
        self.day.work()
        self.day.shop.clock.turn(timedelta(minutes=10))
        return run

    def variants(self, runs: Sequence[Run]) -> list[str]:
        """Of the reports of each of these runs, one after the other."""
        told = dict(
            self.day.rows("SELECT run_id, string_agg(variant, ', ') FROM report GROUP BY 1")
        )
        return [told[run.id] for run in runs]


def zip_of(files: dict[str, bytes]) -> bytes:
    [report] = files.values() or [b""]
    return zipped(report) if report else EMPTY_ZIP


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@pytest.fixture
def workflows(day: Day) -> Workflows:
    return Workflows(day)


def test_what_fails_in_one_and_passes_in_the_other_is_no_flake(workflows: Workflows) -> None:
    first = workflows.run("CI", GREEN, sha=workflows.commit())
    sha = workflows.commit()

    red = workflows.run("CI", RED, sha=sha)
    nightly = workflows.run("nightly", GREEN, sha=sha)

    assert workflows.day.rows("SELECT state, flakes FROM case_state") == [("healthy", 0)]
    assert workflows.variants([first, red, nightly]) == ["test", "test", "nightly / test"]
    assert workflows.day.rows("SELECT variant, cause FROM finding") == [("test", "new")]
    [(name, shop)] = workflows.day.rows("SELECT full_name, repo_id FROM repository")
    told = export(workflows.day.desk.engine, Repository(shop, name, "main", None), now=NOW)
    jobs = [json.loads(line).get("job") for line in told if f'"{sha}"'.encode() in line]
    assert [one for one in jobs if one] == ["test", "nightly / test"]


def test_people_are_told_in_which_of_them_it_failed(workflows: Workflows) -> None:
    workflows.run("CI", GREEN, sha=workflows.commit())
    sha = workflows.commit()
    for name in ("CI", "nightly"):
        workflows.run(name, RED, sha=sha)

    [check] = workflows.day.checks(sha)
    with unit_of_work(workflows.day.desk.engine) as session:
        [(case_id,)] = session.execute(text("SELECT case_id FROM case_state"))
        told = newest_failures(session, repo_id(workflows.day), case_id)
        jobs = plan_rows.jobs(session, repo_id(workflows.day), [case_id], since=LONG_AGO)
    assert [(check.summary or "").count(f"[{name} / test](") for name in ("CI", "nightly")] == [
        1,
        1,
    ]
    assert [(one.variant, "/job/" in one.url) for one in told] == [
        ("nightly / test", True),
        ("test", True),
    ]
    assert len({one.url for one in told}) == 2
    assert jobs == {case_id: ("nightly / test", "test")}


def test_each_is_still_compared_with_itself(workflows: Workflows) -> None:
    sha = workflows.commit()
    workflows.run("CI", GREEN, sha=sha)

    nightly = workflows.run("nightly", RED, sha=sha)
    workflows.again(nightly, GREEN)

    assert workflows.variants([nightly]) == ["nightly / test, nightly / test"]
    assert workflows.day.rows("SELECT flakes FROM case_state") == [(1,)]


def test_a_workflow_that_is_renamed_keeps_its_jobs(workflows: Workflows) -> None:
    shas = [workflows.commit() for _ in range(2)]
    runs = [
        workflows.run(name, GREEN, sha=sha, file=file)
        for sha, ci, nightly in zip(shas, ("CI", "Tests"), ("nightly", "By night"), strict=True)
        for name, file in ((ci, "ci.yml"), (nightly, "nightly.yml"))
    ]

    assert workflows.variants(runs) == ["test", "nightly / test"] * 2


def test_a_workflow_whose_file_is_renamed_keeps_its_jobs(workflows: Workflows) -> None:
    before = workflows.run("CI", GREEN, sha=workflows.commit(), file="ci.yml")
    after = workflows.run("CI", GREEN, sha=workflows.commit(), file="tests.yml")

    assert workflows.variants([before, after]) == ["test", "test"]


def test_two_files_of_one_name_are_two_workflows(workflows: Workflows) -> None:
    sha = workflows.commit()

    runs = [workflows.run("CI", GREEN, sha=sha, file=f"{name}.yml") for name in "abc"]
    later = [workflows.run("CI", GREEN, sha=sha, file=f"{name}.yml") for name in "cba"]

    assert workflows.variants(runs) == ["test", "CI / test", "c.yml / test"]
    assert workflows.variants(later) == ["c.yml / test", "CI / test", "test"]


def test_a_workflow_of_pull_requests_shares_the_default_branch_s_name(workflows: Workflows) -> None:
    """So that what is broken on the default branch explains what pull requests fail."""
    for _ in range(3):
        workflows.run("main", RED, sha=workflows.commit())
    workflows.day.shop.push("more", HEAD)
    workflows.day.shop.open_pull_request()

    pull = workflows.on_pull("pull request", RED)
    beside = workflows.on_pull("e2e", GREEN)

    assert workflows.variants([pull, beside]) == ["test", "e2e / test"]
    [cause] = workflows.day.rows(f"SELECT cause FROM finding WHERE run_id = {pull.id}")
    assert cause == ("broken",)


def test_a_fork_claims_nothing(workflows: Workflows) -> None:
    github = workflows.day.shop.world.github
    github.fork(github.repository(REPO), "eve/shop")
    github.push(
        "eve/shop", "more", HEAD, author="eve", message="Mine", at=workflows.day.shop.clock()
    )
    workflows.day.shop.open_pull_request(head_repo="eve/shop")

    fork = workflows.on_pull("CI", GREEN, file="evil.yml", head_repo="eve/shop")
    ours = workflows.run("CI", GREEN, sha=workflows.commit(), file="ci.yml")
    renamed = workflows.on_pull("nightly", GREEN, file="ci.yml", head_repo="eve/shop")

    assert workflows.variants([fork, ours, renamed]) == ["test", "test", "test"]
    assert workflows.day.rows(
        "SELECT variant, line, workflow, workflow_path FROM variant WHERE told = 'test'"
    ) == [("test", "default", "CI", ".github/workflows/ci.yml")]


def test_what_holds_no_report_claims_nothing(workflows: Workflows) -> None:
    sha = workflows.commit()

    workflows.run("build", None, sha=sha)
    ci = workflows.run("CI", GREEN, sha=sha)

    assert workflows.variants([ci]) == ["test"]


def test_no_report_is_missed_where_a_job_came_to_a_name_of_its_own(workflows: Workflows) -> None:
    for _ in range(4):
        workflows.run("nightly", GREEN, sha=workflows.commit())
    with unit_of_work(workflows.day.desk.engine) as session:  # as if CI had been known before
        session.execute(text("UPDATE variant SET workflow = 'CI', workflow_path = 'ci.yml'"))

    run = workflows.run("nightly", GREEN, sha=workflows.commit())

    assert workflows.variants([run]) == ["nightly / test"]
    [check] = workflows.day.checks(run.head_sha)
    assert check.conclusion == "success"
