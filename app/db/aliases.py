"""Renamed and moved cases: what went and came in a run, proposals, and the history that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.core.aliases import AliasState, Named, Pair
from app.core.runs import Run, RunKey
from app.db import repositories
from app.db.workflows import OF_WORKFLOW, of_workflow

MOST = 5_000  # cases that went or came in one run; more is another suite, not a rename

# Only reports that brought a set of cases never seen before can hold a new case. They are found
# first, whatever the planner expects: mostly there are none, and no execution is read.
CAME = text(f"""
WITH brought AS MATERIALIZED (
  SELECT report.report_id, report.at, report.received_at FROM report
  JOIN case_set ON case_set.repo_id = report.repo_id AND case_set.digest = report.case_set
    AND case_set.first_seen_at = report.received_at
  WHERE report.repo_id = :repo AND report.run_id = :run AND report.attempt = :attempt
)
SELECT DISTINCT case_.case_id, suite, classname, name, parameters, file
FROM brought
JOIN execution ON execution.repo_id = :repo AND execution.report_id = brought.report_id
  AND execution.at = brought.at AND execution.keep_until > brought.at
JOIN case_ ON case_.repo_id = :repo AND case_.case_id = execution.case_id
  AND case_.first_seen_at = brought.received_at
LIMIT {MOST}
""")

# For uploads what ran in the same variant stands for their workflow.
BASE = text(f"""
SELECT run.run_id, run.attempt FROM run
WHERE run.repo_id = :repo AND branch_class = 'default'
  AND {OF_WORKFLOW}
  AND started_at < :before AND run.run_id <> :run
  AND EXISTS (SELECT FROM report WHERE report.repo_id = run.repo_id
              AND report.run_id = run.run_id AND report.attempt = run.attempt
              AND report.executions > 0
              AND (NOT :is_upload OR variant IN (SELECT variant FROM report AS mine
                   WHERE mine.repo_id = :repo AND mine.run_id = :run AND mine.executions > 0)))
ORDER BY started_at DESC, attempt DESC LIMIT 1
""")

# What the base run had and this run has not, of variants that both ran.
GONE = text(f"""
WITH mine AS (
  SELECT report_id, at, variant FROM report
  WHERE repo_id = :repo AND run_id = :run AND executions > 0
),
theirs AS (
  SELECT report_id, at, variant FROM report
  WHERE repo_id = :repo AND run_id = :base_run AND attempt = :base_attempt
    AND variant IN (SELECT variant FROM mine)
),
had AS (
  SELECT DISTINCT case_id FROM theirs
  JOIN execution ON execution.repo_id = :repo AND execution.report_id = theirs.report_id
    AND execution.at = theirs.at AND execution.keep_until > theirs.at
),
has AS (
  SELECT DISTINCT case_id FROM mine
  JOIN execution ON execution.repo_id = :repo AND execution.report_id = mine.report_id
    AND execution.at = mine.at AND execution.keep_until > mine.at
)
SELECT case_.case_id, suite, classname, name, parameters, file
FROM (SELECT case_id FROM had EXCEPT SELECT case_id FROM has) AS gone
JOIN case_ ON case_.repo_id = :repo AND case_.case_id = gone.case_id
LIMIT {MOST}
""")

PROPOSE = text("""
INSERT INTO case_alias (repo_id, old_case_id, new_case_id, state, likeness, head_sha, proposed_at)
VALUES (:repo, :old, :new, 'proposed', :likeness, :sha, :now) ON CONFLICT DO NOTHING
""")

PROPOSED = text("""
SELECT alias_id FROM case_alias
JOIN unnest(CAST(:olds AS uuid[]), CAST(:news AS uuid[])) AS pair(old, new)
  ON pair.old = old_case_id AND pair.new = new_case_id
WHERE repo_id = :repo AND state = 'proposed' ORDER BY alias_id
""")

FOUND = """
SELECT alias_id, case_alias.repo_id, full_name, old_case_id, new_case_id, state, likeness, head_sha,
       proposed_at, decided_by, decided_at,
       concat_ws('::', nullif(o.classname, ''), o.name) || o.parameters AS old_name,
       concat_ws('::', nullif(n.classname, ''), n.name) || n.parameters AS new_name
FROM case_alias JOIN repository USING (repo_id)
JOIN case_ o ON o.repo_id = case_alias.repo_id AND o.case_id = old_case_id
JOIN case_ n ON n.repo_id = case_alias.repo_id AND n.case_id = new_case_id
"""

LISTED = text(f"""{FOUND}
WHERE CAST(:repository AS text) IS NULL OR full_name = :repository
ORDER BY array_position(ARRAY['proposed', 'confirmed', 'declined'], state), proposed_at DESC,
         alias_id
