"""Folding: executions of reports not folded yet go into the hourly rollups, hours into days.

Both steps take what is not marked, add rows, and mark it, in one transaction: whatever is
killed, each execution is in the sums once. Readers add what is not marked yet
(app.db.rollups).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.retention import AT_LEAST
from app.core.rollups import BOUNDS, UNTOLD, Grain
from app.db import partitions

REPORTS_AT_ONCE = 1_000  # folded in one transaction, at most
EXECUTIONS_AT_ONCE = 1_000_000  # likewise, unless one report has more
DAYS_AT_ONCE = 7  # of hours that go into days in one transaction
# What is folded has just been written: no statistics know it, and a plan made for a handful of
# rows would read every report's executions once for each report. Hashing is right for any number,
# and so is finding executions by their report's blocks instead of reading all that is stored.
BY_HASHING = text("""
SELECT set_config(name, value, true)
FROM (VALUES ('enable_nestloop', 'off'), ('enable_mergejoin', 'off'), ('enable_sort', 'off'),
             ('enable_seqscan', 'off'), ('jit', 'off'), ('work_mem', '96MB')) AS wanted(name, value)
""")
FOLDING_DAYS = 0x464C4144  # key, with the repository, of the lock under which days are folded
FLAKES = 0  # stands among the outcomes of entries

SHARD = "(get_byte(uuid_send({0}), 0) >> 2)::smallint"
"""Which 64th of all cases a case belongs to; ids are digests, so they spread evenly."""

BIN = f"coalesce(width_bucket({{0}}, CAST(:bounds AS int[])), {UNTOLD})::smallint"

# Every sum of these reports: (place of the period, variant, case, outcome, bin) -> n, ms.
# `batch` names the reports, `flake` what flaked in them. The repository comes from the batch: with
# its number in hand, a plan without statistics goes through all that is stored of it by case.
ENTRIES = f"""
  SELECT batch.place, execution.variant AS own, execution.case_id, execution.outcome,
         {BIN.format("execution.duration_ms")} AS bin,
         count(*)::int AS n, coalesce(sum(execution.duration_ms), 0) AS ms
  FROM batch JOIN execution ON execution.report_id = batch.report_id
    AND execution.repo_id = batch.repo_id
  WHERE execution.report_id = ANY(:reports) AND execution.keep_until > :oldest
  GROUP BY 1, 2, 3, 4, 5
  UNION ALL
  SELECT batch.place, flake.own, flake.case_id, {FLAKES}::smallint, {UNTOLD}::smallint,
         count(*)::int, 0
  FROM batch JOIN flake USING (report_id)
  GROUP BY 1, 2, 3
"""

# A case flakes in a report when the runner ran it again there and it failed and passed: looked
# for among what failed in reports that have such cases, so the cost goes with the failures.
# {only} narrows the executions.
FLAKED = """
  SELECT batch.report_id, execution.variant AS own, execution.case_id
  FROM batch
  JOIN occurrence ON occurrence.repo_id = :repo
    AND occurrence.report_id = batch.report_id AND occurrence.keep_until > :oldest
  JOIN execution ON execution.repo_id = :repo
    AND execution.case_id = occurrence.case_id AND execution.at = occurrence.at
    AND execution.report_id = occurrence.report_id
    AND execution.variant IS NOT DISTINCT FROM occurrence.variant
    AND execution.keep_until > :oldest
  WHERE batch.flaky > 0 {only}
  GROUP BY 1, 2, 3
  HAVING bool_or(execution.outcome = 1) AND max(execution.nth) > 1
"""

BATCH = """
  SELECT report.repo_id, report.report_id, report.flaky, report.variant, run.branch_class,
         date_trunc('hour', report.at, 'UTC') AS starts_at,
         dense_rank() OVER (
           ORDER BY date_trunc('hour', report.at, 'UTC'), run.branch_class, report.variant
         ) AS place
  FROM report JOIN run USING (repo_id, run_id, attempt)
  WHERE report.repo_id = :repo AND report.report_id = ANY(:reports)
