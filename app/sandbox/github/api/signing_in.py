"""What a person's token may read, and the code that makes an App, over REST."""

from http import HTTPStatus

from app.core.errors import Missing
from app.sandbox.github.api.call import Answer, Call, Operation, not_found
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.entities import Repository
from app.sandbox.github.shapes import people
from app.sandbox.github.shapes.repository import repository
from app.sandbox.github.state import GitHubState

RANKED = ("pull", "triage", "push", "maintain", "admin")
ROLES = {"read": "pull", "triage": "triage", "write": "push", "maintain": "maintain"}


def convert(call: Call) -> Answer:
    """POST: make the App that a manifest's code stands for."""
    try:
        return Answer(call.github.make_app(call.names["code"]), HTTPStatus.CREATED)
    except Missing:
        raise not_found() from None


def user_installations(call: Call) -> Answer:
    """GET: the installations in which the token's person was given a repository."""
    login = call.actor.login
    found = [
        one
        for one in call.github.installations.values()
        if call.github.explicit_repositories(one, login) and one.suspended_at is None
    ]
    return page_of(
        call, found, lambda one: people.installation(call.github, one), envelope="installations"
    )


def user_repositories(call: Call) -> Answer:
    """GET: the repositories of an installation that the token's person was given."""
    one = call.github.installations.get(call.number("installation_id"))
    if one is None:
        raise not_found()
    login = call.actor.login
    found = call.github.explicit_repositories(one, login)
    return page_of(
        call, found, lambda repo: as_seen(call.github, repo, login), envelope="repositories"
    )


def as_seen(state: GitHubState, repo: Repository, login: str) -> dict[str, object]:
    """A repository with what somebody may do in it."""
    role = state.role(repo, login)
    top = RANKED.index(ROLES.get(role, "admin")) if role != "none" else -1
    granted = {name: place <= top for place, name in enumerate(RANKED)}
    return {**repository(state, repo), "permissions": granted}


OPERATIONS = (
    Operation("POST", "/app-manifests/{code}/conversions", "nobody", convert),
    Operation("GET", "/user/installations", "user", user_installations),
    Operation(
        "GET", "/user/installations/{installation_id}/repositories", "user", user_repositories
    ),
)
