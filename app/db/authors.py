"""Who changed a file last, as far as changes are known; and what a pull request wears."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.touched import touches

CHANGES_READ = 500  # newest ones of the default branch; an older author is no good guess

# The commit that the host named when it was asked, or one that is known to be newer.
LAST = text(f"""
SELECT commit.author
FROM (SELECT head_sha AS sha
      FROM (SELECT head_sha, files FROM changed_files
            WHERE repo_id = :repo AND pr_number = 0 AND files IS NOT NULL
            ORDER BY fetched_at DESC LIMIT {CHANGES_READ}) AS known
      WHERE known.files @> jsonb_build_array(CAST(:file AS text))
      UNION SELECT sha FROM file_commit
      WHERE repo_id = :repo AND file = :file AND sha IS NOT NULL) AS changed
JOIN commit ON commit.repo_id = :repo AND commit.sha = changed.sha
WHERE commit.author <> ''
ORDER BY commit.at DESC NULLS LAST LIMIT 1
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


def last_of(session: Session, repo_id: int, file: str) -> str | None:
    """The login of the author of a file's last known change; None where none is known."""
    found = session.execute(LAST, {"repo": repo_id, "file": file}).scalar()
    return str(found) if found else None


def last_of_class(session: Session, repo_id: int, classname: str) -> str | None:
    """The same for a case whose reports name no file: who changed the file of its class last."""
    rows = session.execute(CHANGED, {"repo": repo_id})
    touching = (row.author for row in rows if touches(row.files, file=None, classname=classname))
    return next(touching, None)


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
