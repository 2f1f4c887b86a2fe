"""One way to ask GitHub's REST API: time-outs, our own retry rule, pages to the end, JSON out."""

import os
import ssl
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpx
from githubkit import GitHubCore
from githubkit.auth import BaseAuthStrategy
from githubkit.cache import MemCacheStrategy
from githubkit.exception import GitHubException, RequestError

from app import __version__
from app.clock import Clock
from app.core.errors import BadInput, FlakeGuardError, NotGranted, RateLimited
from app.core.tracing import request_id
from bots.github.failures import failure_of, unavailable, whole_number
from bots.github.payloads import PayloadT, read
from bots.github.purse import Purse
from bots.github.remembered import Remembered

USER_AGENT = f"flakeguard/{__version__}"
PER_PAGE = 100  # GitHub's most
API_VERSION = "2022-11-28"
MAX_REDIRECTS = 3
MAX_PAGES = 1_000  # GitHub cuts its longest lists long before that
REPEATABLE = frozenset({"GET", "PATCH"})  # a POST whose answer was lost may have been obeyed

Json = Mapping[str, Any]


class KeptGitHub(GitHubCore[BaseAuthStrategy]):
    """githubkit with one client kept open; its own opens one, and a TLS session, per request."""

    _kept: httpx.Client | None = None
    _owner = 0  # the process that opened it: a fork must not share its parent's sockets
    _opening = threading.Lock()

    @contextmanager
    def get_sync_client(self) -> Generator[httpx.Client, None, None]:
        """The kept client."""
        with self._opening:
            if self._kept is None or self._owner != os.getpid():
                self._kept, self._owner = self._create_sync_client(), os.getpid()
            client = self._kept
        yield client

    def _check_rate_limit(self, response: object) -> None:
        """Nothing: bots.github.failures reads limits; githubkit's own fails on odd headers."""

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._opening:
            if self._kept is not None and self._owner == os.getpid():
                self._kept.close()
            self._kept = None


class Connection:
    """GitHub as one identity sees it. Raises Missing, RateLimited and Unavailable."""

    def __init__(
        self,
        auth: BaseAuthStrategy,
        *,
        api_url: str,
        timeout: float,
        clock: Clock,
        purse: Purse,
        remembered: Remembered,
    ) -> None:
        self.clock = clock
        self.purse = purse
        self.remembered = remembered
        self.github = KeptGitHub(
            auth,
            base_url=api_url,
            user_agent=USER_AGENT,
            timeout=timeout,
            ssl_verify=tls(),
            trust_env=not is_loopback(api_url),
            follow_redirects=False,  # httpx would follow them anywhere
            auto_retry=False,  # githubkit's own repeats POSTs and sleeps out rate limits
            http_cache=False,
            cache_strategy=MemCacheStrategy(),  # its default is shared by the whole process
            event_hooks={"request": [add_headers]},
        )

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Json | None = None,
        repeatable: bool = True,
        often: bool = False,
    ) -> httpx.Response:
        """The successful answer to one request, redirects within GitHub's API followed.

        GitHub redirects after a repository was renamed or moved. `repeatable` as for `send`.
        With `often`, for what is asked again and again, GitHub is asked only whether the answer
        of last time still holds, which costs nothing.
        """
        key = self.remembered.key(path, params)
        known = self.remembered.known(key) if often else None
        etag = known.etag if known else None
        answer = self.send(method, path, params=params, body=body, repeatable=repeatable, etag=etag)
        for _ in range(MAX_REDIRECTS):
            if not answer.is_redirect or answer.status_code == httpx.codes.NOT_MODIFIED:
                break
            moved = self.within_api(answer, f"{method} {path}")
            asked = None if moved.query else params
            answer = self.send(
                method, str(moved), params=asked, body=body, repeatable=repeatable, etag=etag
            )
        else:
            raise unavailable(f"{method} {path} is redirected again and again.", permanent=True)
        if known is not None and answer.status_code == httpx.codes.NOT_MODIFIED:
            return known.again(answer)
        if often:
            self.remembered.keep(key, answer)
        return answer

    def within_api(self, answer: httpx.Response, what: str) -> httpx.URL:
        """Where a redirect leads; Unavailable for another host, which must not get our token."""
        moved = answer.request.url.join(answer.headers.get("location", ""))
        api = self.github.config.base_url
        if (moved.scheme, moved.host, moved.port) != (api.scheme, api.host, api.port):
            raise unavailable(f"GitHub redirected {what} to another host.", permanent=True)
        return moved

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Json | None = None,
        repeatable: bool = True,
        etag: str | None = None,
    ) -> httpx.Response:
        """The answer to one request, which may be a redirect, or say that nothing has changed.

        A 5xx or a broken connection is tried once more at once where that is safe: for GET, and
        for PATCH unless `repeatable` is False. Everything else is for the task to try again.
        """
        what = f"{method} {path}"
        tries = 2 if repeatable and method in REPEATABLE else 1
        query = dict(params) if params else None
        headers = {"If-None-Match": etag} if etag else None

        def once() -> httpx.Response:
            asked = self.github.request(method, path, params=query, json=body, headers=headers)
            return asked.raw_response

        while True:
            tries -= 1
            try:
                return self.purse.pay(method, once)
            except GitHubException as error:
                if tries == 0 or not is_passing(error):
                    raise self.failure(error, what) from error

    def failure(self, error: GitHubException, what: str) -> FlakeGuardError:
        """What a failed request means; a limit is noted for everybody."""
        failure = failure_of(error, what, now=self.clock())
        if isinstance(failure, NotGranted):
            failure.installation_id = whole_number(self.purse.account)
        return self.purse.put_off(error, failure) if isinstance(failure, RateLimited) else failure

    def json(self, method: str, path: str, **asked: Any) -> Any:  # noqa: ANN401 -- it is JSON
        """The answer's JSON."""
        return json_of(self.ask(method, path, **asked), f"{method} {path}")

    def one(self, model: type[PayloadT], path: str) -> PayloadT:
        """What `path` holds, as `model`."""
        return read_answer(model, self.json("GET", path), f"GET {path}")

    def made(self, model: type[PayloadT], method: str, path: str, body: Json) -> PayloadT:
        """What a writing request made, as `model`."""
        return read_answer(model, self.json(method, path, body=body), f"{method} {path}")

    def all(
        self,
        model: type[PayloadT],
        path: str,
        *,
        inside: str | None = None,
        params: Mapping[str, str | int] | None = None,
        often: bool = False,
    ) -> Iterator[PayloadT]:
        """Every item of a list, page after page; `inside` is the field that holds them.

        `often` as for `ask`.
        """
        for item in self.items(path, inside=inside, params=params, often=often):
            yield read_answer(model, item, f"GET {path}")

    def items(
        self,
        path: str,
        *,
        inside: str | None = None,
        params: Mapping[str, str | int] | None = None,
        often: bool = False,
    ) -> Iterator[object]:
        """The same, as JSON."""
        what = f"GET {path}"
        asked: dict[str, str | int] = {**(params or {}), "per_page": PER_PAGE}
        for _ in range(MAX_PAGES):
            answer = self.ask("GET", path, params=asked, often=often)
            yield from items_of(json_of(answer, what), inside, what)
            following = next_page(answer)
            if following is None:
                return
            asked = {**asked, **following}
        raise unavailable(f"{what} never came to an end.", permanent=True)

    def close(self) -> None:
        """Close the connections."""
        self.github.close()


