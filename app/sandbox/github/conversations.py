"""Issues, comments and reactions, by people and by the App."""

from collections.abc import Iterable
from datetime import datetime

from app.core.errors import Missing
from app.sandbox.github.checks import Checks
from app.sandbox.github.entities import (
    Account,
    Comment,
    Issue,
    PullRequest,
    Reaction,
    Repository,
)
from app.sandbox.github.shapes import issue as shapes


class Conversations(Checks):
    """What is said below pull requests and issues."""

    def comment(
        self, repo: str, number: int, *, user: str, body: str, at: datetime | None = None
    ) -> Comment:
        """Somebody comments on a pull request or issue."""
        where = self.repository(repo)
        return self.write_comment(where, number, self.account(user), body, at=at)

    def write_comment(
        self,
        repo: Repository,
        number: int,
        author: Account,
        body: str,
        *,
        by_app: bool = False,
        at: datetime | None = None,
    ) -> Comment:
        """A comment, by a person or by the App."""
        with self.lock:
            self.thread(repo, number)
            moment = at or self.clock()
            one = Comment(self.new_id(), repo, number, author, by_app, body, moment, moment)
            self.comments[one.id] = one
        self._announce_comment(one, "created", author)
        return one

    def edit_comment(self, one: Comment, body: str, *, by: Account) -> Comment:
        """Put other words into a comment."""
        with self.lock:
            was = one.body
            one.body, one.updated_at = body, self.clock()
        self._announce_comment(one, "edited", by, {"changes": {"body": {"from": was}}})
        return one

    def delete_comment(self, one: Comment, *, by: Account) -> None:
        """Take a comment away."""
        with self.lock:
            self.comments.pop(one.id, None)
        self._announce_comment(one, "deleted", by)

    def comments_on(self, repo: Repository, number: int) -> list[Comment]:
        """The comments of a pull request or issue, oldest first."""
        with self.lock:
            return [
                one for one in self.comments.values() if one.repo is repo and one.number == number
            ]

    def react(self, one: Comment, content: str, *, by: Account) -> tuple[Reaction, bool]:
        """A reaction, and whether it is new: the same one twice by the same person is one."""
        with self.lock:
            for known in one.reactions:
                if known.author is by and known.content == content:
                    return known, False
            fresh = Reaction(self.new_id(), by, content, self.clock())
            one.reactions.append(fresh)
            return fresh, True

    def thread(self, repo: Repository, number: int) -> Issue | PullRequest:
        """The issue or pull request of that number."""
        with self.lock:
            found = repo.pulls.get(number) or repo.issues.get(number)
            if found is None:
                raise Missing(f"{repo.full_name} has no issue or pull request #{number}.")
            return found

    def open_issue(
        self,
        repo: Repository,
        title: str,
        body: str | None,
        *,
        author: Account,
        by_app: bool = False,
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
        at: datetime | None = None,
    ) -> Issue:
        """A new issue, with the repository's next number."""
        with self.lock:
            number = 1 + max((*repo.pulls, *repo.issues), default=0)
            moment = at or self.clock()
            one = Issue(
                self.new_id(),
                number,
                title,
                body,
                author,
                by_app,
                moment,
                moment,
                labels=tuple(labels),
                assignees=tuple(assignees),
            )
            repo.issues[number] = one
        self._announce_issue(repo, one, "opened", author)
        return one

    def set_issue_state(
        self, repo: Repository, one: Issue, state: str, *, by: Account, reason: str | None = None
    ) -> None:
        """Close an issue or open it again."""
        with self.lock:
            if one.state == state:
                return
            one.state, one.updated_at = state, self.clock()
            closed = state == "closed"
            one.closed_at = one.updated_at if closed else None
            one.state_reason = (reason or "completed") if closed else "reopened"
        self._announce_issue(repo, one, "closed" if closed else "reopened", by)

    def _announce_comment(
        self, one: Comment, action: str, sender: Account, more: dict[str, object] | None = None
    ) -> None:
        with self.lock:
            payload = {
                "action": action,
                "issue": shapes.issue(self, one.repo, self.thread(one.repo, one.number)),
                "comment": shapes.comment(self, one),
                **(more or {}),
            }
        by_bot = sender is self.bot
        self.announce(one.repo, "issue_comment", payload, sender=sender, later=by_bot)

    def _announce_issue(self, repo: Repository, one: Issue, action: str, sender: Account) -> None:
        with self.lock:
            payload = {"action": action, "issue": shapes.issue(self, repo, one)}
        self.announce(repo, "issues", payload, sender=sender, later=sender is self.bot)
