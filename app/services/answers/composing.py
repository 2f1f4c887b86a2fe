"""Answers to clicks and commands: composed, written down once, shown with what is said next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.answers import Answer
from app.core.runs import RedRun
from app.db import answers, cases, claims
from app.db.session import Session
from app.render.words import answers as said
from app.services.acts import Acted, Actor, audit
from app.services.reruns.failed_jobs import NotStarted, Started


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is read: on a commit's check run, and in its pull request."""

    repo_id: int
    head_sha: str
    pr_number: int | None = None


def tell(
    session: Session,
    place: Place,
    text: str,
    *,
    once: str,
    now: datetime,
    url: str | None = None,
) -> bool:
    """Write an answer down; False when this was answered before."""
    return answers.add(
        session,
        place.repo_id,
        Answer(now, text, url),
        once=once,
        head_sha=place.head_sha,
        pr_number=place.pr_number,
    )


def runs_meant(
    session: Session, repo_id: int, runs: Sequence[RedRun], *, once: str, now: datetime
) -> list[RedRun]:
    """The runs that a click or command wants to run again, as they were when it was taken up.

    Written down before anything is started: who is cut short, and looks again, would find that
    they run already, or newer attempts of them, and start those.
    """
    known = claims.wished(session, repo_id, once)
    if not known:
        claims.wish(session, repo_id, once, runs, now=now)
    return known or list(runs)


def of_acts(session: Session, repo_id: int, acted: Acted) -> str:
    """What became of each case; those of which the same is to be said share a sentence."""
    sentences: dict[str, list[UUID | None]] = {}
    for done in acted.done:
        sentences.setdefault(done.sentence, []).append(done.case_id)
    for refused in acted.refused:
        sentences.setdefault(refused.sentence, []).append(refused.case_id)
    ids = [one for found in sentences.values() for one in found if one is not None]
    known = cases.cases(session, repo_id, ids)
    return " ".join(
        said.of_cases(sentence, [known[one].full_name for one in found if one in known])
        for sentence, found in sentences.items()
    )


def tell_reruns(
    session: Session,
    place: Place,
    outcomes: Sequence[Started | NotStarted],
    actor: Actor,
    *,
    once: str,
    now: datetime,
) -> bool:
    """Say of each run whether it runs again, and write down who had it; whether any does."""
    if not outcomes:
        tell(session, place, said.no_failed_jobs(actor.login), once=f"{once}:none", now=now)
    started = [_tell_rerun(session, place, one, actor, once=once, now=now) for one in outcomes]
    return any(started)


def _tell_rerun(
    session: Session,
    place: Place,
    outcome: Started | NotStarted,
    actor: Actor,
    *,
    once: str,
    now: datetime,
) -> bool:
    once = f"{once}:{outcome.run.run_id}"
    if isinstance(outcome, NotStarted):
        tell(session, place, outcome.sentence, once=once, now=now)
        return False
    if not claims.claim(session, place.repo_id, outcome.once, now=now):
        text = said.runs_already(actor.login, outcome.workflow, outcome.attempt)
        tell(session, place, text, once=once, now=now)
        return False
    text = said.runs_again(actor.login, outcome.workflow, outcome.attempt)
    tell(session, place, text, once=once, now=now)
    before = {"run": outcome.run.run_id, "attempt": outcome.run.attempt}
    after = before | {"attempt": outcome.attempt, "head_sha": place.head_sha}
    audit(session, place.repo_id, None, "rerun_failed", actor, before=before, after=after, now=now)
    return True
