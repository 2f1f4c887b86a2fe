"""What each page shows, read in one transaction each; and taking parked work up again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.core.categories import Categorized, category_of
from app.core.costs import Cost
from app.core.decide import State
from app.core.errors import Missing, Unavailable
from app.core.pages import (
    CaseLine,
    CasePage,
    Cursor,
    FailureText,
    Page,
    ParkedLine,
    RepositoryLine,
    RunLine,
    Suspect,
)
from app.core.suspects import from_text
from app.db import case_outages, case_pages, changes, decisions, issues, owners, pages, reruns
from app.db.clusters import shown
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.ports import Queue
from app.services import backfill, plans
from app.services.policy.policies import policy_of

REPOSITORIES_SHOWN = 25  # rows of a page
CASES_SHOWN = 25
RUNS_SHOWN = 20
OWNERS_SHOWN = 200  # to choose from
RERUNS_SHOWN = 5  # of one case, the newest
SIGHTINGS_SHOWN = 120  # executions of one case; a timeline that still fits a few screens
PARKED_SHOWN = 50
NOT_HERE = "Nothing is here, or nothing for you."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page."""

    repositories: Page[RepositoryLine]
    cases: Page[CaseLine]  # flaky ones, of all repositories


@dataclass(frozen=True, slots=True)
class RepositoryPage:
    """One repository: its cases and what its runs uploaded."""

    repository: RepositoryLine
    cases: Page[CaseLine]
    runs: Page[RunLine]
    cost: Cost  # of flakes, in the last 30 days
    owners: tuple[str, ...] = ()  # everybody who owns a file of it
    history: str | None = None  # how far reading back has come, or what it found


def everybody(engine: Engine, full_name: str, *, viewer: int | None = None) -> tuple[str, ...]:
    """The owners to choose from where a list is of one's own; Missing as for its page."""
    with unit_of_work(engine) as session:
        repository = _repository(session, full_name, viewer)
        return tuple(owners.names(session, repository.repo_id)[:OWNERS_SHOWN])


def overview(
    engine: Engine,
    *,
    repository_page: int,
    case_page: int,
    owner: str | None = None,
    viewer: int | None = None,
) -> Overview:
    """Every repository that the viewer may see (None: all), and what is flaky in any of them.

    With an `owner`, only their cases.
    """
    with unit_of_work(engine) as session:
        return Overview(
            pages.repositories(
                session, page=repository_page, size=REPOSITORIES_SHOWN, viewer=viewer
            ),
            pages.worst_cases(
                session,
                repo_id=None,
                states=("flaky",),
                owner=owner,
                page=case_page,
                size=CASES_SHOWN,
                viewer=viewer,
            ),
        )


def repository_page(
    engine: Engine,
    full_name: str,
    *,
    states: tuple[str, ...],
    with_quarantined: bool,
    owner: str | None,
    case_page: int,
    run_page: int,
    now: datetime,
    rates: Mapping[str, float],
    viewer: int | None = None,
) -> RepositoryPage:
    """One repository's page; Missing when we do not watch it, or the viewer may not see it."""
    with unit_of_work(engine) as session:
        repository = _repository(session, full_name, viewer)
        cases = pages.worst_cases(
            session,
            repo_id=repository.repo_id,
            states=states,
            with_quarantined=with_quarantined,
            owner=owner,
            page=case_page,
            size=CASES_SHOWN,
        )
        runs = pages.runs(session, repository.repo_id, page=run_page, size=RUNS_SHOWN)
        everybody = owners.names(session, repository.repo_id)
        cost = plans.costs_in(session, repository.repo_id, rates=rates, now=now).whole
        history = backfill.summary(session, repository.repo_id)
    everybody = everybody[:OWNERS_SHOWN]
    return RepositoryPage(repository, cases, runs, cost, tuple(everybody), history)


