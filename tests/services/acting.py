"""Acts done in a transaction of their own, and what they left."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.core.quarantine import Quarantine
from app.db import decisions
from app.db.session import Engine, Session, unit_of_work
from app.services.acts import Actor, Done
from tests.web.world import NOW

MONA = Actor("mona", "cli", "r7")
LATER = NOW + timedelta(days=1)
UNTIL = f"{NOW + timedelta(days=30):%Y-%m-%d}"
Act = Callable[[Session], Done]
CLUSTER = text("""
INSERT INTO cluster (repo_id, said, words, frames, failures, first_seen_at, last_seen_at,
                     created_at)
VALUES (:repo, 'x', 'x', '{}', 1, :now, :now, :now)
""")


def do(engine: Engine, act: Act) -> Done:
    with unit_of_work(engine) as session:
        return act(session)


def decision(engine: Engine, repo: int, case_id: UUID) -> Quarantine | None:
    with unit_of_work(engine) as session:
        return decisions.newest(session, repo, [case_id]).get(case_id)


def steps(engine: Engine, repo: int, case_id: UUID) -> list[tuple[str, str | None, str | None]]:
    with unit_of_work(engine) as session:
        return [(one.event, one.was, one.now) for one in decisions.events(session, repo, case_id)]


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with unit_of_work(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]