"""

FLAKES_OF = text(f"WITH batch AS MATERIALIZED ({BATCH}) {FLAKED.format(only='')}")

KEPT = "greatest({0} + CAST(:kept AS interval), CAST(:earliest AS timestamptz))"
WHOLE_VARIANT = "place.variant || coalesce(' ' || own, '')"

FOLD = text(f"""
WITH batch AS MATERIALIZED ({BATCH}),
place AS (SELECT DISTINCT place, starts_at, branch_class, variant FROM batch),
flake AS (
  SELECT * FROM unnest(CAST(:flaky_reports AS bigint[]), CAST(:flaky_variants AS text[]),
                       CAST(:flaky_cases AS uuid[])) AS one(report_id, own, case_id)
),
entry AS MATERIALIZED ({ENTRIES}),
by_case AS (
  INSERT INTO case_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant, shard,
                           in_daily, case_ids, outcomes, bins, counts, sums)
  SELECT :repo, {Grain.HOUR:d}, starts_at, {KEPT.format("starts_at")}, branch_class,
         {WHOLE_VARIANT}, shard, false, case_ids, outcomes, bins, counts, sums
  FROM (
    SELECT place, own, {SHARD.format("case_id")} AS shard, array_agg(case_id) AS case_ids,
           array_agg(outcome) AS outcomes, array_agg(bin) AS bins, array_agg(n) AS counts,
           array_agg(ms) AS sums
    FROM entry GROUP BY 1, 2, 3
  ) AS packed JOIN place USING (place)
),
suite AS MATERIALIZED (
  SELECT place, own, case_.suite, outcome, bin, sum(n)::int AS n, sum(ms)::bigint AS ms
  FROM entry JOIN case_ ON case_.repo_id = :repo AND case_.case_id = entry.case_id
  GROUP BY 1, 2, 3, 4, 5
),
total AS (
  SELECT * FROM suite
  UNION ALL
  SELECT place, own, NULL, outcome, bin, sum(n)::int, sum(ms)::bigint FROM suite
  GROUP BY 1, 2, 4, 5
),
by_suite AS (
  INSERT INTO suite_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant,
                            suite_id, suite, in_daily, outcomes, bins, counts, sums)
  SELECT :repo, {Grain.HOUR:d}, starts_at, {KEPT.format("starts_at")}, branch_class,
         {WHOLE_VARIANT}, md5(suite)::uuid, suite, false, outcomes, bins, counts, sums
  FROM (
    SELECT place, own, suite, array_agg(outcome) AS outcomes, array_agg(bin) AS bins,
           array_agg(n) AS counts, array_agg(ms) AS sums
    FROM total GROUP BY 1, 2, 3
  ) AS packed JOIN place USING (place)
)
UPDATE report SET folded_at = :now WHERE repo_id = :repo AND report_id = ANY(:reports)
""")

UNFOLDED = text("""
SELECT report_id, executions, at FROM report
WHERE repo_id = :repo AND folded_at IS NULL AND refusal IS NULL
ORDER BY report_id LIMIT :limit FOR UPDATE SKIP LOCKED
""")

WAITING = text("""
SELECT repo_id FROM report WHERE folded_at IS NULL AND refusal IS NULL
GROUP BY repo_id HAVING min(received_at) <= :before OR sum(executions) >= :many
ORDER BY min(received_at)
""")


def waiting(session: Session, *, before: datetime, many: int) -> list[int]:
    """Repositories with a report received before then, or so many executions, to be folded."""
    rows = session.execute(WAITING, {"before": before, "many": many})
    return [row[0] for row in rows]


def fold_reports(session: Session, repo_id: int, *, kept: timedelta, now: datetime) -> int:
    """Fold a batch of a repository's reports into hours, oldest first; how many.

    Several may fold at once: each takes what the others have not. 0 when nothing is left.
    """
    claimed = session.execute(UNFOLDED, {"repo": repo_id, "limit": REPORTS_AT_ONCE})
    reports: list[int] = []
    oldest, newest, executions = now, now - kept, 0
    for report_id, size, at in claimed:
        if reports and executions + size > EXECUTIONS_AT_ONCE:
            break
        reports.append(report_id)
        executions += size
        oldest, newest = min(oldest, at), max(newest, at)
    if not reports:
        return 0
    _make_room(session, [oldest, newest], kept=kept, now=now)
    which = {"repo": repo_id, "reports": reports, "oldest": oldest}
    flakes = session.execute(FLAKES_OF, which).all()
    session.execute(BY_HASHING)
    session.execute(
        FOLD,
        which
        | {
            "flaky_reports": [flake.report_id for flake in flakes],
            "flaky_variants": [flake.own for flake in flakes],
            "flaky_cases": [flake.case_id for flake in flakes],
            "bounds": list(BOUNDS),
            "kept": kept,
            "earliest": now + AT_LEAST,
            "now": now,
        },
    )
    return len(reports)


def _make_room(
    session: Session, moments: Sequence[datetime], *, kept: timedelta, now: datetime
) -> None:
    """Make the partitions that rows of periods between these moments go into."""
    first = partitions.month_of(max(min(moments) - timedelta(days=1) + kept, now + AT_LEAST))
    last = partitions.month_of(max(max(moments) + kept, now + AT_LEAST))
    months = [first]
    while months[-1] < last:
        months.append(partitions.following(months[-1]))
    partitions.make_partitions(session, months)


OLD_HOURS = text(f"""
SELECT DISTINCT repo_id FROM case_rollup
WHERE grain = {Grain.HOUR:d} AND NOT in_daily AND starts_at < :before
""")

OLDEST_HOUR = text(f"""
SELECT min(starts_at) FROM case_rollup
WHERE repo_id = :repo AND grain = {Grain.HOUR:d} AND NOT in_daily AND starts_at < :before
""")

FOLD_CASE_HOURS = text(f"""
WITH taken AS (
  UPDATE case_rollup SET in_daily = true
  WHERE repo_id = :repo AND grain = {Grain.HOUR:d} AND NOT in_daily
    AND starts_at >= :since AND starts_at < :before
  RETURNING starts_at, branch_class, variant, shard, case_ids, outcomes, bins, counts, sums
),
entry AS (
  SELECT date_trunc('day', starts_at, 'UTC') AS starts_at, branch_class, variant, shard,
         case_id, outcome, bin, sum(n)::int AS n, sum(ms)::bigint AS ms
  FROM taken, unnest(case_ids, outcomes, bins, counts, sums) AS one(case_id, outcome, bin, n, ms)
  GROUP BY 1, 2, 3, 4, 5, 6, 7
)
INSERT INTO case_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant, shard,
                         in_daily, case_ids, outcomes, bins, counts, sums)
