"""Recompute: build a repository's scorer anew from all that is stored, beside the present one.

A new version of the algorithm, a changed policy or reports that came too late ask for it. The
reports are worked in a part at a time, in the order of the runs' own times; the present scorer
judges until the next one has seen all that it has. Then that one takes its place at once. Nobody
is told of states that changed only by that, and what was said of failures stays as it was said.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.core.decide import State
from app.core.policy.policy import Policy
from app.core.runs import Repository
from app.core.scorer import memory
from app.core.told import Told
from app.db import aliases, judgements, repositories, scorers
from app.db.observed import observations
from app.db.observed import reports as observed_reports
from app.db.observed.sets import Sets
from app.db.scorers import Kept, KeptCase
from app.db.session import Session
from app.render import words
from app.services import acts
from app.services.acts import counting
from app.services.acts.actor import ourselves
from app.services.judging import keeping, observing, scoring
from app.services.judging.work import Work, begin, memories_of
from app.services.policy.terms import terms_of
from app.services.quarantine import leaving

REPORTS_A_TURN = 400  # some two seconds of work; a click is not kept waiting by it
CASES_AT_A_TIME = 500


def step(session: Session, repository: Repository, *, now: datetime, request_id: str) -> bool:
    """Work one part in; True once the new scorer is in its place.

    Only the last part keeps evaluations of the repository waiting.
    """
    asked = scoring.wanted(session, repository)
    building = scorers.building(session, repository.id)
    if building is not None and not asked.made(building):
        scorers.drop(session, building)
        building = None
    if building is None:
        building = asked.begin(session, repository, is_current=False, now=now)
    building, worked = _part(session, repository, building, asked.policy, now=now)
    if worked >= REPORTS_A_TURN:
        return False
    repositories.hold(session, repository.id)
    building, _ = _part(session, repository, building, asked.policy, now=now)
    broken = _take_over(session, repository, building, asked.policy, now=now)
    leaving.leave_silently(session, repository.id, broken, ourselves("worker", request_id), now=now)
    counting.count_held(session, repository.id)
    return True


def _part(
    session: Session, repository: Repository, building: Kept, policy: Policy, *, now: datetime
) -> tuple[Kept, int]:
    """The scorer after the next reports, and how many there were."""
    after = None
    if building.upto_at is not None and building.upto_report is not None:
        after = (building.upto_at, building.upto_report)
    part = observed_reports.in_time(session, repository.id, after=after, most=REPORTS_A_TURN)
    if part.after is None:
        return building, 0
    renamed = aliases.renamed(session, repository.id)
    sets = Sets(session, repository.id, renamed)
    seen = observations.observations(
        session, repository.id, part.reports, sets=sets, renamed=renamed, now=now
    )
    work = begin(session, building, policy, seen, sets)
    work.is_silent = True
    for one in seen:
        observing.observe(session, repository, work, one)
    work.kept = replace(work.kept, upto_at=part.after[0], upto_report=part.after[1])
    return keeping.keep(session, work), part.read


def _take_over(
    session: Session, repository: Repository, building: Kept, policy: Policy, *, now: datetime
) -> list[UUID]:
    """Put the new scorer in its place, and write how cases stand by it; who broke by that."""
    scorers.make_current(session, building)
    at = building.newest_at
    if at is None:
        return []
    after: str | None = None
    broken: list[UUID] = []
    while found := scorers.every(session, building, after=after, most=CASES_AT_A_TIME):
        broken += _write(session, repository, building, policy, found, at=at, now=now)
        after = max(found)
    return broken


def _write(
    session: Session,
    repository: Repository,
    building: Kept,
    policy: Policy,
    found: Mapping[str, KeptCase],
    *,
    at: datetime,
    now: datetime,
) -> list[UUID]:
    sets = Sets(session, repository.id, aliases.renamed(session, repository.id))
    memories, members = memories_of(building, found, sets)
    scorer = memory.opened(policy, building.part, memories, members)
    counts = memory.counts_in(policy, building.part, memories, members)
    told = {case: Told.from_json(one.told) for case, one in found.items()}
    terms = terms_of(session, repository.id, policy, found)
    work = Work(building, terms, scorer, counts, told, {})
    _forgive(session, repository, work)
    judged = memory.judged(work.scorer, work.told, at, warned=policy.warn_threshold)
    standings = {case: work.standing(repository, one, at=at) for case, one in judged.items()}
    before = judgements.states(session, repository.id, found)
    moved = [(UUID(hex=case), standing, at) for case, standing in standings.items()]
    judgements.write_standings(session, repository.id, moved, now=now)
    turned = {
        UUID(hex=case): (before.get(case, State.HEALTHY), standing.state)
        for case, standing in standings.items()
        if before.get(case, State.HEALTHY) is not standing.state
    }
    why = words.recomputed()
    for case_id, (was, is_) in turned.items():
        judgements.note_recomputed(
            session, repository.id, case_id, was=was, now=is_, at=at, why=why
        )
    return [case_id for case_id, (_, is_) in turned.items() if is_ is State.BROKEN]


def _forgive(session: Session, repository: Repository, work: Work) -> None:
    """Let go of evidence that a person called no flake, where there is none that is newer."""
    taken_back = acts.forgiven(session, repository.id, [UUID(hex=case) for case in work.told])
    for case_id, at in taken_back.items():
        case, last = case_id.hex, work.told[case_id.hex].last_flake_at
        if last is not None and last <= at.timestamp():
            work.scorer = memory.forgiven(work.scorer, case)
            work.told[case] = replace(
                work.told[case],
                times=0,
                days=(),
                how=None,
                is_mixed=False,
                sha=None,
                forgiven_at=at.timestamp(),
            )
            work.touched[case] = at
    keeping.keep(session, work)
