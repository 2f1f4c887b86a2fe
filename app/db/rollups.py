"""What the rollups answer: trends, slow cases, slowdowns; with what is not folded yet added.

Every answer is one statement, so it sees each execution once: folded or not, never both.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.durations import EARLIER, FEWEST, GROWTH, GROWTH_MS, RECENT, Slowdown, slowdown
from app.core.outcomes import Outcome
from app.core.rollups import (
    BOUNDS,
    MEDIAN,
    NINETY_FIFTH,
    UNTOLD,
    Grain,
    Point,
    Sketch,
    SlowCase,
    Span,
    by_period,
)
from app.core.runs import BranchClass
from app.db import aliases
from app.db.executions import OUTCOME_CODES, OUTCOMES
from app.db.fold import BIN, FLAKED, FLAKES

SHARDS = 64
PASSED = OUTCOME_CODES[Outcome.PASSED]
CASES_CUT = 1_000  # candidates whose sketches are read for one answer

PERIODS = {
    Grain.HOUR: (f"(grain = {Grain.HOUR:d})",),
    Grain.DAY: (f"(grain = {Grain.DAY:d})", f"(grain = {Grain.HOUR:d} AND NOT in_daily)"),
}
"""Which stored rows make up a grain: days, and the hours that are in no day yet."""

WITHIN = """repo_id = :repo AND starts_at >= :since AND starts_at < :until
  AND keep_until > :since
  AND (CAST(:branch AS text) IS NULL OR branch_class = :branch)
  AND (CAST(:variant AS text) IS NULL OR variant = :variant)"""

UNFOLDED = """
  SELECT report.report_id, report.at, report.flaky, report.variant, run.branch_class,
         date_trunc(:unit, report.at, 'UTC') AS starts_at
  FROM report JOIN run USING (repo_id, run_id, attempt)
  WHERE report.repo_id = :repo AND report.folded_at IS NULL AND report.refusal IS NULL
    AND report.at >= :since AND report.at < :until
    AND (CAST(:branch AS text) IS NULL OR run.branch_class = :branch)
"""

# Summed by report before it meets the report, so that no plan can read it once for each.
REST = f"""
  SELECT starts_at, batch.variant || coalesce(' ' || own, '') AS variant,
         case_id, outcome, bin, n, ms
  FROM (
    SELECT report_id, variant AS own, case_id, outcome, {BIN.format("duration_ms")} AS bin,
           count(*)::int AS n, coalesce(sum(duration_ms), 0)::bigint AS ms
    FROM execution
    WHERE repo_id = :repo AND report_id = ANY(ARRAY(SELECT report_id FROM batch))
      AND at = ANY(ARRAY(SELECT at FROM batch)) AND keep_until > :oldest {{only}}
    GROUP BY 1, 2, 3, 4, 5
  ) AS summed JOIN batch USING (report_id)
  UNION ALL
  SELECT starts_at, batch.variant || coalesce(' ' || own, ''), case_id,
         {FLAKES}::smallint, {UNTOLD}::smallint, 1, 0::bigint
  FROM ({FLAKED.format(only="{only_flaked}")}) AS flaked JOIN batch USING (report_id)
"""

FILTERED_REST = f"""
  SELECT starts_at, case_id, outcome, bin, n, ms FROM ({REST}) AS rest
  WHERE CAST(:variant AS text) IS NULL OR variant = :variant
"""


def _case_entries(grain: Grain, *, one_case: bool) -> str:
    """The statement's beginning: `entry`, by period, case, outcome and bin."""
    only = "AND case_id = ANY(CAST(:cases AS uuid[]))" if one_case else ""
    only_flaked = "AND execution.case_id = ANY(CAST(:cases AS uuid[]))" if one_case else ""
    stored = "\n  UNION ALL\n".join(
        f"""
  SELECT date_trunc(:unit, starts_at, 'UTC') AS starts_at, case_id, outcome, bin, n, ms
  FROM case_rollup, unnest(case_ids, outcomes, bins, counts, sums)
    AS one(case_id, outcome, bin, n, ms)
  WHERE {WITHIN} AND shard = ANY(CAST(:shards AS smallint[])) AND {period} {only}"""
        for period in PERIODS[grain]
    )
    rest = FILTERED_REST.format(only=only, only_flaked=only_flaked)
    return f"WITH batch AS MATERIALIZED ({UNFOLDED}), entry AS ({stored}\n  UNION ALL {rest})"


