"""Folding failures into clusters: what is not marked is taken, counted and marked at once.

One transaction each: whatever is killed, each failure is counted once. A new signature costs
one look-up in its bands, whatever the number of signatures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.categories import Categorized
from app.core.outcomes import Failure
from app.core.signatures import SIGNATURE_VERSION

REPORTS_AT_ONCE = 500  # folded in one transaction
FAILURES_AT_ONCE = 20_000  # likewise, unless one report has more
NEW_AT_ONCE = 1_000  # signatures never seen before; those of a batch beyond are in no cluster
TEXT_CUT = 4_000  # characters of an example's message
TRACE_CUT = 16_000  # characters of an example's trace
FOLDING = 0x434C5553  # key, with the repository, of the lock under which clusters grow
PLACES = 8  # signatures kept in one place of one band; more would be more of the same
CANDIDATES = 32  # signatures that a new one is compared with

ALONE = text("SELECT pg_try_advisory_xact_lock(:key, hashint8(:repo))")

WAITING = text("""
SELECT DISTINCT repo_id FROM report WHERE clustered_at IS NULL AND refusal IS NULL
""")

# A fork's failures are not counted: nothing of it moves what is held of the repository.
UNFOLDED = text("""
SELECT report_id, report.at, failed + errored + flaky AS failures, run.is_trusted
FROM report JOIN run USING (repo_id, run_id, attempt)
WHERE repo_id = :repo AND clustered_at IS NULL AND refusal IS NULL
ORDER BY report_id LIMIT :limit FOR UPDATE OF report SKIP LOCKED
""")

MARK = text("""
UPDATE report SET clustered_at = :now WHERE repo_id = :repo AND report_id = ANY(:reports)
""")

FAILURES = """
  occurrence WHERE occurrence.repo_id = :repo AND occurrence.report_id = ANY(:reports)
  AND occurrence.keep_until > :oldest AND occurrence.signature IS NOT NULL
"""

# The texts of a signature's first failure that has a trace.
NEW = text(f"""
SELECT DISTINCT ON (signature) signature, case_id, at, left(type, {TEXT_CUT}) AS type,
       left(message, {TEXT_CUT}) AS message, left(trace, {TRACE_CUT}) AS trace
FROM {FAILURES} AND NOT EXISTS (
  SELECT FROM cluster_signature AS known
  WHERE known.repo_id = :repo AND known.signature = occurrence.signature)
