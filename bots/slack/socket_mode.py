"""Socket Mode: Slack's envelopes over a WebSocket that we open, where it cannot reach us."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bots.slack.client import API_URL, TIMEOUT, is_loopback
from bots.slack.endpoint import names_its_actions
from bots.slack.listeners import Store, bolt_app

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds until it is tried again to connect
LOOKS_EVERY = 5.0  # seconds between two looks at whether the connection still stands
TELL_EVERY, MOST_TELLINGS = 0.1, 30  # seconds between two, and how many
OK = 200

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SocketMode:
    """Keeps one connection open while it runs; an envelope is acked once it is stored.

    What was not acked Slack sends again, here or to another process.
    """

    app_token: str = field(repr=False)
    bolt: App = field(repr=False)
    api_url: str = API_URL
    new_id: Callable[[], str] = lambda: ""  # of a request
    looks_every: float = LOOKS_EVERY
    _stopping: threading.Event = field(default_factory=threading.Event)
    _client: SocketModeClient | None = None

    def run(self) -> None:
        """Connect, and again whenever it could not, until told to stop."""
        wait = FIRST_WAIT
        self._client = client = self._made()
        while not self._stopping.is_set():
            try:
                client.connect_to_new_endpoint(force=True)
            except (SlackClientError, OSError, ValueError) as error:
                log.warning("socket_not_open", error=type(error).__name__, again_in=wait)
                self._stopping.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                log.info("socket_open")
                return  # from here on the client connects again by itself

    def stop(self) -> None:
        """Close the connection.

        A session that begins at this moment takes back that it was told to end, and the client
        then waits for it without end; so it is told until it hears.
        """
        self._stopping.set()
        client = self._client
        if client is None:
            return
        closing = threading.Thread(target=client.close, daemon=True, name="socket-closing")
        closing.start()
        for _ in range(MOST_TELLINGS):
            client.current_session_state.terminated = True
            closing.join(TELL_EVERY)
            if not closing.is_alive():
                return

    def _made(self) -> SocketModeClient:
        base = self.api_url.rstrip("/") + "/"
        web = WebClient(base_url=base, timeout=TIMEOUT, retry_handlers=[])
        if is_loopback(self.api_url):
            web.proxy = None
        logger = logging.getLogger("flakeguard.socket")
        logger.setLevel(logging.CRITICAL)  # its lines quote what people wrote
        client = SocketModeClient(
            self.app_token, logger=logger, web_client=web, ping_interval=self.looks_every
        )
        if is_loopback(self.api_url):
            client.proxy = None
        client.socket_mode_request_listeners.append(self._take)
        return client

    def _take(self, client: BaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Let Bolt answer an envelope; no answer but success is sent."""
        payload = envelope.payload
        if not names_its_actions(payload):
            client.send_socket_mode_response(SocketModeResponse(envelope_id=envelope.envelope_id))
            return
        request = BoltRequest(
            mode="socket_mode", body=payload, context={"request_id": self.new_id()}
        )
        answer = self.bolt.dispatch(request)
        if answer.status != OK:
            log.warning("envelope_not_taken", status=answer.status)
            return
        client.send_socket_mode_response(
            SocketModeResponse(envelope_id=envelope.envelope_id, payload=_payload_of(answer.body))
        )


@contextmanager
def listening(
    app_token: str | None,
    store: Store,
    *,
    bot_token: str | None,
    api_url: str,
    new_id: Callable[[], str],
) -> Iterator[None]:
    """Be connected while the block runs; nothing without a token."""
    if not app_token:
        yield
        return
    bolt = bolt_app(signing_secret="unused", bot_token=bot_token, store=store)  # noqa: S106 -- nothing is signed over a socket
    mode = SocketMode(app_token, bolt, api_url, new_id)
    thread = threading.Thread(target=mode.run, daemon=True, name="socket-mode")
    thread.start()
    try:
        yield
    finally:
        mode.stop()


def _payload_of(body: str) -> dict[str, object] | None:
    """What an answer says to the person; None where it says nothing."""
    if not body:
        return None
    try:
        told = json.loads(body)
    except ValueError:
        return {"text": body}
    return told if isinstance(told, dict) else None