def _suite_entries(grain: Grain, *, whole: bool) -> str:
    """Likewise, by period, outcome and bin, of one suite or of the whole repository."""
    suite = "suite_id IS NULL" if whole else "suite_id = md5(:suite)::uuid"
    stored = "\n  UNION ALL\n".join(
        f"""
  SELECT date_trunc(:unit, starts_at, 'UTC') AS starts_at, outcome, bin, n, ms
  FROM suite_rollup, unnest(outcomes, bins, counts, sums) AS one(outcome, bin, n, ms)
  WHERE {WITHIN} AND {suite} AND {period}"""
        for period in PERIODS[grain]
    )
    member = "" if whole else "JOIN case_ ON case_.repo_id = :repo AND case_.suite = :suite"
    using = "" if whole else "AND case_.case_id = rest.case_id"
    rest = FILTERED_REST.format(only="", only_flaked="")
    return f"""WITH batch AS MATERIALIZED ({UNFOLDED}), entry AS ({stored}
  UNION ALL
  SELECT starts_at, outcome, bin, n, ms FROM ({rest}) AS rest {member} {using})"""


TREND = """
SELECT starts_at, outcome, bin, sum(n)::bigint AS n, sum(ms)::bigint AS ms
FROM entry GROUP BY 1, 2, 3
"""

# The nearest rank's bin, and its mean: as app.core.rollups.Sketch.percentile.
PERCENTILE = (
    "(array_agg((ms + n / 2) / n ORDER BY bin) FILTER (WHERE upto >= ceil({0} * total)))[1]::bigint"
)

RANKED = f"""
, summed AS (
  SELECT case_id, starts_at >= :recent AS is_recent, bin,
         sum(n)::bigint AS n, sum(ms)::bigint AS ms
  FROM entry WHERE outcome = {PASSED} AND bin >= 0 GROUP BY 1, 2, 3
), ranked AS (
  SELECT *, sum(n) OVER (PARTITION BY case_id, is_recent ORDER BY bin) AS upto,
         sum(n) OVER (PARTITION BY case_id, is_recent) AS total
  FROM summed
)"""

SLOWEST = f"""{RANKED}
, slow AS (
  SELECT case_id, max(total)::bigint AS executions, sum(ms)::bigint AS total_ms,
         {PERCENTILE.format(MEDIAN)} AS p50, {PERCENTILE.format(NINETY_FIFTH)} AS p95
  FROM ranked GROUP BY case_id
  ORDER BY p95 DESC, total_ms DESC, case_id LIMIT :limit
)
SELECT slow.*, concat_ws('::', nullif(left(classname, 1000), ''), nullif(left(name, 1000), ''))
               || left(parameters, 1000) AS name
FROM slow JOIN case_ ON case_.repo_id = :repo AND case_.case_id = slow.case_id
ORDER BY p95 DESC, total_ms DESC, case_id
"""

# Whose medians differ enough, with both sketches: whether by chance, the core decides.
SLOWER = f"""{RANKED}
, sided AS (
  SELECT case_id, is_recent, max(total) AS executions, {PERCENTILE.format(MEDIAN)} AS p50,
         array_agg(bin) AS bins, array_agg(n) AS counts, array_agg(ms) AS sums
  FROM ranked GROUP BY 1, 2
)
SELECT recent.case_id, earlier.bins AS earlier_bins, earlier.counts AS earlier_counts,
       earlier.sums AS earlier_sums, recent.bins, recent.counts, recent.sums
FROM sided AS recent JOIN sided AS earlier ON earlier.case_id = recent.case_id
WHERE recent.is_recent AND NOT earlier.is_recent
  AND least(recent.executions, earlier.executions) >= {FEWEST}
  AND recent.p50 >= earlier.p50 * {GROWTH} AND recent.p50 - earlier.p50 >= {GROWTH_MS}
ORDER BY recent.p50 - earlier.p50 DESC, recent.case_id LIMIT {CASES_CUT}
"""


