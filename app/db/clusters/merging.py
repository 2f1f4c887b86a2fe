"""Two clusters that turn out to be one: all of the younger goes to the older."""

from sqlalchemy import text
from sqlmodel import Session

MERGE = tuple(
    text(statement)
    for statement in (
        """
        UPDATE cluster_signature SET cluster_id = :old
        WHERE repo_id = :repo AND cluster_id = :young
        """,
        """
        INSERT INTO cluster_case AS stored
          (repo_id, cluster_id, case_id, variant, failures, first_seen_at, last_seen_at)
        SELECT repo_id, :old, case_id, variant, failures, first_seen_at, last_seen_at
        FROM cluster_case WHERE repo_id = :repo AND cluster_id = :young
        ON CONFLICT (repo_id, cluster_id, case_id, variant) DO UPDATE SET
          failures = stored.failures + excluded.failures,
          first_seen_at = least(stored.first_seen_at, excluded.first_seen_at),
          last_seen_at = greatest(stored.last_seen_at, excluded.last_seen_at)
        """,
        """
        INSERT INTO cluster_day AS stored (repo_id, cluster_id, day, failures)
        SELECT repo_id, :old, day, failures
        FROM cluster_day WHERE repo_id = :repo AND cluster_id = :young
        ON CONFLICT (repo_id, cluster_id, day) DO UPDATE SET
          failures = stored.failures + excluded.failures
        """,
        "DELETE FROM cluster_case WHERE repo_id = :repo AND cluster_id = :young",
        "DELETE FROM cluster_day WHERE repo_id = :repo AND cluster_id = :young",
        """
        UPDATE cluster SET failures = cluster.failures + young.failures,
          first_seen_at = least(cluster.first_seen_at, young.first_seen_at),
          last_seen_at = greatest(cluster.last_seen_at, young.last_seen_at),
          name = coalesce(cluster.name, young.name),
          issue_url = coalesce(cluster.issue_url, young.issue_url)
        FROM cluster AS young
        WHERE cluster.repo_id = :repo AND cluster.cluster_id = :old
          AND young.repo_id = :repo AND young.cluster_id = :young
        """,
        """
        UPDATE cluster SET merged_into = :old, failures = 0
        WHERE repo_id = :repo AND (cluster_id = :young OR merged_into = :young)
        """,
    )
)


def merge(session: Session, repo_id: int, *, old: int, young: int) -> None:
    """Make one cluster of two: the older keeps its id, the younger points to it."""
    for statement in MERGE:
        session.execute(statement, {"repo": repo_id, "old": old, "young": young})
