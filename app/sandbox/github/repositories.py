"""Accounts, installations, repositories and pushes: what people do there."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha1

from app.core.errors import BadInput
from app.sandbox.github.announcing import Announcer
from app.sandbox.github.entities import (
    DEFAULT_EVENTS,
    DEFAULT_PERMISSIONS,
    Account,
    Change,
    Commit,
    Installation,
    Repository,
    Token,
)
from app.sandbox.github.shapes import people
from app.sandbox.github.shapes.commit import pushed_commit

NO_COMMIT = "0" * 40  # git's word for "there was none"


class Repositories(Announcer):
    """Setting the scene, and pushing."""

    def add_user(self, login: str) -> Account:
        """A person; the same one when the login is known."""
        return self.account(login)

    def add_user_token(self, login: str) -> str:
        """A token with which a person calls the API, as after signing in."""
        with self.lock:
            value = f"gho_{self.new_secret()}"
            self.tokens[value] = Token(value, None, user=self.account(login))
            return value

    def add_installation(
        self,
        account: str,
        *,
        events: Iterable[str] = DEFAULT_EVENTS,
        permissions: Mapping[str, str] | None = None,
        kind: str = "Organization",
        repositories: Iterable[Repository] = (),
    ) -> Installation:
        """Install the App for an account, on these repositories, which its webhook names."""
        with self.lock:
            granted = dict(DEFAULT_PERMISSIONS if permissions is None else permissions)
            owner = self.account(account, kind=kind)
            one = Installation(self.new_id(), owner, granted, tuple(events), self.clock())
            self.installations[one.id] = one
            chosen = list(repositories)
            for repo in chosen:
                repo.installation = one
        self._announce_installation(one, "created", chosen)
        return one

    def suspend(self, installation: Installation, *, suspended: bool = True) -> None:
        """Suspend an installation, or end that."""
        with self.lock:
            installation.suspended_at = self.clock() if suspended else None
        self._announce_installation(installation, "suspend" if suspended else "unsuspend")

    def uninstall(self, installation: Installation) -> None:
        """Take the App away from an account; its tokens end at once."""
        with self.lock:
            self.installations.pop(installation.id, None)
            self.revoke_tokens(installation)
            repositories = self.installation_repositories(installation)
            for repo in repositories:
                repo.installation = None
        self._announce_installation(installation, "deleted", repositories)

    def revoke_tokens(self, installation: Installation) -> None:
        """End every token of an installation now."""
        with self.lock:
            for value, token in list(self.tokens.items()):
                if token.installation is installation:
                    del self.tokens[value]

    def add_repository(
        self,
        full_name: str,
        *,
        installation: Installation | None = None,
        default_branch: str = "main",
        permissions: Mapping[str, str] | None = None,
        private: bool = False,
        at: datetime | None = None,
    ) -> Repository:
        """A repository; `permissions` say per login: admin, maintain, write, triage, read, none."""
        with self.lock:
            owner, slash, name = full_name.partition("/")
            if not slash or full_name.lower() in self.repositories:
                raise BadInput(f"{full_name!r} is no new owner/name; choose another.")
            one = Repository(
                id=self.new_id(),
                name=name,
                owner=self.account(owner),
                default_branch=default_branch,
                private=private,
                created_at=at or self.clock(),
                installation=installation,
                roles=dict(permissions or {}),
            )
            for login in one.roles:
                self.account(login)
            self.repositories[full_name.lower()] = one
            self.moved.pop(full_name.lower(), None)  # its new owner takes the old address over
            return one

    def rename_repository(self, full_name: str, new_name: str) -> Repository:
        """Give a repository another name, or move it to another owner; the old address leads on."""
        with self.lock:
            one = self.repository(full_name)
            owner, slash, name = new_name.partition("/")
            if not slash or new_name.lower() in self.repositories:
                raise BadInput(f"{new_name!r} is no new owner/name; choose another.")
            del self.repositories[full_name.lower()]
            one.owner, one.name = self.account(owner), name
            self.repositories[new_name.lower()] = one
            self.moved[full_name.lower()] = one
        return one

    def fork(self, repo: Repository, full_name: str) -> Repository:
        """Somebody's fork, made when it is new; the App is not installed there."""
        with self.lock:
            if full_name.lower() == repo.full_name.lower():
                return repo
            known = self.repositories.get(full_name.lower())
            if known is not None:
                return known
            one = self.add_repository(full_name, default_branch=repo.default_branch)
            one.parent = repo
            one.private = repo.private
            return one

    def push(
        self,
        repo: str,
        branch: str,
        sha: str,
        *,
        author: str,
        message: str,
        at: datetime,
        parents: Iterable[str] | None = None,
        files: Iterable[Change | str] = (),
        forced: bool = False,
    ) -> Commit:
        """One commit on a branch, on its tip unless `parents` say otherwise."""
        with self.lock:
            where = self.repository(repo)
            before = where.branches.get(branch)
            one = self._commit(where, before, parents, sha, author, message, at, files)
            where.branches[branch] = sha
            payload = self._push_payload(where, branch, before or NO_COMMIT, one, forced=forced)
            sender = self.account(author)
        self.announce(where, "push", payload, sender=sender)
        return one

    def store_commit(self, repo: Repository, commit: Commit) -> Commit:
        """Remember a commit that another repository knows already, as a pull request does."""
        with self.lock:
            return repo.commits.setdefault(commit.sha, commit)

    def _commit(
        self,
        repo: Repository,
        before: str | None,
        parents: Iterable[str] | None,
        sha: str,
        author: str,
        message: str,
        at: datetime,
        files: Iterable[Change | str],
    ) -> Commit:
        if parents is None:
            parents = () if before is None else (before,)
        lineage = tuple(parents)
        changes = tuple(Change(one) if isinstance(one, str) else one for one in files)
        base = repo.commits.get(lineage[0]) if lineage else None
        tree = dict(base.tree) if base is not None else {}
        for change in changes:
            if change.status == "removed":
                tree.pop(change.path, None)
            elif change.contents is not None:
                tree[change.path] = change.contents
        one = Commit(sha, lineage, author, message, at, changes, tree)
        self.account(author)
        repo.commits[sha] = one
        return one

    def _push_payload(
        self, repo: Repository, branch: str, before: str, one: Commit, *, forced: bool
    ) -> Mapping[str, object]:
        head = pushed_commit(self, repo, one)
        span = f"{before[:12]}...{one.sha[:12]}"
        return {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": one.sha,
            "base_ref": None,
            "created": before == NO_COMMIT,
            "deleted": False,
            "forced": forced,
            "compare": f"{self.server_url}/{repo.full_name}/compare/{span}",
            "commits": [head],
            "head_commit": head,
            "pusher": {"name": one.author, "email": None},
        }

    def _announce_installation(
        self, one: Installation, action: str, repositories: Iterable[Repository] = ()
    ) -> None:
        with self.lock:
            payload = {
                "action": action,
                "installation": people.installation(self, one),
                "repositories": [
                    {
                        "id": repo.id,
                        "node_id": people.node_id("Repository", repo.id),
                        "name": repo.name,
                        "full_name": repo.full_name,
                        "private": repo.private,
                    }
                    for repo in repositories
                ],
                "requester": None,
                "sender": people.account(self, one.account),
            }
        self.hooks.send("installation", payload, installation_id=one.id)


def sha_of(text: str) -> str:
    """A made-up commit id, always the same for the same text."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