def case_trend(session: Session, span: Span, case_id: UUID) -> list[Point]:
    """What a case did in each period in which it ran, under earlier names too, oldest first.

    Served by case_rollup_place: reads the 64th of each period that its name lies in.
    """
    cases = [case_id, *aliases.earlier_ids(session, span.repo_id, [case_id])]
    query = _case_entries(span.grain, one_case=True) + TREND
    shards = sorted({one.bytes[0] >> 2 for one in cases})  # as app.db.fold.SHARD
    return _points(session, query, _asked(span) | {"cases": cases, "shards": shards})


def suite_trend(session: Session, span: Span, suite: str) -> list[Point]:
    """What a suite's cases did in each period in which any ran; served by suite_rollup_place."""
    query = _suite_entries(span.grain, whole=False) + TREND
    return _points(session, query, _asked(span) | {"suite": suite})


def repository_trend(session: Session, span: Span) -> list[Point]:
    """What all cases of a repository did in each period in which any ran; as `suite_trend`."""
    return _points(session, _suite_entries(span.grain, whole=True) + TREND, _asked(span))


def slowest_cases(session: Session, span: Span, *, limit: int = 20) -> list[SlowCase]:
    """The cases whose passing executions have the highest 95th percentile, then the most time.

    Reads every case's sums of the span: ask for days, and for few of them.
    """
    query = _case_entries(span.grain, one_case=False) + SLOWEST
    asked = _asked(span) | {"shards": list(range(SHARDS)), "recent": span.since, "limit": limit}
    return [
        SlowCase(
            case_id=row.case_id,
            name=row.name,
            executions=row.executions,
            total_ms=row.total_ms,
            p50_ms=row.p50,
            p95_ms=row.p95,
        )
        for row in session.execute(text(query), asked)
    ]


def slowdowns(
    session: Session, repo_id: int, *, now: datetime, branch_class: BranchClass | None = None
) -> list[Slowdown]:
    """Cases that passed slower in the last week than in the weeks before, most lost time first.

    On one branch class, or on all.
    """
    span = Span(repo_id, Grain.DAY, now - RECENT - EARLIER, now, branch_class)
    query = _case_entries(span.grain, one_case=False) + SLOWER
    asked = _asked(span) | {"shards": list(range(SHARDS))}
    asked["recent"] = _floored(now - RECENT, Grain.DAY)
    return list(_found_slower(session.execute(text(query), asked).mappings()))


def _found_slower(rows: Any) -> Iterator[Slowdown]:  # noqa: ANN401 -- SQLAlchemy's result
    for row in rows:
        earlier = _sketch(row, "earlier_")
        found = slowdown(row["case_id"], earlier=earlier, recent=_sketch(row, ""))
        if found is not None:
            yield found


def _sketch(row: Mapping[str, Any], prefix: str) -> Sketch:
    sketch = Sketch()
    columns = (row[f"{prefix}{name}"] for name in ("bins", "counts", "sums"))
    for place, n, ms in zip(*columns, strict=True):
        sketch.add(place, n=n, ms=ms)
    return sketch


def _points(session: Session, query: str, asked: dict[str, Any]) -> list[Point]:
    rows = session.execute(text(query), asked)
    return by_period((row[0], OUTCOMES.get(row[1]), *row[2:]) for row in rows)


def _asked(span: Span) -> dict[str, Any]:
    since = _floored(span.since, span.grain)
    return {
        "repo": span.repo_id,
        "unit": span.grain.name.lower(),
        "since": since,
        "oldest": since,
        "until": span.until,
        "branch": span.branch_class,
        "variant": span.variant,
        "bounds": list(BOUNDS),
    }


def _floored(moment: datetime, grain: Grain) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if grain is Grain.HOUR else hour.replace(hour=0)
