"""What stands behind Prism: answers every request as the sandbox did when the tests ran."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.contract.exchanges import Exchange

NUMBER = "X-Exchange"  # which exchange a request repeats


@contextmanager
def replaying(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Serve the answers of these exchanges on loopback; yields the address."""

    class Again(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            exchange = exchanges[int(self.headers[NUMBER])]
            body = exchange.told.encode()
            self.send_response(exchange.status)
            for name, value in exchange.told_headers.items():
                if name != "location":  # Prism must not follow it
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 -- the library's names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Again)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
