"""What may go: whole partitions that are past, and rows of small tables in bounded batches."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.retention import AT_LEAST, Retention
from app.core.runs import FAILED_CONCLUSIONS, BranchClass
from app.db.partitions import PARTITIONED, following, month_of
from app.db.repositories import retention_in

LOCK_WAIT = "1s"  # that everybody else waits at most while a partition is taken off; then later
_NAME = re.compile(rf"({'|'.join(PARTITIONED)})_(\d{{4}})_(\d\d)")


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition whose month is past, or what is left of one that was only detached."""

    name: str
    table: str
    ends: datetime
    rows: int  # the database's estimate
    is_attached: bool


@dataclass(frozen=True, slots=True)
class Small:
    """A small table, which of its rows may go, and how many do at once."""

    table: str
    condition: str
    at_once: int = 5_000


ARTIFACTS = Small("artifact", "keep_until < :now")
DELIVERIES = Small("delivery", "received_at < :before", at_once=1_000)  # bodies may be large
ASKED_AGAIN = Small("asked_again", "asked_at < :before")
TASKS = Small("task", "wanted <= done AND done_at < :before")
SAYINGS = Small("saying", "at < :before")
AUDIT = Small("audit_event", "repo_id = :repo AND at < :audit")
ANSWERS = tuple(
    Small(table, "repo_id = :repo AND at < :before") for table in ("answer", "claim", "wished_run")
)
REFUSALS = Small("upload", "repo_id = :repo AND refusal IS NOT NULL AND received_at < :before")

# What failed alike, and what a person has not named, goes with the last run that could show it.
CLUSTERS = Small(
    "cluster",
    "repo_id = :repo AND last_seen_at < :longest AND name IS NULL AND issue_url IS NULL",
)
CLUSTER_DAYS = Small("cluster_day", "repo_id = :repo AND day < CAST(:daily AS date)")
OUTAGES = Small("outage", "repo_id = :repo AND over_at IS NOT NULL AND last_at < :longest")
# One about a broken branch or a spike is kept true until that is over.
NOTICES = Small(
    "chat_notice",
    "repo_id = :repo AND began_at < :longest AND (kind = 'proposals' OR over_at IS NOT NULL)",
)
RERUNS = Small("rerun", "repo_id = :repo AND ended_at < :longest")
SETS = Small(
    "observed_set",
    """repo_id = :repo AND used_at < :longest AND NOT EXISTS (
         SELECT FROM scorer WHERE scorer.repo_id = :repo
           AND position(encode(observed_set.digest, 'hex') IN scorer.part) > 0)""",
)
# Artifacts may be named after their run: such a name is nobody's once nothing of it is stored.
VARIANTS = Small(
    "variant",
    """repo_id = :repo AND since < :received AND NOT EXISTS (
         SELECT FROM report WHERE report.repo_id = variant.repo_id
           AND report.variant = variant.variant)""",
)
OF_REPOSITORY = (CLUSTERS, CLUSTER_DAYS, OUTAGES, NOTICES, RERUNS, SETS, VARIANTS)

# Runs take their jobs, reports and findings along. None goes within a week of its receipt, nor
# before its reports are folded. Served by run_recent.
RUNS = Small(
    "run",
    """repo_id = :repo AND started_at < :newest AND started_at < CASE
         WHEN branch_class = :default THEN CAST(:on_default AS timestamptz)
         WHEN conclusion = ANY(:failed_words) THEN CAST(:failed AS timestamptz)
         ELSE CAST(:others AS timestamptz) END
       AND coalesce(ingested_at, started_at) < :received
       AND NOT EXISTS (
         SELECT 1 FROM report WHERE report.repo_id = run.repo_id AND report.run_id = run.run_id
           AND report.attempt = run.attempt AND folded_at IS NULL AND refusal IS NULL)""",
    at_once=500,
)