@cache
def tls() -> ssl.SSLContext:
    """What every client verifies hosts with; reading the certificates takes some 40 ms."""
    return httpx.create_ssl_context()


def add_headers(request: httpx.Request) -> None:
    """Say which API we speak, and pass on the id of the request that caused this one."""
    request.headers["X-GitHub-Api-Version"] = API_VERSION
    if current := request_id.get():
        request.headers["X-Request-Id"] = current


def is_passing(error: GitHubException) -> bool:
    """Whether a second try at once may help: a 5xx, or a connection that broke.

    Not after a time-out: who was slow once would hold the worker up twice.
    """
    cause = error.exc if isinstance(error, RequestError) else error
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.is_server_error
    return isinstance(cause, httpx.TransportError) and not isinstance(cause, httpx.TimeoutException)


def is_loopback(url: str) -> bool:
    """Whether this address is on this machine, where no proxy should stand between."""
    host = httpx.URL(url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def next_page(answer: httpx.Response) -> dict[str, str] | None:
    """The query of the next page; None on the last.

    Only the query is taken from the link, so that no answer can lead us, and our token, to
    another host.
    """
    link = answer.links.get("next", {}).get("url")
    return dict(httpx.URL(link).params) if link else None


def json_of(answer: httpx.Response, what: str) -> Any:  # noqa: ANN401 -- it is JSON
    """An answer's JSON; Unavailable where it holds none, as a proxy's error page does."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise unavailable(f"GitHub answered {what} with something that is no JSON.") from None


def items_of(page: object, inside: str | None, what: str) -> list[object]:
    """The items of one page."""
    items = page.get(inside) if inside is not None and isinstance(page, dict) else page
    if not isinstance(items, list):
        raise unavailable(f"GitHub answered {what} with no list.", permanent=True)
    return items


def read_answer(model: type[PayloadT], fields: object, what: str) -> PayloadT:
    """JSON as `model`; Unavailable naming the field where GitHub writes something else."""
    try:
        return read(model, fields, what=f"GitHub's answer to {what}")
    except BadInput as error:
        raise unavailable(str(error), permanent=True) from None
