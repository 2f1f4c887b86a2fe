"""What a command in a pull request comes to, but for what has to be asked outside first."""

from dataclasses import dataclass
from datetime import datetime

from app.core.acts import ActName
from app.core.commands import Command, CommandName
from app.core.errors import Missing
from app.core.naming import KnownCase
from app.core.runs import RedRun, RunKey
from app.db import decisions, judgements
from app.db import runs as run_rows
from app.db.session import Session
from app.render import words
from app.render.words import answers as said
from app.services.acts import decision_sentence
from app.services.acts.named import Asked
from app.services.answers.naming import case_meant
from app.services.reruns.failed_jobs import Wanted

ACTS = {
    CommandName.QUARANTINE: ActName.ACTIVATE,
    CommandName.RELEASE: ActName.RELEASE,
    CommandName.DISMISS: ActName.DISMISS,
    CommandName.RERUN: ActName.RERUN,
    CommandName.STABLE: ActName.STABLE,
    CommandName.ISSUE: ActName.OPEN_ISSUE,
}
"""The commands that act on a case."""


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request in which somebody wrote, by its head."""

    repo_id: int
    number: int
    head_sha: str


def case_of(session: Session, pull: Pull, command: Command) -> KnownCase:
    """The case that a command names; those that failed on the pull request come first."""
    attempts = run_rows.newest_attempts(session, pull.repo_id, pull.head_sha)
    found = judgements.findings(session, pull.repo_id, [run.key.run_id for run in attempts])
    near = {one.case_id for one in found}
    return case_meant(session, pull.repo_id, command.case, near=sorted(near))


def asked_with(pull: Pull, command: Command) -> Asked:
    """What comes along with the act: the number is of days, or of re-runs."""
    if command.name is CommandName.RERUN:
        return Asked(times=command.days)
    if command.name is CommandName.STABLE:
        return Asked(commit=pull.head_sha)
    return Asked(reason=command.reason, days=command.days)


def explanation(session: Session, pull: Pull, command: Command, *, now: datetime) -> str:
    """What is known of the case that a command names."""
    case = case_of(session, pull, command)
    standing = judgements.standing(session, pull.repo_id, case.case_id)
    if standing is None:
        raise Missing(said.no_such_case(command.case, ()))
    decision = decisions.newest(session, pull.repo_id, [case.case_id]).get(case.case_id)
    sentence = decision_sentence(decision, now=now)
    reasons = words.evidence_sentences(standing.evidence)
    return said.explained(
        case.name,
        words.STATE_WORDS[standing.state],
        words.probability(standing.score),
        [*reasons, *([sentence] if sentence else [])],
    )


def red_runs(session: Session, repo_id: int, head_sha: str) -> list[RedRun]:
    """The runs of a commit that ended red."""
    attempts = run_rows.newest_attempts(session, repo_id, head_sha)
    return [RedRun(run.key.run_id, run.key.attempt) for run in attempts if run.is_red]


def wanted_of(session: Session, repo_id: int, run: RedRun) -> Wanted:
    """A run with the names of its failed jobs."""
    jobs = run_rows.jobs(session, RunKey(repo_id, run.run_id, run.attempt))
    return Wanted(run, tuple(job.name for job in jobs if job.is_red))
