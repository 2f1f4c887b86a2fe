"""The payment provider calls us back over a plain socket: "PAID 17", "REFUSED 17"."""

import os
import socket

PORT = int(os.environ.get("SHOP_CALLBACK_PORT", "8790"))

_listening: list["Receiver"] = []


class Receiver:
    def __init__(self, port: int = PORT) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        self.port = port
        self.states: dict[int, str] = {}

    def take_one(self) -> None:
        """Wait for one call and note what it says."""
        connection, _ = self._socket.accept()
        with connection:
            self.note(connection.recv(100).decode("ascii"))

    def note(self, line: str) -> None:
        word, _, number = line.strip().partition(" ")
        if word not in {"PAID", "REFUSED"} or not number.isdigit():
            raise ValueError(f"not a callback: {line!r}")
        self.states[int(number)] = word.lower()

    def close(self) -> None:
        self._socket.close()


def listen(port: int = PORT) -> Receiver:
    receiver = Receiver(port)
    _listening.append(receiver)
    return receiver


def stop_all() -> None:
    while _listening:
        _listening.pop().close()


def call(line: str, port: int = PORT) -> None:
    """What the provider does."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(line.encode("ascii"))
