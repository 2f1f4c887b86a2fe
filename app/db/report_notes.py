"""What is said of a stored report afterwards: of what lay beside it."""

import json

from sqlalchemy import text
from sqlmodel import Session

WARN = text("""
UPDATE report SET warnings = warnings || CAST(:more AS jsonb)
WHERE repo_id = :repo AND report_id = :report AND NOT warnings @> CAST(:more AS jsonb)
""")


def warn(session: Session, repo_id: int, report_id: int, sentence: str) -> None:
    """Add a sentence to a report's warnings, unless it stands there already."""
    said = {"repo": repo_id, "report": report_id, "more": json.dumps([sentence])}
    session.execute(WARN, said)
