"""What observations came to, written down: the scorer's memory, and how the cases stand by it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.core.runs import Repository, RunKey
from app.core.scorer import memory
from app.db import judgements, scorers
from app.db.scorers import Kept, NewCase
from app.db.session import Session
from app.services.judging.work import Work


def keep(session: Session, work: Work) -> Kept:
    """Write the scorer's memory down: the repository's part, and the cases that moved."""
    kept = replace(work.kept, part=memory.repository_part(work.scorer, work.counts))
    scorers.write(session, kept)
    parts: Mapping[str, memory.CasePart] = {
        case: memory.case_part(work.scorer, case, work.counts) for case in work.touched
    }
    scorers.write_cases(
        session,
        kept,
        [
            NewCase(case, part.memory, work.told[case].to_json(), part.jobs, part.is_held)
            for case, part in parts.items()
        ],
    )
    return kept


def write_standings(session: Session, repository: Repository, work: Work, *, now: datetime) -> None:
    """Write how the cases stand that moved, and what they turned."""
    moved = [
        (UUID(hex=case), standing, work.touched[case]) for case, standing in work.standings.items()
    ]
    judgements.write_standings(session, repository.id, moved, now=now)
    for one in work.turned:
        judgements.note_change(
            session,
            RunKey(repository.id, one.run.key.run_id, one.run.key.attempt),
            UUID(hex=one.case),
            was=one.was,
            now=one.now,
            at=one.at,
            why=one.why,
        )
