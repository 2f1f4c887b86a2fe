"""Who belongs to the teams of organisations, over REST."""

from app.sandbox.github.api.call import Answer, Call, Operation, not_found


def membership(call: Call) -> Answer:
    """GET: somebody's place in a team."""
    org, slug, login = (call.names[name] for name in ("org", "slug", "login"))
    team = f"{org}/{slug}".lower()
    if login.lower() not in call.github.teams.get(team, set()):
        raise not_found()
    url = f"{call.github.api_url}/organizations/1/team/1/memberships/{login}"
    return Answer({"url": url, "role": "member", "state": "active"})


OPERATIONS = (
    Operation("GET", "/orgs/{org}/teams/{slug}/memberships/{login}", "members:read", membership),
)