def case_page(
    engine: Engine,
    full_name: str,
    case_id: UUID,
    *,
    before: Cursor | None,
    now: datetime,
    rates: Mapping[str, float],
    viewer: int | None = None,
) -> CasePage:
    """One case's page; Missing when the repository has no such case."""
    with unit_of_work(engine) as session:
        repo_id = _repository(session, full_name, viewer).repo_id
        found = case_pages.named(session, repo_id, case_id, now=now)
        if found is None:
            raise Missing(NOT_HERE)
        name, first_seen_at = found
        last_failure = case_pages.last_failure(session, repo_id, case_id, now=now)
        held = case_pages.held(session, repo_id, case_id)
        return CasePage(
            repository=full_name,
            case_id=case_id,
            name=name,
            first_seen_at=first_seen_at,
            held=held,
            timeline=case_pages.timeline(
                session, repo_id, case_id, before=before, now=now, size=SIGHTINGS_SHOWN
            ),
            changes=case_pages.changes(session, repo_id, case_id),
            decisions=case_pages.decisions(session, repo_id, case_id),
            last_failure=last_failure,
            alike=shown.of_case(session, repo_id, case_id),
            category=_category(last_failure),
            quarantine=decisions.newest(session, repo_id, [case_id]).get(case_id),
            cost=plans.costs_in(session, repo_id, rates=rates, now=now).cases.get(case_id),
            **_beside(session, repo_id, case_id, held),
        )


def _beside(session: Session, repo_id: int, case_id: UUID, held: CaseLine | None) -> dict[str, Any]:
    """What was done about a case beside deciding, and what it was part of, as the page's fields."""
    suspects = _suspects(session, repo_id, held)
    return {
        "issue": issues.of_case(session, repo_id, case_id),
        "reruns": tuple(reruns.of_case(session, repo_id, case_id, limit=RERUNS_SHOWN)),
        "can_rerun": bool(policy_of(session, repo_id).proof_jobs),
        "suspects": suspects,
        "suspects_left": _commits_in(held) - len(suspects) if suspects else 0,
        "outages": case_outages.of_case(session, repo_id, case_id),
        "is_on_github": issues.is_on_github(session, repo_id),
    }


def _commits_in(held: CaseLine | None) -> int:
    """How many commits may have broken a case, those too that are not kept by name."""
    told = (one.get("commits") for one in held.evidence if one.get("range")) if held else ()
    return sum(int(one) for one in told if one)


def _suspects(session: Session, repo_id: int, held: CaseLine | None) -> tuple[Suspect, ...]:
    """The commits that may have broken a case, oldest first; none of a case that is not broken."""
    if held is None or held.state != State.BROKEN:
        return ()
    texts = (one["range"] for one in held.evidence if one.get("range"))
    found = [one for text in texts for one in from_text(str(text))]
    known = changes.commits(session, repo_id, [one.commit for one in found]) if found else {}
    return tuple(
        Suspect(
            one.commit,
            one.p,
            known[one.commit].author if one.commit in known else None,
            known[one.commit].title if one.commit in known else "",
        )
        for one in found
    )


def parked_page(engine: Engine, *, page: int) -> Page[ParkedLine]:
    """What was set aside, newest first."""
    with unit_of_work(engine) as session:
        return pages.parked(session, page=page, size=PARKED_SHOWN)


def count_parked(engine: Engine) -> int:
    """How much was set aside."""
    with unit_of_work(engine) as session:
        return pages.count_parked(session)


def retry_parked(engine: Engine, queue: Queue, task_id: int, *, by: str, now: datetime) -> bool:
    """Take a parked task up again; False when it was not parked any more.

    The queue is told after the commit; when it is away, the sweep finds the task.
    """
    with unit_of_work(engine) as session:
        waiting = tasks.unpark(session, now=now, task_ids=[task_id])
    for one in waiting:
        log.info("parked_task_retried", task=task_id, kind=one.request.kind, by=by)
        _hint(queue, one)
    return bool(waiting)


def _hint(queue: Queue, one: tasks.Waiting) -> None:
    try:
        queue.hint(one.queue, [one.request])
    except Unavailable as error:
        log.warning("hint_lost", error=str(error))


def _repository(session: Session, full_name: str, viewer: int | None) -> RepositoryLine:
    found = pages.repository(session, full_name, viewer=viewer)
    if found is None:
        raise Missing(NOT_HERE)
    return found


def _category(failure: FailureText | None) -> Categorized | None:
    return None if failure is None else category_of(failure.type, failure.message)
