"""Running failed jobs again because somebody asked: looked at first, once, and said either way."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import BadInput, Missing, NotGranted, Unavailable
from app.core.policy.policy import Policy
from app.core.runs import RedRun, Repository, RunNow
from app.core.workflow_file import MOST_CHARACTERS, WhyNotRerun, why_not_rerun
from app.ports import CodeHost
from app.render.words import answers as said

PERMISSION = "actions: write"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run whose failed jobs somebody wants to run again."""

    run: RedRun
    failed: tuple[str, ...]  # jobs, as the host shows their names


@dataclass(frozen=True, slots=True)
class Started:
    """A run whose failed jobs run again."""

    run: RedRun
    workflow: str
    attempt: int
    is_sure: bool  # False: our App started it, and the answer to that was lost, or was another's

    @property
    def once(self) -> str:
        """What is told of it once, whoever asked."""
        return f"rerun:{self.run.run_id}.{self.run.attempt}"


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A run whose failed jobs do not, and why."""

    run: RedRun
    sentence: str


def start(
    host: CodeHost, repository: Repository, policy: Policy, wanted: Sequence[Wanted], login: str
) -> list[Started | NotStarted]:
    """Have the failed jobs of these runs run again, where nothing speaks against it.

    The person may write. May be called again when it was cut short: what runs already is not
    started twice. Raises Unavailable where the host is away.
    """
    return [_start(host, repository, policy, one, login) for one in wanted]


def _start(
    host: CodeHost, repository: Repository, policy: Policy, wanted: Wanted, login: str
) -> Started | NotStarted:
    repo, run = repository.full_name, wanted.run
    try:
        found = host.run_now(repo, run.run_id)
    except Missing:
        return NotStarted(run, said.not_run_again(login, str(run.run_id), said.run_gone()))
    if found.attempt == run.attempt + 1 and found.started_by == host.own_login():
        return Started(run, found.workflow, found.attempt, is_sure=False)
    if found.attempt != run.attempt or not found.is_completed:
        return NotStarted(run, said.runs_already(login, found.workflow, found.attempt))
    refusal = _danger(host, repo, policy, wanted, found) or _asked(host, repo, run)
    if refusal is not None:
        return NotStarted(run, said.not_run_again(login, found.workflow, refusal))
    return Started(run, found.workflow, run.attempt + 1, is_sure=True)


def _danger(host: CodeHost, repo: str, policy: Policy, wanted: Wanted, found: RunNow) -> str | None:
    """Why the jobs must not run again, in a sentence; the workflow is read only where it counts."""
    asked = [name for name in wanted.failed if not policy.may_rerun(name)]
    if not asked and wanted.failed:
        return None
    try:
        file = host.file_at(repo, found.path, found.head_sha, limit=4 * MOST_CHARACTERS)
    except BadInput:
        file = None
    if file is None:
        return said.dangerous(WhyNotRerun.UNREADABLE)
    text = file.contents.decode("utf-8", "replace")
    reasons = (why_not_rerun(text, name) for name in asked or ("",))
    because = next((reason for reason in reasons if reason is not None), None)
    return said.dangerous(because) if because else None


def _asked(host: CodeHost, repo: str, run: RedRun) -> str | None:
    """Start it; why the host will not, in a sentence."""
    try:
        host.rerun_failed(repo, run.run_id)
    except Missing:
        return said.run_gone()
    except NotGranted:
        return said.lacks_permission(PERMISSION)
    except Unavailable as error:
        if not error.permanent:
            raise
        return said.host_refused(error.said or str(error))
    return None
