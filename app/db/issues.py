"""Issues about cases: ours with their cases, and those that people linked to clusters."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.issues import About, Hand, Issue, Topic
from app.core.naming_issues import Linked
from app.db.tables.issues import IssueCaseRow, IssueRow
from app.db.tables.outside import RepositoryRow
from app.db.tables.ran import CaseRow

GITHUB = "github"
FRESH = {"populate_existing": True}  # rows are changed past the session, too

OF_CASES = text("""
SELECT DISTINCT cluster_case.case_id, cluster.issue_url AS url, CAST(NULL AS integer) AS number
FROM cluster_case JOIN cluster USING (repo_id, cluster_id)
WHERE cluster_case.repo_id = :repo AND cluster_case.case_id = ANY(CAST(:ids AS uuid[]))
  AND cluster.issue_url IS NOT NULL
UNION
SELECT issue_case.case_id, issue.url, issue.number
FROM issue_case JOIN issue USING (repo_id, issue_id)
WHERE issue_case.repo_id = :repo AND issue_case.case_id = ANY(CAST(:ids AS uuid[]))
  AND issue.url IS NOT NULL
ORDER BY 1, 2
""")

IN_FILE = text("""
SELECT other.case_id FROM case_ AS one
JOIN case_ AS other ON other.repo_id = one.repo_id AND other.file = one.file
JOIN case_state ON case_state.repo_id = other.repo_id AND case_state.case_id = other.case_id
WHERE one.repo_id = :repo AND one.case_id = :case AND state = 'flaky'
ORDER BY other.case_id
""")
IN_CLUSTER = text("""
WITH newest AS (
  SELECT cluster_id FROM cluster_case JOIN cluster USING (repo_id, cluster_id)
  WHERE repo_id = :repo AND case_id = :case AND merged_into IS NULL
  ORDER BY cluster_case.last_seen_at DESC, cluster_id LIMIT 1
)
SELECT DISTINCT cluster_id, case_id FROM newest
JOIN cluster_case USING (cluster_id) JOIN case_state USING (repo_id, case_id)
WHERE repo_id = :repo AND state = 'flaky' ORDER BY case_id
""")

# What was decided or seen since it was told, a remark that waits, or nothing told so far.
TO_TELL = text("""
SELECT DISTINCT issue_id FROM issue JOIN issue_case USING (repo_id, issue_id)
WHERE repo_id = :repo AND (
  case_id = ANY(CAST(:ids AS uuid[]))
  OR EXISTS (SELECT FROM quarantine AS q WHERE q.repo_id = issue.repo_id
             AND q.case_id = issue_case.case_id AND q.since > issue.sent_at)
  OR EXISTS (SELECT FROM issue_remark AS r WHERE r.repo_id = issue.repo_id
             AND r.issue_id = issue.issue_id AND r.sent_at IS NULL))
ORDER BY issue_id
""")
OPEN_ONES = text("""
SELECT repo_id, issue_id FROM issue
WHERE is_open AND number IS NOT NULL AND sent_at < :before ORDER BY sent_at LIMIT :limit
""")


def of_cases(
    session: Session, repo_id: int, case_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """The links to issues, of these cases."""
    linked = linked_to(session, repo_id, case_ids).items()
    return {case_id: tuple(dict.fromkeys(one.url for one in of)) for case_id, of in linked}


def linked_to(
    session: Session, repo_id: int, case_ids: Sequence[UUID]
) -> dict[UUID, tuple[Linked, ...]]:
    """The issues of these cases; served by cluster_case_case and issue_case's key."""
    found: dict[UUID, tuple[Linked, ...]] = {}
    rows = session.execute(OF_CASES, {"repo": repo_id, "ids": list(case_ids)})
    for case_id, url, number in rows:
        found[case_id] = (*found.get(case_id, ()), Linked(url, number))
    return found


def open_new(session: Session, repo_id: int, topic: Topic, *, by: str, now: datetime) -> Issue:
    """Write down that an issue is wanted; the one that is there already where there is one."""
    new = insert(IssueRow).values(
        repo_id=repo_id, about=topic.about, topic=topic.key, opened_by=by, opened_at=now
    )
    session.execute(new.on_conflict_do_nothing(constraint="issue_topic"))
    query = select(IssueRow).where(
        col(IssueRow.repo_id) == repo_id,
        col(IssueRow.about) == topic.about,
        col(IssueRow.topic) == topic.key,
    )
    return _issue(session.exec(query, execution_options=FRESH).one())


def issue(session: Session, repo_id: int, issue_id: int) -> Issue | None:
    """One of ours; None when there is none."""
    row = session.get(IssueRow, (repo_id, issue_id), populate_existing=True)
    return None if row is None else _issue(row)


def of_case(session: Session, repo_id: int, case_id: UUID) -> Issue | None:
    """Ours about a case; None when there is none."""
    query = (
        select(IssueRow)
        .join(
            IssueCaseRow,
            (col(IssueCaseRow.repo_id) == IssueRow.repo_id)
            & (col(IssueCaseRow.issue_id) == IssueRow.issue_id),
        )
        .where(col(IssueCaseRow.repo_id) == repo_id, col(IssueCaseRow.case_id) == case_id)
    )
    row = session.exec(query, execution_options=FRESH).first()
    return None if row is None else _issue(row)


def by_number(session: Session, repo_id: int, number: int) -> Issue | None:
    """Ours with this number on the host; None when it is none of ours. Served by issue_number."""
    query = select(IssueRow).where(col(IssueRow.repo_id) == repo_id, col(IssueRow.number) == number)
    row = session.exec(query, execution_options=FRESH).first()
    return None if row is None else _issue(row)


