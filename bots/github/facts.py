"""From GitHub's nouns to ours: repositories, pull requests, runs, jobs and artifacts."""

from app.core.deliveries import InstallationSeen
from app.core.naming_issues import named_in
from app.core.runs import Artifact, BranchClass, Job, PullRequest, Repository, Run, RunKey
from bots.github.payloads import (
    ArtifactPart,
    InstallationPart,
    JobPart,
    PullRequestPart,
    RepositoryPart,
    RunPart,
    RunPullRequest,
)

COMPLETED = "completed"
IN_PROGRESS = "in_progress"
QUEUED = "queued"
MERGE_QUEUE_PREFIX = "gh-readonly-queue/"
OF_PULL_REQUESTS = frozenset({BranchClass.PULL_REQUEST, BranchClass.OTHER})
"""A push to a branch may belong to a pull request too, but tests the head alone."""
ANYBODYS = frozenset(
    {
        "discussion",
        "discussion_comment",
        "fork",
        "issue_comment",
        "issues",
        "watch",
        "workflow_run",
    }
)
"""Events with which anybody starts a workflow of the default branch. What it then tests, or which
artifact of a fork's run it hands on, GitHub does not tell: it names the default branch's head."""
NOBODY = "ghost"  # GitHub's name for a deleted account


def seen_now(part: InstallationPart) -> InstallationSeen:
    """An installation as it is now; its account is "" for an enterprise, which has no login."""
    return InstallationSeen(
        id=part.id,
        account=part.account.login if part.account else "",
        suspended_at=part.suspended_at,
        is_news=True,
        permissions=part.permissions,
    )


def repository_of(part: RepositoryPart, *, installation_id: int | None) -> Repository:
    """The repository; its default branch is "" where the payload does not tell it."""
    return Repository(
        id=part.id,
        full_name=part.full_name,
        default_branch=part.default_branch,
        installation_id=installation_id,
    )


def pull_request_of(part: PullRequestPart) -> PullRequest:
    """The pull request; a fork is whatever head does not live in the base repository."""
    head, base = part.head.repo, part.base.repo
    return PullRequest(
        number=part.number,
        title=part.title,
        author=part.user.login if part.user and part.user.login else NOBODY,
        state=part.state,
        head_sha=part.head.sha,
        head_branch=part.head.ref,
        head_repo=head.full_name if head else None,
        base_branch=part.base.ref,
        base_sha=part.base.sha,
        is_fork=head is None or base is None or head.id != base.id,
        updated_at=part.updated_at,
        labels=tuple(label.name for label in part.labels if label.name),
        named_issues=named_in(f"{part.title}\n{part.body}"),
    )


def run_of(part: RunPart, repository: RepositoryPart) -> Run:
    """One attempt of a run, with the code that it tested as far as the payload tells."""
    is_done = part.status == COMPLETED
    where = branch_class(part, repository)
    pull_request = run_pull_request(part, repository) if where in OF_PULL_REQUESTS else None
    is_merged = where is BranchClass.PULL_REQUEST
    actor = part.triggering_actor or part.actor
    return Run(
        key=RunKey(repo_id=repository.id, run_id=part.id, attempt=part.run_attempt),
        workflow=part.name or part.path,
        event=part.event,
        status=part.status if part.status in {COMPLETED, IN_PROGRESS} else QUEUED,
        conclusion=part.conclusion if is_done else None,
        head_sha=part.head_sha,
        base_sha=pull_request.base.sha if pull_request and is_merged else None,
        branch=part.head_branch or "",
        branch_class=where,
        pr_number=pull_request.number if pull_request else None,
        is_trusted=is_trusted(part, repository),
        actor=actor.login if actor and actor.login else NOBODY,
        started_at=part.run_started_at or part.created_at,
        ended_at=part.updated_at if is_done else None,
        url=part.html_url,
        workflow_path=path_of(part) or None,
    )


def path_of(part: RunPart) -> str:
    """Of the workflow's file in the repository, behind which GitHub may name the branch."""
    return part.path.partition("@")[0]


def is_trusted(part: RunPart, repository: RepositoryPart) -> bool:
    """Whether the code comes from the repository itself, not from a fork, deleted or not."""
    if part.event in ANYBODYS:
        return False
    return part.head_repository is not None and part.head_repository.id == repository.id


def branch_class(part: RunPart, repository: RepositoryPart) -> BranchClass:
    """Where the code comes from; what is not the repository's own is never its default branch."""
    if part.event.startswith("pull_request"):
        return BranchClass.PULL_REQUEST
    if not is_trusted(part, repository):
        return BranchClass.OTHER
    branch = part.head_branch or ""
    if part.event == "merge_group" or branch.startswith(MERGE_QUEUE_PREFIX):
        return BranchClass.MERGE_QUEUE
    if branch and branch == repository.default_branch:
        return BranchClass.DEFAULT
    return BranchClass.OTHER


def run_pull_request(part: RunPart, repository: RepositoryPart) -> RunPullRequest | None:
    """The pull request that a run belongs to; None where GitHub tells none, as for forks.

    GitHub lists every open pull request of the head branch, also those against other
    repositories.
    """
    ours = [one for one in part.pull_requests if one.base.repo.id == repository.id]
    return ours[0] if ours else None


def job_of(part: JobPart) -> Job:
    """A job of a run attempt."""
    return Job(
        id=part.id,
        name=part.name,
        status=part.status,
        conclusion=part.conclusion,
        started_at=part.started_at,
        completed_at=part.completed_at,
        url=part.html_url or "",
        labels=tuple(part.labels),
    )


def artifact_of(part: ArtifactPart) -> Artifact:
    """An artifact of a run."""
    return Artifact(
        id=part.id,
        name=part.name,
        size_bytes=part.size_in_bytes,
        created_at=part.created_at,
        is_expired=part.expired,
    )