ORDER BY signature, trace IS NULL, at LIMIT :limit
""")

# What failed, by cluster, case and job; cases that retention took meanwhile are left out.
COUNT_CASES = text(f"""
WITH failed AS (
  SELECT known.cluster_id, failure.case_id,
         report.variant || coalesce(' ' || failure.variant, '') AS variant, failure.at
  FROM (SELECT * FROM {FAILURES}) AS failure
  JOIN cluster_signature AS known
    ON known.repo_id = :repo AND known.signature = failure.signature
  JOIN report ON report.repo_id = :repo AND report.report_id = failure.report_id
  JOIN case_ ON case_.repo_id = :repo AND case_.case_id = failure.case_id
  WHERE known.cluster_id IS NOT NULL
),
by_case AS (
  INSERT INTO cluster_case AS stored
    (repo_id, cluster_id, case_id, variant, failures, first_seen_at, last_seen_at)
  SELECT :repo, cluster_id, case_id, variant, count(*), min(at), max(at)
  FROM failed GROUP BY 2, 3, 4
  ON CONFLICT (repo_id, cluster_id, case_id, variant) DO UPDATE SET
    failures = stored.failures + excluded.failures,
    first_seen_at = least(stored.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(stored.last_seen_at, excluded.last_seen_at)
),
by_day AS (
  INSERT INTO cluster_day AS stored (repo_id, cluster_id, day, failures)
  SELECT :repo, cluster_id, CAST(at AT TIME ZONE 'UTC' AS date), count(*) FROM failed GROUP BY 2, 3
  ON CONFLICT (repo_id, cluster_id, day) DO UPDATE SET
    failures = stored.failures + excluded.failures
)
UPDATE cluster SET failures = cluster.failures + batch.failures,
  first_seen_at = least(cluster.first_seen_at, batch.first_at),
  last_seen_at = greatest(cluster.last_seen_at, batch.last_at)
FROM (SELECT cluster_id, count(*) AS failures, min(at) AS first_at, max(at) AS last_at
      FROM failed GROUP BY 1) AS batch
WHERE cluster.repo_id = :repo AND cluster.cluster_id = batch.cluster_id
""")

NEAR = text(f"""
SELECT DISTINCT known.signature, known.cluster_id, known.words, cluster.words AS first_words,
       cluster.name IS NOT NULL OR cluster.issue_url IS NOT NULL AS is_claimed
FROM unnest(CAST(:bands AS int[]), CAST(:keys AS bigint[])) AS wanted(band, key)
JOIN cluster_band AS place
  ON place.repo_id = :repo AND place.band = wanted.band AND place.key = wanted.key
JOIN cluster_signature AS known
  ON known.repo_id = :repo AND known.signature = place.signature
JOIN cluster ON cluster.repo_id = :repo AND cluster.cluster_id = known.cluster_id
ORDER BY known.cluster_id, known.signature LIMIT {CANDIDATES}
""")

ADD_SIGNATURE = text("""
INSERT INTO cluster_signature (repo_id, signature, cluster_id, version, words, first_seen_at)
VALUES (:repo, :signature, :cluster, :version, :words, :at)
""")

ADD_BANDS = text(f"""
INSERT INTO cluster_band (repo_id, band, key, nth, signature)
SELECT :repo, band, key, taken.n, :signature
FROM unnest(CAST(:bands AS int[]), CAST(:keys AS bigint[])) AS wanted(band, key)
CROSS JOIN LATERAL (
  SELECT count(*)::int AS n FROM cluster_band AS place
  WHERE place.repo_id = :repo AND place.band = wanted.band AND place.key = wanted.key) AS taken
WHERE taken.n < {PLACES} ON CONFLICT DO NOTHING
""")

FOUND = text("""
INSERT INTO cluster (repo_id, said, words, frames, category, category_words, category_place,
                     example_type, example_message, example_trace, example_case, failures,
                     first_seen_at, last_seen_at, created_at)
VALUES (:repo, :said, :words, :frames, :category, :category_words, :category_place,
        :type, :message, :trace, :case, 0, :at, :at, :now)
RETURNING cluster_id
""")


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports whose failures are folded together."""

    repo_id: int
    reports: tuple[int, ...]  # all of them, to be marked
    trusted: tuple[int, ...]  # those whose failures count
    oldest: datetime


@dataclass(frozen=True, slots=True)
class NewSignature:
    """A signature never seen before, with the texts of one of its failures."""

    mark: bytes
    case_id: UUID
    at: datetime
    failure: Failure


@dataclass(frozen=True, slots=True)
class Near:
    """A known signature in the same place of some band."""

    cluster_id: int
    words: str
    first_words: str  # of its cluster
    is_claimed: bool  # a person has named or linked the cluster


def waiting(session: Session) -> list[int]:
    """Repositories with a report whose failures are in no cluster yet."""
    return [row[0] for row in session.execute(WAITING)]


def is_alone(session: Session, repo_id: int) -> bool:
    """Whether nobody else lets the repository's clusters grow, nor will before we are done."""
    return bool(session.execute(ALONE, {"key": FOLDING, "repo": repo_id}).scalar_one())


def claim(session: Session, repo_id: int) -> Batch | None:
    """The oldest reports not folded yet; None when there are none, or somebody else folds."""
    if not is_alone(session, repo_id):
        return None
    reports: list[int] = []
    trusted: list[int] = []
    moments: list[datetime] = []
    failures = 0
    for row in session.execute(UNFOLDED, {"repo": repo_id, "limit": REPORTS_AT_ONCE}):
        if reports and failures + row.failures > FAILURES_AT_ONCE:
            break
        reports.append(row.report_id)
        moments.append(row.at)
        failures += row.failures
        if row.is_trusted:
            trusted.append(row.report_id)
    return Batch(repo_id, tuple(reports), tuple(trusted), min(moments)) if reports else None


def new_signatures(session: Session, batch: Batch) -> list[NewSignature]:
    """The batch's signatures that were never seen before, NEW_AT_ONCE at most."""
    rows = session.execute(NEW, _values(batch) | {"limit": NEW_AT_ONCE})
    return [
        NewSignature(
            bytes(row.signature), row.case_id, row.at, Failure(row.type, row.message, row.trace)
        )
        for row in rows
    ]


def count(session: Session, batch: Batch, *, now: datetime) -> None:
    """Count the batch's failures, and mark its reports."""
    session.execute(COUNT_CASES, _values(batch))
    session.execute(MARK, {"repo": batch.repo_id, "reports": list(batch.reports), "now": now})


def near(session: Session, repo_id: int, keys: Sequence[int]) -> list[Near]:
    """Known signatures that may be alike, of the oldest clusters first; CANDIDATES at most."""
    rows = session.execute(NEAR, {"repo": repo_id, **_bands(keys)})
    return [Near(row.cluster_id, row.words, row.first_words, row.is_claimed) for row in rows]


def add_signature(
    session: Session,
    repo_id: int,
    new: NewSignature,
    cluster_id: int | None,
    *,
    words: str,
) -> None:
    """Remember a signature and its cluster; None for one that says too little."""
    values = {"repo": repo_id, "signature": new.mark, "cluster": cluster_id}
    values |= {"version": SIGNATURE_VERSION, "words": words, "at": new.at}
    session.execute(ADD_SIGNATURE, values)


def add_bands(session: Session, repo_id: int, mark: bytes, keys: Sequence[int]) -> None:
    """Let a signature be found by others that are like it; nothing where a place is full."""
    session.execute(ADD_BANDS, {"repo": repo_id, "signature": mark, **_bands(keys)})


def found(
    session: Session,
    repo_id: int,
    new: NewSignature,
    *,
    said: str,
    words: str,
    frames: Sequence[str],
    category: Categorized | None,
    now: datetime,
) -> int:
    """Make a cluster of a signature that is like no other; its id, for good."""
    values = {
        "repo": repo_id,
        "said": said,
        "words": words,
        "frames": list(frames),
        "category": category and category.category.value,
        "category_words": category and category.words,
        "category_place": category and category.place.value,
        "type": new.failure.type,
        "message": new.failure.message,
        "trace": new.failure.trace,
        "case": new.case_id,
        "at": new.at,
        "now": now,
    }
    return int(session.execute(FOUND, values).scalar_one())


def _values(batch: Batch) -> dict[str, Any]:
    return {"repo": batch.repo_id, "reports": list(batch.trusted), "oldest": batch.oldest}


def _bands(keys: Sequence[int]) -> dict[str, list[int]]:
    return {"bands": list(range(len(keys))), "keys": list(keys)}
