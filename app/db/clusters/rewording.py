"""Clusters whose words an older version of the masks made: told anew, by their example."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.outcomes import Failure

AT_ONCE = 1_000  # clusters; the rest is found with the next fold

# A signature's first byte is the version that made it, so those of older ones are a stretch of the
# key: it is empty but for some months after the version was raised.
OUTDATED = text("""
SELECT cluster.cluster_id, example_type, example_message, example_trace, earliest.signature
FROM (SELECT DISTINCT cluster_id FROM cluster_signature
      WHERE repo_id = :repo AND signature < :mark AND version < :version
        AND cluster_id IS NOT NULL LIMIT :most) AS old
JOIN cluster ON cluster.repo_id = :repo AND cluster.cluster_id = old.cluster_id
CROSS JOIN LATERAL (
  SELECT signature FROM cluster_signature AS known
  WHERE known.repo_id = :repo AND known.cluster_id = cluster.cluster_id
  ORDER BY first_seen_at, signature LIMIT 1) AS earliest
""")

REWORD = tuple(
    text(statement)
    for statement in (
        """
        UPDATE cluster SET said = :said, words = :words, frames = :frames
        WHERE repo_id = :repo AND cluster_id = :cluster
        """,
        """
        UPDATE cluster_signature SET version = :version,
          words = CASE WHEN signature = :signature THEN :words ELSE words END
        WHERE repo_id = :repo AND cluster_id = :cluster AND version < :version
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Outdated:
    """A cluster with its example, and the signature that this has."""

    cluster_id: int
    example: Failure
    mark: bytes


def outdated(session: Session, repo_id: int, *, version: int) -> list[Outdated]:
    """Clusters that only older versions of the masks have read; AT_ONCE at most."""
    asked = {"repo": repo_id, "version": version, "mark": bytes((version,)), "most": AT_ONCE}
    return [
        Outdated(
            row.cluster_id,
            Failure(row.example_type, row.example_message, row.example_trace),
            bytes(row.signature),
        )
        for row in session.execute(OUTDATED, asked)
    ]


def reword(
    session: Session,
    repo_id: int,
    one: Outdated,
    *,
    said: str,
    words: str,
    frames: Sequence[str],
    version: int,
) -> None:
    """Keep what a version makes of a cluster's example; the cluster stays what and who it is."""
    values: dict[str, Any] = {"repo": repo_id, "cluster": one.cluster_id, "signature": one.mark}
    values |= {"said": said, "words": words, "frames": list(frames), "version": version}
    for statement in REWORD:
        session.execute(statement, values)
