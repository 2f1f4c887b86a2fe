"""Accounts, the App and its installations, as GitHub writes them."""

from base64 import b64encode
from urllib.parse import quote

from app.sandbox.github.entities import Account, Installation, Token
from app.sandbox.github.state import GitHubState, stamp

Json = dict[str, object]


def node_id(kind: str, number: int) -> str:
    """GraphQL's name of a thing."""
    return b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def account(state: GitHubState, who: Account) -> Json:
    """GitHub's `simple-user`."""
    name = quote(who.login)  # a bot's has brackets
    url = f"{state.api_url}/users/{name}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id("User", who.id),
        "avatar_url": f"{state.server_url}/avatars/u/{who.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{state.server_url}/{name}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": who.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(state: GitHubState, who: Account) -> Json:
    """GitHub's `public-user`, which `/user` and `/users/{login}` answer."""
    unset = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"))
    return {
        **account(state, who),
        **unset,
        "blog": "",
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": stamp(state.born),
        "updated_at": stamp(state.born),
    }


def app(state: GitHubState) -> Json:
    """The App itself, GitHub's `integration`."""
    permissions: dict[str, str] = {}
    events: set[str] = set()
    for installation in state.installations.values():
        permissions |= installation.permissions
        events |= set(installation.events)
    return {
        "id": state.app_id,
        "slug": state.app_slug,
        "client_id": state.registration.client_id,
        "node_id": node_id("App", state.app_id),
        "owner": account(state, state.app_owner),
        "name": state.registration.name,
        "description": "",
        "external_url": "https://flakeguard.invalid",
        "html_url": f"{state.server_url}/apps/{state.app_slug}",
        "created_at": stamp(state.born),
        "updated_at": stamp(state.born),
        "permissions": permissions,
        "events": sorted(events),
        "installations_count": len(state.installations),
    }


def installation(state: GitHubState, one: Installation) -> Json:
    """One installation of the App."""
    return {
        "id": one.id,
        "account": account(state, one.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{state.api_url}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{state.api_url}/installation/repositories",
        "html_url": f"{state.server_url}/settings/installations/{one.id}",
        "app_id": state.app_id,
        "app_slug": state.app_slug,
        "target_id": one.account.id,
        "target_type": one.account.kind,
        "permissions": dict(one.permissions),
        "events": list(one.events),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.suspended_at or one.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None if one.suspended_at is None else account(state, one.account),
        "suspended_at": stamp(one.suspended_at),
    }


def installation_token(token: Token) -> Json:
    """A fresh installation token."""
    return {
        "token": token.value,
        "expires_at": stamp(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if token.repository_ids is None else "selected",
    }
