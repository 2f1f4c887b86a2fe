"""Check runs: what the App writes, and the buttons that people press there."""

from datetime import datetime
from typing import TypedDict

from app.core.errors import BadInput, Missing
from app.sandbox.github.entities import CheckRun, Repository
from app.sandbox.github.runs import Runs
from app.sandbox.github.shapes.check import hooked_check_run


class CheckChange(TypedDict, total=False):
    """The fields of a check run that a request names; the others stay as they are."""

    name: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    external_id: str
    details_url: str | None
    title: str | None
    summary: str | None
    text: str | None
    actions: list[dict[str, str]]


class Checks(Runs):
    """Writing check runs and pressing their buttons."""

    def create_check_run(
        self,
        repo: Repository,
        name: str,
        head_sha: str,
        change: CheckChange,
        annotations: list[dict[str, object]],
    ) -> CheckRun:
        """A new check run of the App."""
        with self.lock:
            one = CheckRun(
                id=self.new_id(),
                repo=repo,
                name=name,
                head_sha=head_sha,
                check_suite_id=self.suite_id(repo, head_sha, self.app_slug),
                by_app=True,
                started_at=self.clock(),
            )
            self.check_runs[one.id] = one
            self._apply(one, change, annotations)
        self._echo(one, "created")
        if one.status == "completed":
            self._echo(one, "completed")
        return one

    def update_check_run(
        self, one: CheckRun, change: CheckChange, annotations: list[dict[str, object]]
    ) -> CheckRun:
        """Change what is named; annotations are added to those already there."""
        with self.lock:
            was = one.status
            self._apply(one, change, annotations)
        if one.status == "completed" and was != "completed":
            self._echo(one, "completed")
        return one

    def check_run(self, check_run_id: int) -> CheckRun:
        """A check run by its id."""
        with self.lock:
            try:
                return self.check_runs[check_run_id]
            except KeyError:
                raise Missing(f"The sandbox has no check run {check_run_id}.") from None

    def check_runs_at(self, repo: Repository, sha: str) -> list[CheckRun]:
        """Every check run of a commit, newest first as GitHub lists them."""
        with self.lock:
            found = [c for c in self.check_runs.values() if c.repo is repo and c.head_sha == sha]
            return sorted(found, key=lambda one: one.id, reverse=True)

    def app_check_runs(self, repo: str, sha: str) -> list[CheckRun]:
        """The App's own check runs of a commit, oldest first."""
        where = self.repository(repo)
        return [one for one in reversed(self.check_runs_at(where, sha)) if one.by_app]

    def click(self, check_run_id: int, identifier: str, user: str) -> None:
        """Press a check run's button; only those it shows can be pressed."""
        one = self.check_run(check_run_id)
        with self.lock:
            offered = [action["identifier"] for action in one.actions]
            if identifier not in offered:
                raise BadInput(
                    f"Check run {check_run_id} has no button {identifier!r}; "
                    f"it has: {', '.join(offered) or 'none'}."
                )
            payload = {
                "action": "requested_action",
                "check_run": hooked_check_run(self, one),
                "requested_action": {"identifier": identifier},
            }
            sender = self.account(user)
        self.announce(one.repo, "check_run", payload, sender=sender)

    def rerequest(self, check_run_id: int, user: str) -> None:
        """Press *Re-run* beside the App's check run."""
        one = self.check_run(check_run_id)
        with self.lock:
            payload = {"action": "rerequested", "check_run": hooked_check_run(self, one)}
            sender = self.account(user)
        self.announce(one.repo, "check_run", payload, sender=sender)

    def _apply(
        self, one: CheckRun, change: CheckChange, annotations: list[dict[str, object]]
    ) -> None:
        for field, value in change.items():
            setattr(one, field, value)
        if one.status != "completed":
            one.conclusion, one.completed_at = None, None
        elif one.completed_at is None:
            one.completed_at = self.clock()
        one.annotations.extend(annotations)

    def _echo(self, one: CheckRun, action: str) -> None:
        """GitHub tells an App of its own check runs too, after the API has answered."""
        with self.lock:
            payload = {"action": action, "check_run": hooked_check_run(self, one)}
        self.announce(one.repo, "check_run", payload, sender=self.bot, later=True)
