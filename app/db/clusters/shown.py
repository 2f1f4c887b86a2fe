"""Clusters as pages, command line and check runs read them, and what people call them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from app.core.alike import ClusterCase, ClusterLine, ClusterPage, Example
from app.core.categories import Categorized, Category, Place
from app.core.pages import Alike, Page
from app.db.pages import NAME_CUT, OWNERS, case_name, owned_by, owners_among

TREND_DAYS = 30
CASES_SHOWN = 200  # of one cluster, those that fail most
OF_ONE_CASE = 3  # clusters that a case's page shows, the newest

LINE = """
cluster.cluster_id, cluster.name, cluster.issue_url, cluster.said, cluster.category,
cluster.category_words, cluster.category_place, cluster.failures, cluster.first_seen_at,
cluster.last_seen_at, spread.cases, spread.jobs, spread.owners
"""

OF_CLUSTER = """(
  SELECT repo_id, case_id FROM cluster_case
  WHERE cluster_case.repo_id = cluster.repo_id AND cluster_case.cluster_id = cluster.cluster_id
) AS hit"""
SPREAD = f"""
CROSS JOIN LATERAL (
  SELECT count(DISTINCT case_id) AS cases, count(DISTINCT variant) AS jobs,
         {owners_among(OF_CLUSTER)} AS owners
  FROM cluster_case
  WHERE cluster_case.repo_id = cluster.repo_id AND cluster_case.cluster_id = cluster.cluster_id
) AS spread
"""

LISTED = text(f"""
SELECT {LINE} FROM cluster {SPREAD}
WHERE cluster.repo_id = :repo AND merged_into IS NULL AND {owned_by("spread.owners")}
ORDER BY last_seen_at DESC, cluster_id LIMIT :limit OFFSET :offset
""")

KEPT_ID = text("""
SELECT coalesce(merged_into, cluster_id) FROM cluster
WHERE repo_id = :repo AND cluster_id = :cluster
""")

ONE = text(f"""
SELECT {LINE}, example_type, example_message, example_trace, frames
FROM cluster {SPREAD} WHERE cluster.repo_id = :repo AND cluster.cluster_id = :cluster
""")

WAS = text("""
SELECT cluster_id FROM cluster WHERE repo_id = :repo AND merged_into = :cluster ORDER BY cluster_id
""")

CASES = text(f"""
SELECT cluster_case.case_id, variant, failures, cluster_case.first_seen_at,
       cluster_case.last_seen_at, left(suite, {NAME_CUT}) AS suite,
       left(classname, {NAME_CUT}) AS classname, left(name, {NAME_CUT}) AS name,
       left(parameters, {NAME_CUT}) AS parameters, left(file, {NAME_CUT}) AS file, line,
       {OWNERS}
FROM cluster_case JOIN case_ c USING (repo_id, case_id)
WHERE repo_id = :repo AND cluster_id = :cluster
ORDER BY failures DESC, cluster_case.last_seen_at DESC, case_id, variant LIMIT :limit
""")

DAYS = text("""
SELECT cluster_id, day, failures FROM cluster_day
WHERE repo_id = :repo AND cluster_id = ANY(:clusters) AND day > :since
""")

OTHERS = """
(SELECT count(DISTINCT case_id) FROM cluster_case AS beside
 WHERE beside.repo_id = :repo AND beside.cluster_id = cluster.cluster_id
   AND beside.case_id <> failed.case_id) AS others
"""
ALIKE = f"""
cluster.cluster_id, coalesce(cluster.name, cluster.said) AS title, cluster.issue_url,
cluster.category, cluster.category_words, cluster.category_place, {OTHERS}
"""

OF_CASE = text(f"""
SELECT failed.case_id, {ALIKE}
FROM (SELECT case_id, cluster_id, max(last_seen_at) AS last_at FROM cluster_case
      WHERE repo_id = :repo AND case_id = :case GROUP BY 1, 2) AS failed
JOIN cluster ON cluster.repo_id = :repo AND cluster.cluster_id = failed.cluster_id
ORDER BY failed.last_at DESC, cluster.cluster_id LIMIT :limit
""")

# Of each case that failed in these runs, the newest failure that is in a cluster.
OF_RUNS = text(f"""
SELECT DISTINCT ON (failed.case_id) failed.case_id, {ALIKE}
FROM report
JOIN occurrence AS failed ON failed.repo_id = report.repo_id
  AND failed.report_id = report.report_id AND failed.keep_until > :now
JOIN cluster_signature AS known ON known.repo_id = :repo AND known.signature = failed.signature
JOIN cluster ON cluster.repo_id = :repo AND cluster.cluster_id = known.cluster_id
WHERE report.repo_id = :repo AND report.run_id = ANY(:runs)
ORDER BY failed.case_id, failed.at DESC, failed.report_id DESC, failed.nth DESC
""")

LOCKED = text("""
SELECT cluster_id, name, issue_url FROM cluster
WHERE repo_id = :repo AND cluster_id = :cluster FOR UPDATE
""")
NAME = text("UPDATE cluster SET name = :value WHERE repo_id = :repo AND cluster_id = :cluster")
LINK = text("UPDATE cluster SET issue_url = :value WHERE repo_id = :repo AND cluster_id = :cluster")


def listed(
    session: Session, repo_id: int, *, page: int, size: int, today: date, owner: str | None = None
) -> Page[ClusterLine]:
    """A repository's clusters, those seen last first; with an `owner`, those of their cases."""
    asked = {"repo": repo_id, "owner": owner, "limit": size + 1, "offset": (page - 1) * size}
    rows = list(session.execute(LISTED, asked).mappings())
    trends = _trends(session, repo_id, [row["cluster_id"] for row in rows[:size]], today=today)
    lines = tuple(_line(row, trends[row["cluster_id"]]) for row in rows[:size])
    return Page(lines, page, has_more=len(rows) > size)


