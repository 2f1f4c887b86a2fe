"""A host that is not GitHub: remembers what it is sent, answers what the test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL = 0.02  # seconds between two looks at whether it should stop


@dataclass
class Stranger:
    """What it heard, and what it says to every request."""

    url: str = ""
    heard: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)  # of what was posted
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def stranger_on_loopback() -> Iterator[Stranger]:
    stranger = Stranger()

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            stranger.bodies.append(self.rfile.read(length))
            self.answer()

        def answer(self) -> None:
            heard = {name.lower(): value for name, value in self.headers.items()}
            stranger.heard.append(heard | {":path": self.path, ":method": self.command})
            self.send_response(stranger.status)
            self.send_header("Content-Length", str(len(stranger.body)))
            for name, value in stranger.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(stranger.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    stranger.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)
    thread.start()
    try:
        yield stranger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
