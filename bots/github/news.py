"""What is new on GitHub, listed where no webhook reaches us.

Every list is asked for in the same words each time, so that GitHub answers at no cost where
nothing has changed.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from app.core.deliveries import NewDelivery
from app.core.errors import RateLimited, Unavailable
from app.core.runs import Repository, RunKey
from app.news import Place, Told
from bots.github import told
from bots.github.addresses import commit_path, repo_path
from bots.github.client import GitHubHosts
from bots.github.connection import PER_PAGE, Connection, items_of, json_of
from bots.github.failures import unavailable
from bots.github.told import Json, Where, moment

COMMITS_WITH_FILES = 20  # of one push, the newest; a request each
LATEST = {"sort": "updated", "direction": "desc"}
NOT_SET_UP = "GitHub cannot be asked what is new until the GitHub App is set up."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ListedNews:
    """The port News, for whatever App is in use."""

    hosts: Callable[[], GitHubHosts | None]

    def places(self, known: Mapping[int, Place], *, now: datetime) -> list[NewDelivery]:
        """What has changed of the installations that we know, by id, and which are new."""
        hosts = self._hosts()
        found: list[NewDelivery] = []
        listed = {int(one["id"]): one for one in listing(hosts.as_app, "/app/installations")}
        for number, one in listed.items():
            repositories = [] if one.get("suspended_at") else opened(hosts(number).connection)
            found += told.place(one, repositories, known.get(number), now=now)
        for number in known.keys() - listed.keys():
            gone = {"action": "deleted", "installation": {"id": number}}
            found.append(told.delivery("installation", gone, number, "deleted", now))
        return found

    def of_repository(self, repository: Repository, *, since: datetime) -> list[Told]:
        """What has happened in a repository since then, what rests on other things last."""
        connection = self._connection(repository)
        where = place_of(connection, repository)
        lists = Lists(connection, where, since)
        return [
            *lists.pulls(),
            *lists.pushes(),
            *lists.runs(),
            *lists.comments(),
            *lists.issues(self._hosts().bot_login()),
        ]

    def of_attempt(self, repository: Repository, key: RunKey) -> Told:
        """One finished attempt of a run; Missing when it is gone."""
        connection = self._connection(repository)
        path = f"/actions/runs/{key.run_id}/attempts/{key.attempt}"
        listed = object_at(connection, repo_path(repository.full_name, path))
        return told.run(listed, place_of(connection, repository))

    def files_of(self, repository: Repository, push: Told) -> Told:
        """A push with the files that its commits change, as a webhook has them."""
        connection, new = self._connection(repository), push.delivery
        payload = json.loads(new.body)
        for commit in payload["commits"][-COMMITS_WITH_FILES:]:
            whole = object_at(connection, commit_path(repository.full_name, commit["id"], ""))
            commit["modified"] = [one["filename"] for one in whole.get("files") or []]
        body = json.dumps(payload).encode()
        return Told(NewDelivery(new.source, new.guid, new.event, body, new.request_id))

    def _hosts(self) -> GitHubHosts:
        hosts = self.hosts()
        if hosts is None:
            raise unavailable(NOT_SET_UP)
        return hosts

    def _connection(self, repository: Repository) -> Connection:
        assert repository.installation_id is not None
        return self._hosts()(repository.installation_id).connection


@dataclass(frozen=True, slots=True)
class Lists:
    """The newest hundred of each kind, of one repository."""

    connection: Connection
    where: Where
    since: datetime

    def pulls(self) -> Iterator[Told]:
        """Pull requests that came, moved or went."""
        for one in self._list("/pulls", state="all", **LATEST):
            if moment(one, "updated_at") >= self.since:
                yield told.pull(one, self.where)

    def pushes(self) -> Iterator[Told]:
        """What came to the default branch."""
        branch = str(self.where.repository.get("default_branch") or "")
        try:
            commits = self._list("/commits", sha=branch)
        except RateLimited:
            raise
        except Unavailable as error:  # an empty repository has none; the head is looked at again
            log.info("no_commits_listed", repo=self.where.name, error=str(error))
            return
        found = told.push(commits, self.where, since=self.since)
        if found is not None:
            yield found

    def runs(self) -> Iterator[Told]:
        """Runs that wait, run or have ended."""
        for one in self._list("/actions/runs", inside="workflow_runs"):
            if moment(one, "updated_at") >= self.since:
                yield told.run(one, self.where)

    def comments(self) -> Iterator[Told]:
        """Comments below issues and pull requests, the oldest first."""
        found = self._list("/issues/comments", sort="created", direction="desc")
        for one in reversed(found):
            if moment(one, "created_at") >= self.since:
                yield told.comment(one, self.where)

    def issues(self, author: str) -> Iterator[Told]:
        """Issues of ours that were closed; lists do not tell by whom."""
        for one in self._list("/issues", state="closed", creator=author, **LATEST):
            if "pull_request" not in one and moment(one, "closed_at") >= self.since:
                path = repo_path(self.where.name, f"/issues/{int(one['number'])}")
                yield told.issue(object_at(self.connection, path), self.where)

    def _list(self, path: str, *, inside: str | None = None, **asked: str) -> list[Json]:
        whole = repo_path(self.where.name, path)
        answer = self.connection.ask(
            "GET", whole, params={**asked, "per_page": PER_PAGE}, often=True
        )
        what = f"GET {whole}"
        return objects(items_of(json_of(answer, what), inside, what), what)


def listing(connection: Connection, path: str, *, inside: str | None = None) -> list[Json]:
    """A whole list, page after page."""
    return objects(list(connection.items(path, inside=inside, often=True)), f"GET {path}")


def opened(connection: Connection) -> list[Json]:
    """The repositories that an installation opens to us."""
    return listing(connection, "/installation/repositories", inside="repositories")


def place_of(connection: Connection, repository: Repository) -> Where:
    """The repository as it is now: it may have another name, or another default branch."""
    assert repository.installation_id is not None
    return Where(object_at(connection, repo_path(repository.full_name)), repository.installation_id)


def object_at(connection: Connection, path: str) -> Json:
    """What a path holds."""
    what = f"GET {path}"
    (found,) = objects([json_of(connection.ask("GET", path, often=True), what)], what)
    return found


def objects(found: list[Any], what: str) -> list[Json]:
    """These as JSON objects; Unavailable where one is none."""
    if not all(isinstance(one, dict) for one in found):
        raise unavailable(
            f"GitHub answered {what} with something else than objects.", permanent=True
        )
    return found
