"""GitHub's webhooks: signed, posted, remembered, and sent again on request."""

import hashlib
import hmac
import itertools
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from app.clock import Clock
from app.core.errors import Missing
from app.sandbox.posting import Poster

ANSWER_WITHIN = 10.0  # seconds; GitHub calls the delivery failed after that
CLOSE_WITHIN = 1.0  # seconds
HOOK_ID = 400_100
KEPT_ANSWER = 2_000  # characters of the receiver's answer that are remembered


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent; a redelivery sends the same parcel again."""

    guid: str
    event: str
    action: str | None
    body: bytes
    installation_id: int | None
    repository_id: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of a parcel, and how it went."""

    id: int
    parcel: Parcel
    delivered_at: datetime
    redelivery: bool
    duration: float  # seconds
    status: str  # in GitHub's words
    status_code: int
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""

    @property
    def guid(self) -> str:
        """The id that repeats on redelivery."""
        return self.parcel.guid


class Hooks:
    """The App's one webhook. With `background` set, sending never holds the driver up."""

    def __init__(
        self,
        *,
        secret: str,
        app_id: int,
        clock: Clock,
        url: str | None = None,
        background: bool = False,
        new_guid: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.secret = secret
        self.app_id = app_id
        self.clock = clock
        self.url = url
        self.background = background
        self.new_guid = new_guid
        self.deliveries: list[Delivery] = []
        self._ids = itertools.count(7_000_001)
        self._waiting: queue.Queue[tuple[Parcel, bool]] = queue.Queue()
        self._sender: threading.Thread | None = None
        self._lock = threading.Lock()
        self._poster = Poster(timeout=ANSWER_WITHIN)

    def send(
        self,
        event: str,
        payload: Mapping[str, object],
        *,
        installation_id: int | None,
        repository_id: int | None = None,
        later: bool = False,
    ) -> Parcel | None:
        """Send one webhook; None when there is no address to send it to.

        `later` sends from the background whatever `background` says.
        """
        if self.url is None:
            return None
        action = payload.get("action")
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        parcel = Parcel(
            guid=self.new_guid(),
            event=event,
            action=action if isinstance(action, str) else None,
            body=body,
            installation_id=installation_id,
            repository_id=repository_id,
        )
        self._dispatch(parcel, redelivery=False, later=later)
        return parcel

    def redeliver(self, guid: str, *, later: bool = False) -> None:
        """Send a parcel again under its old GUID."""
        for delivery in list(self.deliveries):
            if delivery.guid == guid:
                self._dispatch(delivery.parcel, redelivery=True, later=later)
                return
        raise Missing(f"The sandbox has sent no delivery {guid}.")

    def drain(self) -> None:
        """Wait until everything queued has been sent."""
        self._waiting.join()

    def close(self) -> None:
        """Forget what waits and let the connections go; sending again opens new ones.

        Whatever is under way gets a moment, and no more: the receiver may be gone already.
        """
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
                self._waiting.task_done()
        with self._waiting.all_tasks_done:
            self._waiting.all_tasks_done.wait_for(
                lambda: not self._waiting.unfinished_tasks, timeout=CLOSE_WITHIN
            )
        self._poster.close()

    def signature(self, body: bytes) -> str:
        """The value of X-Hub-Signature-256."""
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return f"sha256={digest}"

    def headers(self, parcel: Parcel) -> dict[str, str]:
        """The headers that GitHub sends."""
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/5a7b0c1",
            "X-GitHub-Delivery": parcel.guid,
            "X-GitHub-Event": parcel.event,
            "X-GitHub-Hook-ID": str(HOOK_ID),
            "X-GitHub-Hook-Installation-Target-ID": str(self.app_id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": self.signature(parcel.body),
        }

    def _dispatch(self, parcel: Parcel, *, redelivery: bool, later: bool) -> None:
        if not (self.background or later):
            self._post(parcel, redelivery=redelivery)
            return
        with self._lock:
            if self._sender is None:
                self._sender = threading.Thread(target=self._run, daemon=True, name="hookshot")
                self._sender.start()
        self._waiting.put((parcel, redelivery))

    def _run(self) -> None:
        while True:
            parcel, redelivery = self._waiting.get()
            try:
                self._post(parcel, redelivery=redelivery)
            finally:
                self._waiting.task_done()

    def _post(self, parcel: Parcel, *, redelivery: bool) -> None:
        headers = self.headers(parcel)
        sent_at, began = self.clock(), time.perf_counter()
        answer, status_code, status = self._exchange(parcel, headers)
        delivery = Delivery(
            id=next(self._ids),
            parcel=parcel,
            delivered_at=sent_at,
            redelivery=redelivery,
            duration=round(time.perf_counter() - began, 3),
            status=status,
            status_code=status_code,
            request_headers=headers,
            response_headers={} if answer is None else dict(answer.headers),
            response_body="" if answer is None else answer.text[:KEPT_ANSWER],
        )
        with self._lock:
            self.deliveries.append(delivery)

    def _exchange(
        self, parcel: Parcel, headers: Mapping[str, str]
    ) -> tuple[httpx.Response | None, int, str]:
        try:
            answer = self._poster.post(self.url or "", parcel.body, headers)
        except httpx.TimeoutException:
            return None, httpx.codes.GATEWAY_TIMEOUT, "timed out"
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError):  # RuntimeError: closed meanwhile
            return None, httpx.codes.BAD_GATEWAY, "failed to connect to host"
        said = "OK" if answer.is_success else answer.reason_phrase
        return answer, answer.status_code, said
