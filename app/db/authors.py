"""Who changed a file last, as far as changes are known; and what a pull request wears."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.touched import touches

CHANGES_READ = 500  # newest ones of the default branch; an older author is no good guess

# The commit that the host named when it was asked, or one that is known to be newer.
LAST = text(f"""
SELECT DISTINCT ON (changed.file) changed.file, commit.author
FROM (SELECT file, head_sha AS sha
      FROM (SELECT head_sha, files FROM changed_files
            WHERE repo_id = :repo AND pr_number = 0 AND files IS NOT NULL
            ORDER BY fetched_at DESC LIMIT {CHANGES_READ}) AS known
      CROSS JOIN LATERAL jsonb_array_elements_text(known.files) AS touched(file)
      WHERE known.files ?| CAST(:files AS text[])
      UNION SELECT file, sha FROM file_commit
      WHERE repo_id = :repo AND file = ANY(:files) AND sha IS NOT NULL) AS changed
JOIN commit ON commit.repo_id = :repo AND commit.sha = changed.sha
WHERE commit.author <> '' AND changed.file = ANY(:files)
ORDER BY changed.file, commit.at DESC NULLS LAST
""")

# What the newest changes of the default branch touched, and whose they are.
CHANGED = text(f"""
SELECT known.files, commit.author
FROM (SELECT head_sha, files FROM changed_files
      WHERE repo_id = :repo AND pr_number = 0 AND files IS NOT NULL
      ORDER BY fetched_at DESC LIMIT {CHANGES_READ}) AS known
JOIN commit ON commit.repo_id = :repo AND commit.sha = known.head_sha
WHERE commit.author <> '' ORDER BY commit.at DESC NULLS LAST
""")

ASKED = text("""
SELECT file FROM file_commit WHERE repo_id = :repo AND file = ANY(:files) AND asked_at > :since
""")

NOTE = text("""
INSERT INTO file_commit (repo_id, file, sha, asked_at) VALUES (:repo, :file, :sha, :now)
ON CONFLICT (repo_id, file) DO UPDATE SET sha = coalesce(excluded.sha, file_commit.sha),
  asked_at = excluded.asked_at
""")


def last_of(session: Session, repo_id: int, files: Collection[str]) -> dict[str, str]:
    """By file: the login of the author of its last known change; where one is known."""
    if not files:
        return {}
    rows = session.execute(LAST, {"repo": repo_id, "files": list(files)})
    return {row.file: row.author for row in rows}


def last_of_classes(session: Session, repo_id: int, classnames: Collection[str]) -> dict[str, str]:
    """The same for cases whose reports name no file: who changed the file of each class last."""
    if not classnames:
        return {}
    found: dict[str, str] = {}
    for row in session.execute(CHANGED, {"repo": repo_id}):
        for classname in classnames:
            if classname not in found and touches(row.files, file=None, classname=classname):
                found[classname] = row.author
    return found


def asked(session: Session, repo_id: int, files: Collection[str], *, since: datetime) -> set[str]:
    """Those of these files whose last change the host was asked for since then."""
    values = {"repo": repo_id, "files": list(files), "since": since}
    return set(session.execute(ASKED, values).scalars()) if files else set()


def note(session: Session, repo_id: int, file: str, sha: str | None, *, now: datetime) -> None:
    """Keep which commit changed a file last; None where the host knows none."""
    session.execute(NOTE, {"repo": repo_id, "file": file, "sha": sha, "now": now})


def labels_of(session: Session, repo_id: int, number: int) -> frozenset[str]:
    """The labels that a pull request wears, as last seen."""
    found = session.execute(
        text("SELECT labels FROM pull_request WHERE repo_id = :repo AND number = :number"),
        {"repo": repo_id, "number": number},
    )
    return frozenset(found.scalar() or ())
