"""The shop's history, told to the sandbox in the order in which it happened."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge

from app.demo.execute import FinishedRun
from app.demo.project import Tree
from app.demo.records import DEFAULT_BRANCH, REPO, Commit, History, PullRequest, Push
from app.sandbox.github.entities import Change, Job, Run
from app.sandbox.github.world import GitHubWorld

REPORT_NAME = "junit.xml"
Step = tuple[datetime, int, Callable[[], None]]  # when, order among equals, what


def replay(
    github: GitHubWorld,
    history: History,
    finished: Iterable[FinishedRun],
    *,
    on_run: Callable[[], None],
) -> int:
    """Let everything happen on the sandbox; how many run attempts there were.

    `finished` comes in order of completion, and everything that happened before a run's end
    is told before it.
    """
    told: dict[int, Run] = {}
    steps: Iterator[Step] = iter(sorted(_steps(github, history), key=lambda step: step[:2]))
    ends: Iterator[Step] = (
        (one.completed_at, 1_000_000 + number, _ending(github, told, one))
        for number, one in enumerate(finished)
    )
    count = 0
    for _, order, happen in merge(steps, ends, key=lambda step: step[:2]):
        happen()
        if order >= 1_000_000:
            count += 1
            on_run()
    return count


def _steps(github: GitHubWorld, history: History) -> Iterator[Step]:
    merges = {pull.merge_sha for pull in history.pulls if pull.merge_sha}
    for number, commit in enumerate(history.commits):
        if commit.sha not in merges:
            yield commit.at, number, _pushing(github, commit, history)
    for pull in history.pulls:
        for nth, push in enumerate(pull.pushes):
            yield push.at, 1_000 + nth, _push_to(github, pull, push, history, first=nth == 0)
        if pull.merged_at:
            yield pull.merged_at, 2_000, _merging(github, pull, history)
        elif pull.closed_at:
            yield pull.closed_at, 2_000, _closing(github, pull)


def _pushing(github: GitHubWorld, commit: Commit, history: History) -> Callable[[], None]:
    def happen() -> None:
        github.push(
            REPO,
            DEFAULT_BRANCH,
            commit.sha,
            author=commit.author.login,
            message=commit.message,
            at=commit.at,
            files=_changes(commit.changed, commit.sha, history),
        )

    return happen


def _push_to(
    github: GitHubWorld, pull: PullRequest, push: Push, history: History, *, first: bool
) -> Callable[[], None]:
    def happen() -> None:
        github.fork(github.repository(REPO), pull.head_repo)
        github.push(
            pull.head_repo,
            pull.branch,
            push.head_sha,
            author=pull.author.login,
            message=push.message,
            at=push.at,
            parents=[push.base_sha],
        )
        files = _changes(push.changed, push.head_sha, history)
        if not first:
            github.synchronize(
                REPO,
                pull.number,
                head_sha=push.head_sha,
                base_sha=push.base_sha,
                files=files,
                at=push.at,
            )
            return
        github.open_pull_request(
            REPO,
            pull.number,
            title=pull.title,
            author=pull.author.login,
            branch=pull.branch,
            head_sha=push.head_sha,
            base_sha=push.base_sha,
            head_repo=pull.head_repo,
            files=files,
            at=push.at,
        )

    return happen


def _merging(github: GitHubWorld, pull: PullRequest, history: History) -> Callable[[], None]:
    at = pull.merged_at
    assert at is not None
    return lambda: _done(github.merge(REPO, pull.number, at=at, merge_sha=pull.merge_sha))


def _closing(github: GitHubWorld, pull: PullRequest) -> Callable[[], None]:
    at = pull.closed_at
    assert at is not None
    return lambda: _done(github.close(REPO, pull.number, at=at))


def _done(_: object) -> None:
    """Let go of what an act answers."""


def _ending(github: GitHubWorld, told: dict[int, Run], one: FinishedRun) -> Callable[[], None]:
    def happen() -> None:
        run = _started(github, told, one)
        github.finish_attempt(
            run,
            conclusion=one.conclusion.value,
            at=one.completed_at,
            jobs=[
                Job(job.name, job.conclusion.value, job.started_at, job.completed_at)
                for job in one.jobs
            ],
            artifacts=[
                (artifact_name(job.name), zipped(job.report), job.completed_at)
                for job in one.jobs
                if job.report is not None
            ],
        )

    return happen


def _started(github: GitHubWorld, told: dict[int, Run], one: FinishedRun) -> Run:
    """The run with its newest attempt begun."""
    planned, attempt = one.run, one.attempt
    known = told.get(planned.run_id)
    if known is not None:
        github.rerun(known, at=attempt.started_at, actor=planned.actor)
        return known
    run = github.start_run(
        REPO,
        planned.run_id,
        head_sha=planned.head_sha,
        branch=planned.branch,
        actor=planned.actor,
        at=attempt.started_at,
        event=planned.event.value,
        head_repo=planned.head_repo,
        pr=planned.pr,
    )
    told[planned.run_id] = run
    return run


def artifact_name(job: str) -> str:
    """What the shop's workflow calls a job's upload."""
    return "results-" + re.sub(r"[^a-z0-9.]+", "-", job.lower()).strip("-")


def zipped(report: bytes) -> bytes:
    """A report as the artifact's zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(REPORT_NAME, report)
    return buffer.getvalue()


def _changes(paths: Iterable[str], sha: str, history: History) -> list[Change]:
    tree: Tree = history.trees.get(sha, {})
    return [
        Change(path, tree[path].encode() if path in tree else None, _status(path, tree))
        for path in paths
    ]


def _status(path: str, tree: Tree) -> str:
    return "modified" if path in tree else "removed"
