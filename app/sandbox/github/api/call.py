"""One request to the REST API, its answer, and how operations are declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode

from app.core.errors import Missing
from app.sandbox.github.entities import Account, Repository, Token
from app.sandbox.github.state import GitHubState
from app.sandbox.github.world import GitHubWorld

DOCUMENTATION = "https://docs.github.com/rest"
FieldError = dict[str, object]
One = TypeVar("One")


class ApiError(Exception):
    """An answer that is not the wanted one, with GitHub's body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})


def not_found() -> ApiError:
    """What GitHub says of everything that is not there, or not for you."""
    return ApiError(HTTPStatus.NOT_FOUND, "Not Found")


def forbidden(message: str = "Resource not accessible by integration") -> ApiError:
    """We know who asks, and they may not."""
    return ApiError(HTTPStatus.FORBIDDEN, message)


def invalid(resource: str, name: str, code: str, message: str | None = None) -> ApiError:
    """A field that GitHub refuses; code: missing, missing_field, invalid, custom, ..."""
    error: FieldError = {"resource": resource, "field": name, "code": code}
    if message is not None:
        error["message"] = message
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Validation Failed", errors=[error])


def unprocessable(message: str) -> ApiError:
    """A request whose form GitHub refuses as a whole."""
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, message)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the App itself (JWT), or the holder of a token."""

    token: Token | None = None  # None: the App, by its JWT

    @property
    def is_app(self) -> bool:
        """Whether the App asks for itself."""
        return self.token is None

    @property
    def is_installation(self) -> bool:
        """Whether an installation asks."""
        return self.token is not None and self.token.installation is not None

    def opens(self, repo: Repository) -> bool:
        """Whether an installation's token covers the repository."""
        token = self.token
        if token is None or token.installation is None:
            return False
        chosen = token.repository_ids is None or repo.id in token.repository_ids
        return repo.installation is token.installation and chosen


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answers; `body` None answers without one."""

    body: object = None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that has been let in."""

    github: GitHubWorld
    path: str  # below the API's root
    names: Mapping[str, str]  # the path's parameters
    query: Mapping[str, str]
    body: Mapping[str, object]
    caller: Caller
    operation: "Operation"

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.github.clock()

    @property
    def actor(self) -> Account:
        """In whose name this is done: the App's bot, or the token's user."""
        token = self.caller.token
        return self.github.bot if token is None or token.user is None else token.user

    def shaped(self, shape: Callable[[GitHubState, One], object], one: One) -> object:
        """The JSON of a thing, as it is at one moment."""
        with self.github.lock:
            return shape(self.github, one)

    def number(self, name: str) -> int:
        """A path parameter that is a number; 404 when it is none."""
        text = self.names[name]
        if not (text.isascii() and text.isdigit()):
            raise not_found()
        return int(text)

    def repo(self) -> Repository:
        """The repository in the path, if it is there for the caller."""
        name = f"{self.names['owner']}/{self.names['repo']}"
        moved = self.github.moved.get(name.lower())
        try:
            repo = moved or self.github.repository(name)
        except Missing:
            raise not_found() from None
        if not self._may_read(repo):
            raise not_found()
        if moved is not None:
            raise self._leads_to(name, moved)
        if self.operation.writes:
            self._check_write(repo)
        return repo

    def _leads_to(self, name: str, moved: Repository) -> ApiError:
        """What GitHub answers under a name that a repository had before."""
        path = self.path.replace(name, moved.full_name, 1)
        status = HTTPStatus.MOVED_PERMANENTLY
        if self.operation.method != "GET":
            status = HTTPStatus.TEMPORARY_REDIRECT
        address = f"{self.github.api_url}{path}"
        if self.query:
            address += f"?{urlencode(dict(self.query))}"
        return ApiError(status, "Moved Permanently", headers={"Location": address})

    def _may_read(self, repo: Repository) -> bool:
        token = self.caller.token
        if not repo.private or self.caller.opens(repo):
            return True
        user = None if token is None else token.user
        return user is not None and self.github.role(repo, user.login) != "none"

    def _check_write(self, repo: Repository) -> None:
        token = self.caller.token
        if repo.archived:
            raise forbidden("Repository was archived so is read-only.")
        if token is not None and token.user is not None:
            # Anybody who can read may comment; the operations check what else they need.
            return
        if not self.caller.opens(repo):
            raise forbidden()


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint: what it needs and what it does.

    `needs` is "app" (the App's JWT), "token" (any token), "user", "nobody" (no credential), or a
    permission of an installation, "checks:write".
    """

    method: str
    path: str
    needs: str
    work: Callable[[Call], Answer]

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.needs.endswith(":write")