def kept_id(session: Session, repo_id: int, cluster_id: int) -> int | None:
    """The id under which a cluster stands; another where it turned out to be that one."""
    values = {"repo": repo_id, "cluster": cluster_id}
    found = session.execute(KEPT_ID, values).scalar_one_or_none()
    return None if found is None else int(found)


def one(
    session: Session, repo_id: int, cluster_id: int, *, repository: str, today: date
) -> ClusterPage | None:
    """All that is shown of a cluster; None when the repository has none with this id."""
    values = {"repo": repo_id, "cluster": cluster_id}
    row = session.execute(ONE, values).mappings().first()
    if row is None:
        return None
    cases = list(session.execute(CASES, values | {"limit": CASES_SHOWN + 1}).mappings())
    trend = _trends(session, repo_id, [cluster_id], today=today)[cluster_id]
    first = today - timedelta(days=TREND_DAYS - 1)
    return ClusterPage(
        repository=repository,
        line=_line(row, trend),
        example=Example(*(row[f"example_{part}"] or "" for part in ("type", "message", "trace"))),
        frames=tuple(row["frames"]),
        cases=tuple(_case(case) for case in cases[:CASES_SHOWN]),
        has_more=len(cases) > CASES_SHOWN,
        was=tuple(found[0] for found in session.execute(WAS, values)),
        days=tuple((first + timedelta(days=n), count) for n, count in enumerate(trend)),
    )


def title_of(session: Session, repo_id: int, cluster_id: int) -> str | None:
    """What a cluster is called: by a person, else by what its failures say; None without it."""
    row = session.execute(ONE, {"repo": repo_id, "cluster": cluster_id}).first()
    return None if row is None else str(row.name or row.said)


def of_case(session: Session, repo_id: int, case_id: UUID) -> tuple[Alike, ...]:
    """The clusters of a case's failures, the newest first."""
    values = {"repo": repo_id, "case": case_id, "limit": OF_ONE_CASE}
    return tuple(_alike(row) for row in session.execute(OF_CASE, values).mappings())


def of_runs(
    session: Session, repo_id: int, run_ids: Sequence[int], *, now: datetime
) -> dict[UUID, Alike]:
    """The cluster of each case that failed in these runs, where it is in one."""
    values = {"repo": repo_id, "runs": list(run_ids), "now": now}
    return {row["case_id"]: _alike(row) for row in session.execute(OF_RUNS, values).mappings()}


def locked(session: Session, repo_id: int, cluster_id: int) -> tuple[str | None, str | None] | None:
    """A cluster's name and issue, which nobody else changes meanwhile; None without it."""
    row = session.execute(LOCKED, {"repo": repo_id, "cluster": cluster_id}).first()
    return None if row is None else (row.name, row.issue_url)


def note_name(session: Session, repo_id: int, cluster_id: int, name: str | None) -> None:
    """Call a cluster so; None takes its name away."""
    session.execute(NAME, {"repo": repo_id, "cluster": cluster_id, "value": name})


def note_issue(session: Session, repo_id: int, cluster_id: int, url: str | None) -> None:
    """Link a cluster to an issue; None unlinks it."""
    session.execute(LINK, {"repo": repo_id, "cluster": cluster_id, "value": url})


def _trends(
    session: Session, repo_id: int, cluster_ids: Sequence[int], *, today: date
) -> dict[int, tuple[int, ...]]:
    since = today - timedelta(days=TREND_DAYS)
    counts = {cluster_id: [0] * TREND_DAYS for cluster_id in cluster_ids}
    values = {"repo": repo_id, "clusters": list(cluster_ids), "since": since}
    for row in session.execute(DAYS, values):
        nth = (row.day - since).days - 1
        if nth < TREND_DAYS:  # a run's clock may run ahead of ours
            counts[row.cluster_id][nth] = row.failures
    return {cluster_id: tuple(found) for cluster_id, found in counts.items()}


def _category(row: RowMapping) -> Categorized | None:
    if row["category"] is None:
        return None
    place = Place(row["category_place"])
    return Categorized(Category(row["category"]), row["category_words"], place)


def _line(row: RowMapping, trend: tuple[int, ...]) -> ClusterLine:
    told: dict[str, Any] = {
        name: row[name]
        for name in ("cluster_id", "name", "issue_url", "said", "failures", "cases", "jobs")
    }
    return ClusterLine(
        **told,
        category=_category(row),
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        trend=trend,
        owners=tuple(row["owners"]),
    )


def _case(row: RowMapping) -> ClusterCase:
    return ClusterCase(
        case_id=row["case_id"],
        name=case_name(row),
        variant=row["variant"],
        failures=row["failures"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
    )


def _alike(row: RowMapping) -> Alike:
    return Alike(
        cluster_id=row["cluster_id"],
        title=row["title"],
        issue_url=row["issue_url"],
        others=row["others"],
        category=_category(row),
    )
