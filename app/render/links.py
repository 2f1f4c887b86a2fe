"""Where people find the things of one repository: on the code host, and on our pages."""

from dataclasses import dataclass
from uuid import UUID

from app.core.plan import FailedAttempt
from app.render.escape import is_web_link


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a repository."""

    repository: str  # owner/name
    server_url: str  # of the code host
    public_url: str | None  # of our pages; None where nobody can reach them

    def case(self, case_id: UUID) -> str | None:
        """A case's page."""
        return f"{self.public_url}/r/{self.repository}/cases/{case_id}" if self.public_url else None

    def commit(self, sha: str) -> str:
        """A commit."""
        return f"{self.server_url}/{self.repository}/commit/{sha}"

    def attempt(self, failed: FailedAttempt) -> str | None:
        """A run attempt, where the host told where its run is."""
        if not is_web_link(failed.url):
            return None
        is_actions = failed.url.endswith(f"/actions/runs/{failed.run_id}")
        return f"{failed.url}/attempts/{failed.attempt}" if is_actions else failed.url
