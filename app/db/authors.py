"""Who changed a file last, as far as changes are known; and what a pull request wears."""

from sqlalchemy import text
from sqlmodel import Session

CHANGES_READ = 500  # newest ones of the default branch; an older author is no good guess

LAST = text(f"""
SELECT commit.author
FROM (SELECT repo_id, head_sha, files FROM changed_files
      WHERE repo_id = :repo AND pr_number = 0 AND files IS NOT NULL
      ORDER BY fetched_at DESC LIMIT {CHANGES_READ}) AS known
JOIN commit ON commit.repo_id = known.repo_id AND commit.sha = known.head_sha
WHERE known.files @> jsonb_build_array(CAST(:file AS text)) AND commit.author IS NOT NULL
ORDER BY commit.at DESC NULLS LAST LIMIT 1
""")


def last_of(session: Session, repo_id: int, file: str) -> str | None:
    """The login of the author of a file's last known change; None where none is known."""
    found = session.execute(LAST, {"repo": repo_id, "file": file}).scalar()
    return str(found) if found else None


def labels_of(session: Session, repo_id: int, number: int) -> frozenset[str]:
    """The labels that a pull request wears, as last seen."""
    found = session.execute(
        text("SELECT labels FROM pull_request WHERE repo_id = :repo AND number = :number"),
        {"repo": repo_id, "number": number},
    )
    return frozenset(found.scalar() or ())