SELECT :repo, {Grain.DAY:d}, starts_at, {KEPT.format("starts_at")}, branch_class, variant, shard,
       true, array_agg(case_id), array_agg(outcome), array_agg(bin), array_agg(n), array_agg(ms)
FROM (SELECT * FROM entry ORDER BY case_id) AS sorted
GROUP BY starts_at, branch_class, variant, shard
""")

FOLD_SUITE_HOURS = text(f"""
WITH taken AS (
  UPDATE suite_rollup SET in_daily = true
  WHERE repo_id = :repo AND grain = {Grain.HOUR:d} AND NOT in_daily
    AND starts_at >= :since AND starts_at < :before
  RETURNING starts_at, branch_class, variant, suite_id, suite, outcomes, bins, counts, sums
),
entry AS (
  SELECT date_trunc('day', starts_at, 'UTC') AS starts_at, branch_class, variant, suite_id,
         suite, outcome, bin, sum(n)::int AS n, sum(ms)::bigint AS ms
  FROM taken, unnest(outcomes, bins, counts, sums) AS one(outcome, bin, n, ms)
  GROUP BY 1, 2, 3, 4, 5, 6, 7
)
INSERT INTO suite_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant,
                          suite_id, suite, in_daily, outcomes, bins, counts, sums)
SELECT :repo, {Grain.DAY:d}, starts_at, {KEPT.format("starts_at")}, branch_class, variant,
       suite_id, suite, true, array_agg(outcome), array_agg(bin), array_agg(n), array_agg(ms)
FROM entry
GROUP BY starts_at, branch_class, variant, suite_id, suite
""")

ALONE = text("SELECT pg_try_advisory_xact_lock(:key, hashint8(:repo))")


def with_old_hours(session: Session, *, before: datetime) -> list[int]:
    """Repositories that have hours before then which no day holds yet."""
    return [row[0] for row in session.execute(OLD_HOURS, {"before": before})]


def fold_hours(
    session: Session, repo_id: int, *, before: datetime, kept: timedelta, now: datetime
) -> bool:
    """Fold a repository's hours of some days before `before`, a midnight, into those days.

    The oldest days first; False when nothing is left, or somebody else does it. An hour that
    was folded late makes another row of its day.
    """
    if not session.execute(ALONE, {"key": FOLDING_DAYS, "repo": repo_id}).scalar_one():
        return False
    found = session.execute(OLDEST_HOUR, {"repo": repo_id, "before": before}).scalar_one()
    if found is None:
        return False
    until = min(before, found.astimezone(UTC).replace(hour=0) + timedelta(days=DAYS_AT_ONCE))
    _make_room(session, [found, until], kept=kept, now=now)
    session.execute(BY_HASHING)
    values = {
        "repo": repo_id,
        "since": found,
        "before": until,
        "kept": kept,
        "earliest": now + AT_LEAST,
    }
    session.execute(FOLD_CASE_HOURS, values)
    session.execute(FOLD_SUITE_HOURS, values)
    return True
