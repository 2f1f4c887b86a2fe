"""What GitHub's pages show, and what their buttons do."""

from collections.abc import Mapping

from app.core.errors import BadInput, Missing
from app.sandbox.github.entities import CheckRun, Repository, Run
from app.sandbox.pages.drawing import Form
from app.sandbox.world import World

Names = Mapping[str, str]
Shown = Mapping[str, object]


class GitHubPages:
    """The pages of one world's GitHub."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.github = world.github

    def overview(self, _: Names) -> Shown:
        """Everything there is, by name."""
        return {
            "repositories": list(self.github.repositories.values()),
            "channels": list(self.world.slack.channels.values()),
            "people": self.world.slack.people(),
            "deliveries": self.github.deliveries[-20:][::-1],
            "summary": self.world.summary(),
        }

    def repository(self, names: Names) -> Shown:
        """A repository's pull requests, issues and runs, newest first."""
        repo = self._repo(names)
        return {
            "repo": repo,
            "pulls": sorted(repo.pulls.values(), key=lambda one: -one.number),
            "issues": sorted(repo.issues.values(), key=lambda one: -one.number),
            "runs": sorted(repo.runs.values(), key=lambda run: run.created_at, reverse=True),
        }

    def thread(self, names: Names) -> Shown:
        """A pull request or issue: its conversation, and the checks of its head."""
        repo = self._repo(names)
        number = _number(names, "number")
        pull = repo.pulls.get(number)
        sha = None if pull is None else pull.head_sha
        checks = [] if sha is None else self.github.check_runs_at(repo, sha)
        return {
            "repo": repo,
            "number": number,
            "pull": pull,
            "thread": self.github.thread(repo, number),
            "comments": self.github.comments_on(repo, number),
            "checks": sorted(checks, key=lambda one: (one.by_app, one.name)),
            "people": self.people(repo),
        }

    def commit(self, names: Names) -> Shown:
        """A commit with its files and checks."""
        repo = self._repo(names)
        found = repo.commits.get(names["sha"])
        if found is None:
            raise Missing(f"{repo.full_name} has no commit {names['sha']}.")
        checks = self.github.check_runs_at(repo, found.sha)
        return {"repo": repo, "commit": found, "checks": checks, "people": self.people(repo)}

    def check_run(self, names: Names) -> Shown:
        """One check run."""
        one = self._check_run(names)
        return {"repo": one.repo, "check": one, "people": self.people(one.repo)}

    def run(self, names: Names) -> Shown:
        """A workflow run with every attempt."""
        repo = self._repo(names)
        run: Run | None = repo.runs.get(_number(names, "run_id"))
        if run is None:
            raise Missing(f"{repo.full_name} has no run {names['run_id']}.")
        return {"repo": repo, "run": run}

    def blob(self, names: Names) -> Shown:
        """A file at a commit or on a branch."""
        repo = self._repo(names)
        commit = repo.commits.get(repo.branches.get(names["ref"], names["ref"]))
        contents = None if commit is None else commit.tree.get(names["path"])
        if contents is None:
            raise Missing(f"{repo.full_name} has no file {names['path']} at {names['ref']}.")
        lines = contents.decode("utf-8", "replace").splitlines()
        return {"repo": repo, "path": names["path"], "ref": names["ref"], "lines": lines}

    def click(self, names: Names, form: Form) -> str:
        """Press a check run's button."""
        one = self._check_run(names)
        self.github.click(one.id, form.get("identifier", ""), self._person(one.repo, form))
        back = form.get("back", "")
        return back if _is_here(back) else f"/{one.repo.full_name}"

    def comment(self, names: Names, form: Form) -> str:
        """Say something below a pull request or issue."""
        repo, number = self._repo(names), _number(names, "number")
        words = form.get("body", "").strip()
        if not words:
            raise BadInput("The comment is empty; write something first.")
        self.github.comment(repo.full_name, number, user=self._person(repo, form), body=words)
        kind = "pull" if number in repo.pulls else "issues"
        return f"/{repo.full_name}/{kind}/{number}"

    def people(self, repo: Repository) -> list[str]:
        """Who can act on a repository's pages: those with a role, then everybody else."""
        others = [a.login for a in self.github.accounts.values() if a.kind == "User"]
        return list(dict.fromkeys([*repo.roles, *others]))

    def _person(self, repo: Repository, form: Form) -> str:
        user = form.get("user", "")
        if user not in self.people(repo):
            raise BadInput(f"The sandbox knows nobody called {user!r}; choose from the list.")
        return user

    def _repo(self, names: Names) -> Repository:
        return self.github.repository(f"{names['owner']}/{names['repo']}")

    def _check_run(self, names: Names) -> CheckRun:
        repo = self._repo(names)
        one = self.github.check_run(_number(names, "check_run_id"))
        if one.repo is not repo:
            raise Missing(f"{repo.full_name} has no check run {one.id}.")
        return one


def _number(names: Names, name: str) -> int:
    return int(names[name])


def _is_here(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))
