"""The world: one GitHub, one Slack, what is asked of them and what goes wrong."""

from collections.abc import Callable
from secrets import token_hex

from app.sandbox.addresses import GITHUB_API, SLACK_API
from app.sandbox.faults import Exchange, Faults
from app.sandbox.github.api.limits import Limits
from app.sandbox.github.world import GitHubWorld
from app.sandbox.slack.installing import SlackApp
from app.sandbox.slack.world import SlackWorld

SECRET_BYTES = 20


class World:
    """What the demo and the tests drive; `serve` gives it an address."""

    def __init__(
        self,
        github: GitHubWorld,
        slack: SlackWorld,
        *,
        new_secret: Callable[[], str] = lambda: token_hex(SECRET_BYTES),
    ) -> None:
        self.github = github
        self.slack = slack
        self.slack_app = SlackApp([slack])
        self.faults = Faults()
        self.github_limits = Limits()
        self.requests: list[Exchange] = []
        self.page_token = new_secret()  # what a page's form must carry to be believed
        self.address = ""

    def settle(self, address: str) -> None:
        """Take an address: every link in every answer starts with it."""
        self.address = address
        self.github.server_url = address
        for one in self.slack_app.workspaces:
            one.server_url = address

    @property
    def github_api_url(self) -> str:
        """What GITHUB_API_URL is for this world."""
        return self.address + GITHUB_API

    @property
    def slack_api_url(self) -> str:
        """What SLACK_API_URL is for this world."""
        return f"{self.address}{SLACK_API}/"

    def add_workspace(self, team_id: str, name: str) -> SlackWorld:
        """Another workspace, in which the app is not installed yet."""
        first = self.slack
        one = SlackWorld(
            bot_token=None,
            signing_secret=first.signing_secret,
            clock=first.clock,
            team_id=team_id,
            team_name=name,
            endpoint_url=first.endpoint_url,
            server_url=first.server_url,
        )
        one.sockets = first.sockets
        self.slack_app.workspaces.append(one)
        return one

    def uninstall_slack(self, workspace: SlackWorld) -> None:
        """Somebody removes the app from a workspace: its tokens end, and the app hears of it."""
        self.slack_app.forget(workspace)
        workspace.bot_token = None
        workspace.tell_of({"type": "tokens_revoked", "tokens": {"bot": [workspace.bot.id]}})
        workspace.tell_of({"type": "app_uninstalled"})

    def summary(self) -> dict[str, int]:
        """How much was published here."""
        with self.github.lock:
            checks = sum(one.by_app for one in self.github.check_runs.values())
            comments = sum(one.by_app for one in self.github.comments.values())
        return {
            "check_runs": checks,
            "comments": comments,
            "slack_messages": len(self.slack.messages),
        }

    def close(self) -> None:
        """Let go of what is open to the outside; the memory stays."""
        self.github.hooks.close()
        for one in self.slack_app.workspaces:
            one.poster.close()

    def drain(self) -> None:
        """Wait until everything that is sent from the background has arrived."""
        self.github.drain()
