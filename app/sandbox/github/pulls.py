"""Pull requests: opening, pushing to, closing and merging them."""

from collections.abc import Iterable
from datetime import datetime

from app.core.errors import BadInput, Missing
from app.sandbox.github.entities import Account, Change, Commit, PullRequest, Repository
from app.sandbox.github.repositories import Repositories, sha_of
from app.sandbox.github.shapes.pull import pull


class PullRequests(Repositories):
    """What people do with pull requests."""

    def open_pull_request(
        self,
        repo: str,
        number: int,
        *,
        title: str,
        author: str,
        branch: str,
        head_sha: str,
        at: datetime,
        head_repo: str | None = None,
        base_branch: str | None = None,
        base_sha: str | None = None,
        files: Iterable[Change | str] = (),
        body: str | None = None,
        draft: bool = False,
        labels: Iterable[str] = (),
    ) -> PullRequest:
        """A pull request, from a branch of the repository or of somebody's fork."""
        with self.lock:
            where = self._room_for(repo, number)
            base = base_branch or where.default_branch
            one = PullRequest(
                id=self.new_id(),
                number=number,
                title=title,
                author=self.account(author),
                head_repo=self.fork(where, head_repo or where.full_name),
                branch=branch,
                head_sha=head_sha,
                base_branch=base,
                base_sha=base_sha or where.branches.get(base) or sha_of(f"{repo} {base}"),
                created_at=at,
                updated_at=at,
                body=body,
                draft=draft,
                labels=tuple(labels),
            )
            where.pulls[number] = one
            self._take_head(where, one, head_sha, files, at)
        self._announce_pull(where, one, "opened", sender=one.author)
        return one

    def _room_for(self, repo: str, number: int) -> Repository:
        where = self.repository(repo)
        if number in where.pulls or number in where.issues:
            raise BadInput(f"{where.full_name} has a #{number} already; take another number.")
        return where

    def synchronize(
        self,
        repo: str,
        number: int,
        *,
        head_sha: str,
        at: datetime,
        files: Iterable[Change | str] = (),
        base_sha: str | None = None,
    ) -> PullRequest:
        """New commits on a pull request's branch, pushed on top or by force."""
        with self.lock:
            where, one = self.pull_request(repo, number)
            before = one.head_sha
            one.base_sha = base_sha or one.base_sha
            self._take_head(where, one, head_sha, files, at)
        ends = {"before": before, "after": head_sha}
        self._announce_pull(where, one, "synchronize", sender=one.author, more=ends)
        return one

    def close(self, repo: str, number: int, *, at: datetime, by: str | None = None) -> PullRequest:
        """Close a pull request without merging it."""
        with self.lock:
            where, one = self.pull_request(repo, number)
            one.state, one.closed_at, one.updated_at = "closed", at, at
            sender = self.account(by) if by else one.author
        self._announce_pull(where, one, "closed", sender=sender)
        return one

    def reopen(self, repo: str, number: int, *, at: datetime) -> PullRequest:
        """Open a closed pull request again."""
        with self.lock:
            where, one = self.pull_request(repo, number)
            if one.merged_at is not None:
                raise BadInput(f"{where.full_name}#{number} is merged and cannot be reopened.")
            one.state, one.closed_at, one.updated_at = "open", None, at
        self._announce_pull(where, one, "reopened", sender=one.author)
        return one

    def merge(
        self, repo: str, number: int, *, at: datetime, merge_sha: str | None = None, by: str = ""
    ) -> PullRequest:
        """Merge a pull request: a merge commit on its base branch, then `closed`, then `push`."""
        with self.lock:
            where, one = self.pull_request(repo, number)
            merger = self.account(by) if by else one.author
            sha = merge_sha or sha_of(f"merge {where.full_name}#{number} {one.head_sha}")
            one.state, one.closed_at, one.merged_at, one.updated_at = "closed", at, at, at
            one.merged_by, one.merge_commit_sha = merger, sha
            tip = where.branches.get(one.base_branch)
            parents = tuple(filter(None, (tip, one.head_sha)))
        self._announce_pull(where, one, "closed", sender=merger)
        self.push(
            where.full_name,
            one.base_branch,
            sha,
            parents=parents,
            author=merger.login,
            message=f"Merge pull request #{number} from {one.branch}\n\n{one.title}",
            files=one.changes,
            at=at,
        )
        return one

    def pull_request(self, repo: str, number: int) -> tuple[Repository, PullRequest]:
        """A pull request and where it is."""
        with self.lock:
            where = self.repository(repo)
            if number not in where.pulls:
                raise Missing(f"{where.full_name} has no pull request #{number}.")
            return where, where.pulls[number]

    def _take_head(
        self,
        where: Repository,
        one: PullRequest,
        head_sha: str,
        files: Iterable[Change | str],
        at: datetime,
    ) -> None:
        """Move the pull request's head; commits nobody pushed here are made up."""
        one.head_sha, one.updated_at = head_sha, at
        changes = tuple(Change(item) if isinstance(item, str) else item for item in files)
        known = one.head_repo.commits.get(head_sha) or where.commits.get(head_sha)
        if known is None:
            tree = dict(self._tree_at(where, one.base_sha))
            tree.update({c.path: c.contents for c in changes if c.contents is not None})
            parents = (one.base_sha,)
            author = one.author.login
            known = Commit(head_sha, parents, author, one.title, at, changes, tree)
        self.store_commit(where, known)
        self.store_commit(one.head_repo, known)
        one.head_repo.branches[one.branch] = head_sha
        one.changes = changes or one.changes or known.changes

    def _tree_at(self, where: Repository, sha: str) -> dict[str, bytes]:
        commit = where.commits.get(sha)
        return {} if commit is None else commit.tree

    def _announce_pull(
        self,
        where: Repository,
        one: PullRequest,
        action: str,
        *,
        sender: Account,
        more: dict[str, str] | None = None,
    ) -> None:
        with self.lock:
            payload = {
                "action": action,
                "number": one.number,
                "pull_request": pull(self, where, one),
                **(more or {}),
            }
        self.announce(where, "pull_request", payload, sender=sender)
