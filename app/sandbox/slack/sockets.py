"""Socket Mode: the app connects to us, and hears over its socket what others hear by HTTP."""

import asyncio
import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from secrets import token_hex

from starlette.websockets import WebSocket, WebSocketDisconnect

from app.core.errors import BadInput
from app.sandbox.slack.entities import Json

TICKET_BYTES = 16
ACK_WITHIN = 3.0  # seconds; Slack tells the person that it failed after that


@dataclass
class Sockets:
    """The sockets that are open; whoever sends waits for the ack."""

    app_token: str | None = None  # None: Socket Mode is off
    tickets: set[str] = field(default_factory=set)
    open: "list[tuple[WebSocket, asyncio.AbstractEventLoop]]" = field(default_factory=list)
    waiting: "dict[str, Future[Json]]" = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def new_url(self, token: str, address: str) -> Json:
        """apps.connections.open: where the app may connect to, once."""
        if self.app_token is None or token != self.app_token:
            raise BadInput("invalid_auth")
        ticket = token_hex(TICKET_BYTES)
        self.tickets.add(ticket)
        return {"url": f"{address.replace('http', 'ws', 1)}?ticket={ticket}"}

    async def serve(self, socket: WebSocket) -> None:
        """One socket, until it is closed."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close()
            return
        self.tickets.discard(ticket)
        await socket.accept()
        here = (socket, asyncio.get_running_loop())
        await socket.send_json({"type": "hello", "num_connections": 1})
        with self.lock:
            self.open.append(here)
        try:
            while True:
                self._acked(json.loads(await socket.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            with self.lock:
                self.open.remove(here)

    def send(self, kind: str, payload: Json) -> tuple[bool, Json]:
        """Send an envelope over the newest socket; whether it was acked in time, and with what."""
        envelope_id = token_hex(TICKET_BYTES)
        told = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        acked: Future[Json] = Future()
        with self.lock:
            self.waiting[envelope_id] = acked
            socket, loop = self.open[-1]
        asyncio.run_coroutine_threadsafe(socket.send_json(told), loop).result(ACK_WITHIN)
        try:
            return True, acked.result(ACK_WITHIN)
        except TimeoutError:
            return False, {}
        finally:
            self.waiting.pop(envelope_id, None)

    def drop(self) -> None:
        """Close every socket, as Slack does now and then."""
        with self.lock:
            open_now = list(self.open)
        for socket, loop in open_now:
            asyncio.run_coroutine_threadsafe(socket.close(), loop).result(ACK_WITHIN)

    def _acked(self, told: Json) -> None:
        acked = self.waiting.get(str(told.get("envelope_id")))
        if acked is not None and not acked.done():
            payload = told.get("payload")
            acked.set_result(payload if isinstance(payload, dict) else {})
