"""The sandbox's GitHub as drivers see it."""

from app.sandbox.github.signing_in import SigningIn
from app.sandbox.github.webhooks import Delivery


class GitHubWorld(SigningIn):
    """A GitHub with memory: people act on it by these methods, programs by its REST API."""

    def redeliver(self, guid: str) -> None:
        """Send a webhook again under the same GUID, as the button in GitHub's settings does."""
        self.hooks.redeliver(guid)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook sent, oldest first."""
        return list(self.hooks.deliveries)

    def drain(self) -> None:
        """Wait until the webhooks sent from the background have arrived."""
        self.hooks.drain()
