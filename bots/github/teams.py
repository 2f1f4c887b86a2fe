"""Who belongs to the teams of organisations, as GitHub tells it."""

from app.core.errors import Missing, NotGranted
from bots.github.addresses import quoted
from bots.github.answers import MembershipPart
from bots.github.connection import Connection

ACTIVE = "active"  # not merely invited


def is_member(connection: Connection, team: str, login: str) -> bool:
    """Whether a person belongs to a team, `@organisation/team`; False where we may not know."""
    organisation, _, slug = team.removeprefix("@").partition("/")
    path = f"/orgs/{quoted(organisation)}/teams/{quoted(slug)}/memberships/{quoted(login)}"
    try:
        return connection.one(MembershipPart, path).state == ACTIVE
    except (Missing, NotGranted):
        return False