LIMIT :limit
""")

REPOSITORY = text("SELECT repo_id FROM case_alias WHERE alias_id = :alias")

ONE = text(f"{FOUND} WHERE alias_id = :alias FOR UPDATE OF case_alias")

CONFIRMED = text(f"""{FOUND}
WHERE case_alias.repo_id = :repo AND old_case_id = :old AND state = 'confirmed'
""")

OF_PAIR = text(f"""{FOUND}
WHERE case_alias.repo_id = :repo AND old_case_id = :old AND new_case_id = :new
FOR UPDATE OF case_alias
""")

DECIDE = text("""
UPDATE case_alias SET state = :state, decided_by = :by, decided_at = :now
WHERE repo_id = :repo AND alias_id = :alias
""")

# A new case may have had several names one after the other; a circle ends where it began.
EARLIER = text("""
WITH RECURSIVE followed (case_id, now_id) AS (
  SELECT old_case_id, new_case_id FROM case_alias
  WHERE repo_id = :repo AND state = 'confirmed' AND new_case_id = ANY(:cases)
  UNION
  SELECT old_case_id, now_id FROM case_alias JOIN followed ON new_case_id = followed.case_id
  WHERE repo_id = :repo AND state = 'confirmed'
)
SELECT case_id, now_id FROM followed WHERE case_id <> now_id
""")


@dataclass(frozen=True, slots=True)
class Alias:
    """A proposal, and what was decided."""

    id: int
    repo_id: int
    repository: str
    old: UUID
    new: UUID
    state: AliasState
    likeness: float
    head_sha: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    old_name: str
    new_name: str
    event_id: int | None = None  # of the audit trail, where it was decided just now


def came(session: Session, key: RunKey) -> list[Named]:
    """The cases that no report before this attempt's had."""
    values = {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt}
    return [Named(*row) for row in session.execute(CAME, values)]


def gone(session: Session, run: Run) -> list[Named]:
    """The cases of the default branch's newest earlier run that this run has not.

    Of variants that both ran: a job that is missing tells nothing of its cases.
    """
    values: dict[str, object] = {"repo": run.key.repo_id, "run": run.key.run_id}
    told = {**of_workflow(run), "before": run.started_at}
    base = session.execute(BASE, values | told).first()
    if base is None:
        return []
    values |= {"base_run": base.run_id, "base_attempt": base.attempt}
    return [Named(*row) for row in session.execute(GONE, values)]


def propose(
    session: Session, repo_id: int, pairs: Sequence[Pair], *, head_sha: str, now: datetime
) -> None:
    """Store proposals; what was proposed before stays as it is."""
    for pair in pairs:
        values = {"repo": repo_id, "old": pair.old, "new": pair.new, "likeness": pair.likeness}
        session.execute(PROPOSE, values | {"sha": head_sha, "now": now})


def proposed(session: Session, repo_id: int, pairs: Sequence[Pair]) -> list[int]:
    """The ids of those of these pairs that nobody has decided about."""
    values = {"repo": repo_id, "olds": [p.old for p in pairs], "news": [p.new for p in pairs]}
    return [row[0] for row in session.execute(PROPOSED, values)]


def listed(session: Session, repository: str | None, *, limit: int = 200) -> list[Alias]:
    """Proposals first, then decisions, newest first; of one repository or of all."""
    rows = session.execute(LISTED, {"repository": repository, "limit": limit})
    return [_alias(row) for row in rows]


def locked(session: Session, alias_id: int) -> Alias | None:
    """One alias, which nobody else decides meanwhile; None when there is none.

    Nor is its repository judged meanwhile: what is judged takes the cases for what they were.
    """
    repo_id = repository_of(session, alias_id)
    if repo_id is None:
        return None
    repositories.hold(session, repo_id)  # first, as whoever judges does
    row = session.execute(ONE, {"alias": alias_id}).first()
    return None if row is None else _alias(row)


def repository_of(session: Session, alias_id: int) -> int | None:
    """Whose an alias is; None when there is none."""
    return session.execute(REPOSITORY, {"alias": alias_id}).scalar_one_or_none()


def of_pair(session: Session, repo_id: int, old: UUID, new: UUID) -> Alias | None:
    """The alias of two cases, which nobody else decides meanwhile; served by case_alias_pair."""
    row = session.execute(OF_PAIR, {"repo": repo_id, "old": old, "new": new}).first()
    return None if row is None else _alias(row)


def confirmed_of(session: Session, repo_id: int, old: UUID) -> Alias | None:
    """What a case became; None when it became nothing; served by case_alias_once."""
    row = session.execute(CONFIRMED, {"repo": repo_id, "old": old}).first()
    return None if row is None else _alias(row)


def decide(session: Session, alias: Alias, state: AliasState, *, by: str, now: datetime) -> None:
    """Write down what somebody decided."""
    values = {"repo": alias.repo_id, "alias": alias.id, "state": state.value, "by": by, "now": now}
    session.execute(DECIDE, values)


def renamed(session: Session, repo_id: int) -> dict[str, str]:
    """Ids that cases had before, each with the id it has now, as hexadecimal digits."""
    query = text(
        "SELECT old_case_id, new_case_id FROM case_alias"
        " WHERE repo_id = :repo AND state = 'confirmed' ORDER BY decided_at"
    )
    became = {row[0].hex: row[1].hex for row in session.execute(query, {"repo": repo_id})}
    return {old: _last(became, old) for old in became}


def _last(became: dict[str, str], old: str) -> str:
    """What a case is called in the end; a circle ends where it began."""
    now, seen = became[old], {old}
    while now in became and now not in seen:
        seen.add(now)
        now = became[now]
    return now


def earlier_ids(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Ids that these cases had before, each with the id it has now; served by case_alias_new."""
    if not case_ids:
        return {}
    values = {"repo": repo_id, "cases": list(case_ids)}
    return {row.case_id: row.now_id for row in session.execute(EARLIER, values)}


def _alias(row: Row[Any]) -> Alias:
    values = row._asdict()
    return Alias(
        id=values["alias_id"],
        repo_id=values["repo_id"],
        repository=values["full_name"],
        old=values["old_case_id"],
        new=values["new_case_id"],
        state=AliasState(values["state"]),
        likeness=values["likeness"],
        head_sha=values["head_sha"],
        proposed_at=values["proposed_at"],
        decided_by=values["decided_by"],
        decided_at=values["decided_at"],
        old_name=values["old_name"],
        new_name=values["new_name"],
    )
