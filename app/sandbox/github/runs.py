"""Workflow runs: starting, finishing and re-running them, with their jobs and artifacts."""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.core.errors import BadInput, Missing
from app.sandbox.github.entities import (
    ARTIFACT_LIFE,
    Account,
    Artifact,
    Attempt,
    CheckRun,
    Commit,
    Job,
    Repository,
    Run,
    WorkflowJob,
)
from app.sandbox.github.pulls import PullRequests
from app.sandbox.github.shapes import run as shapes

RERUN_WITHIN = timedelta(days=30)  # GitHub re-runs no older workflow runs
MOST_ATTEMPTS = 50  # re-runs of one run
ACTIONS = "github-actions"
ARTIFACT_IDS = 1 << 32  # far above every other id
Upload = tuple[str, bytes, datetime]  # name, zip, created at


class Runs(PullRequests):
    """What runners and people do with workflow runs."""

    def start_run(
        self,
        repo: str,
        run_id: int,
        *,
        head_sha: str,
        branch: str | None,
        actor: str,
        at: datetime,
        workflow: str = "CI",
        file: str | None = None,
        event: str = "push",
        head_repo: str | None = None,
        pr: int | None = None,
        title: str | None = None,
    ) -> Run:
        """A new run with its first attempt; webhooks `requested` and `in_progress` follow."""
        with self.lock:
            where, path = self._place_of(repo, run_id), _path(workflow, file)
            one = Run(
                id=run_id,
                repo=where,
                workflow=workflow,
                workflow_id=self._workflow_id(where, path),
                run_number=1 + sum(r.path == path for r in where.runs.values()),
                event=event,
                head_sha=head_sha,
                branch=branch,
                head_repo=self.fork(where, head_repo or where.full_name),
                actor=self.account(actor),
                title=title or _title(where.commits.get(head_sha)) or workflow,
                created_at=at,
                pull_request=pr,
                check_suite_id=self.suite_id(where, head_sha, f"{ACTIONS} {run_id}"),
                path=path,
            )
            one.attempts.append(Attempt(1, one.actor, at, at))
            self.runs[run_id] = where.runs[run_id] = one
        self._begin(one, one.latest)
        return one

    def _place_of(self, repo: str, run_id: int) -> Repository:
        """The repository of a new run."""
        if run_id in self.runs:
            raise BadInput(f"There is a run {run_id} already; take another id.")
        return self.repository(repo)

    def finish_attempt(
        self,
        run: Run,
        *,
        conclusion: str,
        at: datetime,
        attempt: int | None = None,
        jobs: Iterable[Job] = (),
        artifacts: Iterable[Upload] = (),
    ) -> Attempt:
        """End an attempt with its jobs and what they uploaded; webhooks follow."""
        with self.lock:
            told = self._attempt(run, attempt)
            if told.status == "completed":
                raise BadInput(f"Attempt {told.number} of run {run.id} has ended already.")
            told.status, told.conclusion, told.updated_at = "completed", conclusion, at
            told.jobs.extend(WorkflowJob(self.new_id(), job) for job in jobs)
            for job in told.jobs:
                self._check_run_of(run, job)
            for name, contents, created_at in artifacts:
                self.add_artifact(run, name, contents, created_at)
        for job in told.jobs:
            self._announce_job(run, told, job)
        self._announce_run(run, told, "completed", sender=told.actor)
        return told

    def rerun(self, run: Run, *, at: datetime, actor: str) -> Attempt:
        """Start the next attempt; raises when GitHub would refuse to."""
        told = self.queue_attempt(run, at=at, actor=self.account(actor))
        self._begin(run, told)
        return told

    def queue_attempt(
        self, run: Run, *, at: datetime, actor: Account, announce: bool = False
    ) -> Attempt:
        """The next attempt, waiting for a runner; `announce` sends `requested` afterwards."""
        with self.lock:
            refusal = self.rerun_refusal(run, at=at)
            if refusal is not None:
                raise BadInput(refusal)
            told = Attempt(run.latest.number + 1, actor, at, at)
            run.attempts.append(told)
        if announce:
            self._announce_run(run, told, "requested", sender=actor, later=True)
        return told

    def rerun_refusal(self, run: Run, *, at: datetime) -> str | None:
        """Why GitHub would not re-run this now, in its words; None when it would."""
        if run.latest.status != "completed":
            return "This workflow is already running"
        if run.created_at < at - RERUN_WITHIN:
            return "Unable to retry this workflow run because it was created over a month ago"
        if run.latest.number > MOST_ATTEMPTS:
            return "This workflow run cannot be retried"
        return None

    def add_artifact(self, run: Run, name: str, contents: bytes, created_at: datetime) -> Artifact:
        """Upload a zip. Ids do not grow with time, as on GitHub, where they come from shards."""
        with self.lock:
            seed = f"{run.id} {len(run.artifacts)} {name}".encode()
            number = ARTIFACT_IDS + zlib.crc32(seed)
            while number in self.artifacts:
                number += 1
            expires_at = created_at + ARTIFACT_LIFE
            one = Artifact(number, run, name, contents, created_at, expires_at)
            self.artifacts[number] = one
            run.artifacts.append(one)
            return one

    def expire_artifact(self, artifact: Artifact) -> None:
        """Its retention is over: still listed, but the download answers 410."""
        with self.lock:
            artifact.expired = True

    def delete_artifact(self, artifact: Artifact) -> None:
        """Somebody deleted it: it is gone from the list, and 404."""
        with self.lock:
            self.artifacts.pop(artifact.id, None)
            artifact.run.artifacts.remove(artifact)

    def _begin(self, run: Run, told: Attempt) -> None:
        self._announce_run(run, told, "requested", sender=told.actor)
        with self.lock:
            told.status = "in_progress"
        self._announce_run(run, told, "in_progress", sender=told.actor)

    def _attempt(self, run: Run, number: int | None) -> Attempt:
        for told in run.attempts:
            if told.number == (number or run.latest.number):
                return told
        raise Missing(f"Run {run.id} has no attempt {number}.")

    def _workflow_id(self, repo: Repository, path: str) -> int:
        if path not in repo.workflows:
            repo.workflows[path] = self.new_id()
        return repo.workflows[path]

    def _check_run_of(self, run: Run, job: WorkflowJob) -> None:
        """GitHub Actions writes a check run of the same id for every job."""
        self.check_runs[job.id] = CheckRun(
            id=job.id,
            repo=run.repo,
            name=job.told.name,
            head_sha=run.head_sha,
            check_suite_id=run.check_suite_id,
            by_app=False,
            status="completed",
            conclusion=job.told.conclusion,
            started_at=job.told.started_at,
            completed_at=job.told.completed_at,
            details_url=f"{shapes.run_html_url(self, run)}/job/{job.id}",
        )

    def _announce_run(
        self, run: Run, told: Attempt, action: str, *, sender: Account, later: bool = False
    ) -> None:
        with self.lock:
            payload = {
                "action": action,
                "workflow_run": shapes.run(self, run, told),
                "workflow": shapes.workflow(self, run),
            }
        self.announce(run.repo, "workflow_run", payload, sender=sender, later=later)

    def _announce_job(self, run: Run, told: Attempt, job: WorkflowJob) -> None:
        with self.lock:
            payload = {"action": "completed", "workflow_job": shapes.job(self, run, told, job)}
        self.announce(run.repo, "workflow_job", payload, sender=told.actor)


def _path(workflow: str, file: str | None) -> str:
    """Where a workflow's file lies; it is called as the workflow is, unless somebody says."""
    return f".github/workflows/{file or workflow.lower().replace(' ', '-') + '.yml'}"


def _title(commit: Commit | None) -> str:
    """The first line of a commit's message; nothing where nobody knows the commit."""
    return commit.message.partition("\n")[0] if commit else ""
