"""Which workflow a variant belongs to, and under which variants a run's reports are stored."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.runs import Run, RunKey
from app.core.variants import Asked, Home, Line, Settled, Workflow

SETTLING = 0x56415249  # key, with the repository, of the lock under which homes change

HOMES = text("""
SELECT variant_id, variant, line, told, workflow, workflow_path FROM variant
WHERE repo_id = :repo AND (told = ANY(:told) OR variant = ANY(:names))
""")
LOCK = text("SELECT pg_advisory_xact_lock(:key, hashint8(:repo))")
BESIDE = text("""
SELECT DISTINCT workflow_path FROM run
WHERE repo_id = :repo AND head_sha = :sha AND is_trusted AND workflow_path IS NOT NULL
""")
FORGET = text("DELETE FROM variant WHERE repo_id = :repo AND variant_id = ANY(:ids)")
RENAME = text("""
UPDATE variant SET workflow = :workflow, workflow_path = :path
WHERE repo_id = :repo AND variant_id = ANY(:ids)
""")
ADD = text("""
INSERT INTO variant (repo_id, variant, line, told, workflow, workflow_path)
VALUES (:repo, :variant, :line, :told, :workflow, :path)
ON CONFLICT ON CONSTRAINT variant_once DO NOTHING
""")
STORED = text("""
SELECT DISTINCT variant FROM report
WHERE repo_id = :repo AND run_id = :run AND variant = ANY(:variants)
""")

# A job as people know it: led by its workflow where its variant is. For `report` and `job`.
JOB_SHOWN = """
CASE WHEN right(report.variant, length(job.name) + 3) = ' / ' || job.name
     THEN report.variant ELSE job.name END
"""


def homes(
    session: Session, repo_id: int, told: Collection[str], names: Collection[str] = ()
) -> list[Home]:
    """The homes of jobs that are called so, and of whatever has these names."""
    values = {"repo": repo_id, "told": list(told), "names": list(names)}
    return [
        Home(row[0], row[1], Line(row[2]), row[3], Workflow(row[4], row[5]))
        for row in session.execute(HOMES, values)
    ]


def lock(session: Session, repo_id: int) -> None:
    """Let nobody else change the repository's homes before this transaction has ended."""
    session.execute(LOCK, {"key": SETTLING, "repo": repo_id})


def beside(session: Session, run: Run) -> frozenset[str]:
    """The paths of the workflows that ran on a run's commit, a fork's aside; served by run_head."""
    values = {"repo": run.key.repo_id, "sha": run.head_sha}
    return frozenset(session.execute(BESIDE, values).scalars())


def remember(session: Session, repo_id: int, asked: Asked, found: Settled) -> None:
    """Write down what was settled, by whoever holds the lock."""
    workflow = {"workflow": asked.workflow.name, "path": asked.workflow.path}
    _change(session, FORGET, repo_id, found.gone, {})
    _change(session, RENAME, repo_id, found.renamed, workflow)
    if found.is_new:
        place = {"variant": found.variant, "line": asked.line, "told": asked.told}
        session.execute(ADD, {"repo": repo_id, **place, **workflow})


def _change(
    session: Session,
    how: Any,  # noqa: ANN401 -- SQLAlchemy's text clause
    repo_id: int,
    ids: Collection[int],
    values: Mapping[str, str | None],
) -> None:
    if ids:
        session.execute(how, {"repo": repo_id, "ids": sorted(ids), **values})


def stored(session: Session, key: RunKey, variants: Collection[str]) -> frozenset[str]:
    """Those of which a run, in whatever attempt, has a report; served by report_once."""
    if not variants:
        return frozenset()
    values = {"repo": key.repo_id, "run": key.run_id, "variants": list(variants)}
    return frozenset(session.execute(STORED, values).scalars())
