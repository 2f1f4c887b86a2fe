"""The App, its installations, their tokens and the users, over REST."""

from datetime import timedelta
from http import HTTPStatus

from app.core.errors import Missing
from app.sandbox.github.api.auth import RANKS
from app.sandbox.github.api.call import (
    Answer,
    Call,
    Operation,
    forbidden,
    not_found,
    unprocessable,
)
from app.sandbox.github.api.paging import page_of
from app.sandbox.github.entities import Installation, Repository, Token
from app.sandbox.github.shapes import people
from app.sandbox.github.shapes.repository import repository

TOKEN_LIFE = timedelta(hours=1)


def read_app(call: Call) -> Answer:
    """GET: the App itself."""
    return Answer(people.app(call.github))


def list_installations(call: Call) -> Answer:
    """GET: the App's installations."""
    every = list(call.github.installations.values())
    return page_of(call, every, lambda one: people.installation(call.github, one))


def read_installation(call: Call) -> Answer:
    """GET: one installation."""
    return Answer(people.installation(call.github, _installation(call)))


def installation_of_repository(call: Call) -> Answer:
    """GET: which installation covers a repository."""
    try:
        repo = call.github.repository(f"{call.names['owner']}/{call.names['repo']}")
    except Missing:
        raise not_found() from None
    if repo.installation is None:
        raise not_found()
    return Answer(people.installation(call.github, repo.installation))


def create_token(call: Call) -> Answer:
    """POST: a token for an installation, for all or some of its repositories and permissions."""
    github, one = call.github, _installation(call)
    if one.suspended_at is not None:
        raise forbidden("This installation has been suspended")
    chosen = _chosen_repositories(call, one)
    with github.lock:
        token = Token(
            value=f"ghs_{github.new_secret()}",
            expires_at=call.now + TOKEN_LIFE,
            installation=one,
            repository_ids=None if chosen is None else frozenset(repo.id for repo in chosen),
            permissions=_asked_permissions(call, one),
        )
        github.tokens[token.value] = token
    body = people.installation_token(token)
    if chosen is not None:
        body["repositories"] = [repository(github, repo) for repo in chosen]
    return Answer(body, HTTPStatus.CREATED)


def revoke_token(call: Call) -> Answer:
    """DELETE: the token that asks ends now."""
    if not call.caller.is_installation or call.caller.token is None:
        raise forbidden()
    with call.github.lock:
        call.github.tokens.pop(call.caller.token.value, None)
    return Answer(status=HTTPStatus.NO_CONTENT)


def installation_repositories(call: Call) -> Answer:
    """GET: the repositories that the token opens."""
    token = call.caller.token
    if token is None or token.installation is None:
        raise forbidden()
    every = call.github.installation_repositories(token.installation)
    opened = [repo for repo in every if call.caller.opens(repo)]
    answer = page_of(
        call, opened, lambda repo: repository(call.github, repo), envelope="repositories"
    )
    assert isinstance(answer.body, dict)  # page_of's envelope
    selection = "all" if token.repository_ids is None else "selected"
    answer.body["repository_selection"] = selection
    return answer


def read_user(call: Call) -> Answer:
    """GET: whose token this is."""
    return Answer(people.public_user(call.github, call.actor))


def read_account(call: Call) -> Answer:
    """GET: anybody by login."""
    login = call.names["login"].lower()
    if login not in call.github.accounts:
        raise not_found()
    return Answer(people.public_user(call.github, call.github.accounts[login]))


def _installation(call: Call) -> Installation:
    one = call.github.installations.get(call.number("installation_id"))
    if one is None:
        raise not_found()
    return one


def _chosen_repositories(call: Call, one: Installation) -> list[Repository] | None:
    names, ids = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and ids is None:
        return None
    wanted = [*(names if isinstance(names, list) else []), *(ids if isinstance(ids, list) else [])]
    mine = call.github.installation_repositories(one)
    found = [repo for repo in mine if repo.name in wanted or repo.id in wanted]
    if len(found) < len(set(wanted)):
        raise unprocessable(
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation."
        )
    return found


def _asked_permissions(call: Call, one: Installation) -> dict[str, str]:
    asked = call.body.get("permissions")
    if asked is None:
        return dict(one.permissions)
    if not isinstance(asked, dict):
        raise unprocessable("Invalid request.\n\nFor 'properties/permissions', no object was sent.")
    for scope, level in asked.items():
        if RANKS.get(str(level), 99) > RANKS.get(one.permissions.get(scope, ""), 0):
            raise unprocessable("The permissions requested are not granted to this installation.")
    return {str(scope): str(level) for scope, level in asked.items()}


OPERATIONS = (
    Operation("GET", "/app", "app", read_app),
    Operation("GET", "/app/installations", "app", list_installations),
    Operation("GET", "/app/installations/{installation_id}", "app", read_installation),
    Operation("POST", "/app/installations/{installation_id}/access_tokens", "app", create_token),
    Operation("GET", "/repos/{owner}/{repo}/installation", "app", installation_of_repository),
    Operation("GET", "/installation/repositories", "metadata:read", installation_repositories),
    Operation("DELETE", "/installation/token", "token", revoke_token),
    Operation("GET", "/user", "user", read_user),
    Operation("GET", "/users/{login}", "token", read_account),
)