def add_cases(
    session: Session, repo_id: int, issue_id: int, case_ids: Collection[UUID], *, now: datetime
) -> None:
    """Let an issue be about these cases too; those that have one already keep it."""
    rows = [
        {"repo_id": repo_id, "case_id": one, "issue_id": issue_id, "since": now}
        for one in sorted(case_ids)
    ]
    if rows:
        session.execute(insert(IssueCaseRow).values(rows).on_conflict_do_nothing())


def cases(session: Session, repo_id: int, issue_id: int) -> list[UUID]:
    """The cases that an issue is about, the first ones first; served by issue_case_issue."""
    query = (
        select(IssueCaseRow.case_id)
        .where(col(IssueCaseRow.repo_id) == repo_id, col(IssueCaseRow.issue_id) == issue_id)
        .order_by(col(IssueCaseRow.since), col(IssueCaseRow.case_id))
    )
    return list(session.exec(query))


def flaky_in_file(session: Session, repo_id: int, case_id: UUID) -> list[UUID]:
    """The flaky cases of a case's file; none where its file is not known."""
    return list(session.execute(IN_FILE, {"repo": repo_id, "case": case_id}).scalars())


def is_on_github(session: Session, repo_id: int) -> bool:
    """Whether there is a code host on which anything can be done for a repository."""
    row = session.get(RepositoryRow, repo_id)
    return row is not None and row.provider == GITHUB


def file_of(session: Session, repo_id: int, case_id: UUID) -> str:
    """A case's file; "" where it is not known."""
    row = session.get(CaseRow, (repo_id, case_id))
    return (row and row.file) or ""


def flaky_alike(session: Session, repo_id: int, case_id: UUID) -> tuple[int, list[UUID]] | None:
    """The newest cluster of a case's failures, and its flaky cases; None without a cluster."""
    rows = session.execute(IN_CLUSTER, {"repo": repo_id, "case": case_id}).all()
    return (rows[0][0], [one for _, one in rows]) if rows else None


def to_tell(session: Session, repo_id: int, case_ids: Collection[UUID]) -> list[int]:
    """The issues of these cases, and those that something else is to be said in."""
    return list(session.execute(TO_TELL, {"repo": repo_id, "ids": sorted(case_ids)}).scalars())


def open_ones(session: Session, *, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Repository and id of the open issues that were told last before then, the oldest first."""
    rows = session.execute(OPEN_ONES, {"before": before, "limit": limit})
    return [(repo_id, issue_id) for repo_id, issue_id in rows]


def count_opened(session: Session, repo_id: int, *, by: str, since: datetime) -> int:
    """How many somebody opened since then."""
    query = text(
        "SELECT count(*) FROM issue WHERE repo_id = :repo AND opened_by = :by AND opened_at > :at"
    )
    return int(session.execute(query, {"repo": repo_id, "by": by, "at": since}).scalar_one())


def note_there(
    session: Session, repo_id: int, issue_id: int, *, number: int, url: str, is_open: bool
) -> None:
    """Write down where an issue stands, as soon as it is known."""
    _set(session, repo_id, issue_id, number=number, url=url, is_open=is_open, error=None)


def note_told(
    session: Session,
    repo_id: int,
    issue_id: int,
    *,
    is_open: bool,
    gist: bytes,
    digest: bytes,
    now: datetime,
) -> None:
    """Write down what an issue says now; what opened again is nobody's closing any more."""
    told = {"is_open": is_open, "gist": gist, "digest": digest, "sent_at": now}
    _set(session, repo_id, issue_id, **told)
    if is_open:
        session.connection().execute(
            update(IssueRow)
            .where(col(IssueRow.repo_id) == repo_id, col(IssueRow.issue_id) == issue_id)
            .where(col(IssueRow.hand) == Hand.CLOSED)
            .values(hand=None, hand_by=None, hand_at=None)
        )


def note_hand(
    session: Session, repo_id: int, issue_id: int, hand: Hand, *, by: str, at: datetime
) -> None:
    """Write down what somebody else did to an issue."""
    is_open = {Hand.CLOSED: False, Hand.NOT_PLANNED: False, Hand.REOPENED: True}.get(hand)
    stands = {} if is_open is None else {"is_open": is_open}
    _set(session, repo_id, issue_id, hand=hand, hand_by=by, hand_at=at, digest=None, **stands)


def note_error(session: Session, repo_id: int, issue_id: int, error: str) -> None:
    """Write down why an issue is not there."""
    _set(session, repo_id, issue_id, error=error)


def begin_anew(session: Session, repo_id: int, issue_id: int, *, by: str, now: datetime) -> None:
    """Let an issue that is gone, or was never made, be opened once more."""
    gone = {"number": None, "url": None, "digest": None, "gist": None, "error": None}
    hands = {"hand": None, "hand_by": None, "hand_at": None}
    _set(session, repo_id, issue_id, opened_by=by, opened_at=now, **gone, **hands)


def _set(session: Session, repo_id: int, issue_id: int, **values: Any) -> None:  # noqa: ANN401 -- columns
    session.connection().execute(
        update(IssueRow)
        .where(col(IssueRow.repo_id) == repo_id, col(IssueRow.issue_id) == issue_id)
        .values(**values)
    )


def _issue(row: IssueRow) -> Issue:
    return Issue(
        id=row.issue_id,
        topic=Topic(About(row.about), row.topic),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        number=row.number,
        url=row.url,
        is_open=row.is_open,
        hand=Hand(row.hand) if row.hand else None,
        hand_by=row.hand_by,
        hand_at=row.hand_at,
        gist=row.gist,
        digest=row.digest,
        sent_at=row.sent_at,
        error=row.error,
    )
