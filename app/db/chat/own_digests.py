"""People's own digests: who wants one, and what turned of what they own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.home import OwnTurn
from app.db.pages import NAME_CUT, OWNERS_OF_CASE

WANTING = text("""
SELECT team_id, place, zone, digest, digest_day
FROM chat_preference JOIN identity_link USING (team_id)
WHERE chat_user = place AND tells AND digest IN ('daily', 'weekly')
ORDER BY team_id, place
""")
NOTE_DAY = text("""
UPDATE chat_preference SET digest_day = :day
WHERE team_id = :team AND place = :place AND (digest_day IS NULL OR digest_day < :day)
""")
TURNED = text(f"""
SELECT r.full_name, c.case_id, s.state, max(turned.at) AS at,
  left(concat_ws('::', nullif(c.classname, ''), nullif(c.name, '')) || c.parameters, {NAME_CUT})
    AS name
FROM state_change turned JOIN case_ c USING (repo_id, case_id)
JOIN case_state s USING (repo_id, case_id) JOIN repository r USING (repo_id)
WHERE repo_id = :repo AND turned.at > :since AND turned.now = s.state
  AND s.state IN ('flaky', 'broken', 'healthy')
  AND lower(:owner) IN (SELECT lower(name) FROM unnest({OWNERS_OF_CASE}) AS one(name))
GROUP BY r.full_name, c.case_id, s.state, c.classname, c.name, c.parameters
ORDER BY 4 DESC, 2 LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Wanting:
    """Somebody who is linked and wants a digest of their own."""

    team_id: str
    chat_user: str
    zone: str | None
    often: str
    digest_day: date | None  # for which the newest one was asked


def wanting(session: Session) -> list[Wanting]:
    """Everybody who wants one."""
    return [Wanting(*row) for row in session.execute(WANTING)]


def note_day(session: Session, one: Wanting, day: date) -> bool:
    """Write down for which day a digest is asked; False where another did so."""
    asked = {"day": day, "team": one.team_id, "place": one.chat_user}
    return session.connection().execute(NOTE_DAY, asked).rowcount == 1


def turned(
    session: Session, repo_id: int, login: str, *, since: datetime, most: int
) -> Sequence[OwnTurn]:
    """Somebody's cases that came to another state since then and still are in it, newest first."""
    asked = {"repo": repo_id, "owner": f"@{login}", "since": since, "most": most}
    return [
        OwnTurn(row.full_name, row.case_id, row.name, row.state, row.at)
        for row in session.execute(TURNED, asked)
    ]