EXISTING = text("""
SELECT c.relname, greatest(c.reltuples, 0)::bigint AS rows, i.inhrelid IS NOT NULL AS is_attached
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
ORDER BY c.relname
""")

UNFOLDED_BEFORE = text("""
SELECT EXISTS (SELECT 1 FROM report
               WHERE folded_at IS NULL AND refusal IS NULL AND received_at < :before)
""")


def past_partitions(session: Session, *, now: datetime) -> list[Partition]:
    """Partitions of which nothing is to be kept any more, oldest first."""
    found = []
    for row in session.execute(EXISTING):
        named = _NAME.fullmatch(row.relname)
        if named is None:
            continue
        month = date(int(named[2]), int(named[3]), 1)
        if month < month_of(now):
            ends = datetime.combine(following(month), time(), tzinfo=UTC)
            found.append(Partition(row.relname, named[1], ends, row.rows, row.is_attached))
    return sorted(found, key=lambda one: (one.ends, one.name))


def reason_to_keep(session: Session, partition: Partition) -> str | None:
    """Why a past partition must wait: the sums do not hold it yet. None when it may go."""
    if not partition.is_attached:
        return None
    if partition.table in ("execution", "occurrence"):
        before = {"before": partition.ends - AT_LEAST}
        if session.execute(UNFOLDED_BEFORE, before).scalar_one():
            return f"{partition.name} stays until every report of its time is folded."
        return None
    rest = f"SELECT EXISTS (SELECT 1 FROM {partition.name} WHERE grain = 1 AND NOT in_daily)"
    if session.execute(text(rest)).scalar_one():
        return f"{partition.name} stays until its hours are folded into days."
    return None


def detach(session: Session, partition: Partition) -> None:
    """Take a partition off its table, within LOCK_WAIT or not at all.

    Needs the table for itself, for a moment. DETACH CONCURRENTLY would not, but works in no
    transaction, waits as long as the oldest reader takes, and leaves a half-detached partition
    when its connection breaks.
    """
    session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
    session.execute(text(f"ALTER TABLE {partition.table} DETACH PARTITION {partition.name}"))


def drop(session: Session, partition: Partition) -> None:
    """Drop what was detached; nobody but us knows it any more."""
    session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
    session.execute(text(f"DROP TABLE IF EXISTS {partition.name}"))


def count_of(session: Session, small: Small, values: Mapping[str, Any]) -> int:
    """How many rows may go."""
    query = f"SELECT count(*) FROM {small.table} WHERE {small.condition}"
    return int(session.execute(text(query), dict(values)).scalar_one())


def delete_some(session: Session, small: Small, values: Mapping[str, Any]) -> int:
    """Delete one batch of the rows that may go; how many."""
    query = f"""
        DELETE FROM {small.table} WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM {small.table} WHERE {small.condition} LIMIT {small.at_once}))"""
    return int(session.connection().execute(text(query), dict(values)).rowcount)


def repositories(session: Session) -> Sequence[tuple[int, Retention]]:
    """Every repository, also those we were taken off, with its retention."""
    rows = session.execute(text("SELECT repo_id, settings FROM repository ORDER BY repo_id"))
    return [(row.repo_id, retention_in(row.settings)) for row in rows]


def of_repository(repo_id: int, kept: Retention, *, now: datetime) -> dict[str, Any]:
    """The values with which the tables of one repository are asked."""
    before = {
        "on_default": now - kept.of_run(on_default=True, failed=False),
        "failed": now - kept.of_run(on_default=False, failed=True),
        "others": now - kept.of_run(on_default=False, failed=False),
    }
    return {
        **before,
        "newest": max(before.values()),
        "repo": repo_id,
        "default": BranchClass.DEFAULT,
        "failed_words": sorted(FAILED_CONCLUSIONS),
        "received": now - AT_LEAST,
        "audit": now - kept.audit,
        "daily": now - kept.daily,
        "longest": min(before.values()) - AT_LEAST,
    }
