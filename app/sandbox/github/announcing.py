"""Telling the App what happened, in webhooks."""

from collections.abc import Mapping

from app.sandbox.github.entities import Account, Installation, Repository
from app.sandbox.github.shapes import people
from app.sandbox.github.shapes.repository import repository
from app.sandbox.github.state import GitHubState


class Announcer(GitHubState):
    """What every class of acts builds on."""

    def announce(
        self,
        repo: Repository,
        event: str,
        payload: Mapping[str, object],
        *,
        sender: Account,
        later: bool = False,
    ) -> None:
        """Send an event of a repository, if the App is installed there and listens to it.

        Never called with the lock held: the receiver may ask back before it answers.
        `later` is for what the App itself caused, which reaches it after the API's answer.
        """
        installation = repo.installation
        if installation is None or installation.suspended_at is not None:
            return
        if event not in installation.events:
            return
        with self.lock:
            whole = {
                **payload,
                "repository": repository(self, repo),
                "sender": people.account(self, sender),
                "installation": _installation(installation),
            }
            if repo.owner.kind == "Organization":
                whole["organization"] = self._organization(repo.owner)
        self.hooks.send(
            event, whole, installation_id=installation.id, repository_id=repo.id, later=later
        )

    def _organization(self, owner: Account) -> Mapping[str, object]:
        url = f"{self.api_url}/orgs/{owner.login}"
        return {
            "login": owner.login,
            "id": owner.id,
            "node_id": people.node_id("Organization", owner.id),
            "url": url,
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events",
            "hooks_url": f"{url}/hooks",
            "issues_url": f"{url}/issues",
            "members_url": f"{url}/members{{/member}}",
            "public_members_url": f"{url}/public_members{{/member}}",
            "avatar_url": f"{self.server_url}/avatars/u/{owner.id}",
            "description": "",
        }


def _installation(one: Installation) -> Mapping[str, object]:
    return {"id": one.id, "node_id": people.node_id("Integration", one.id)}
