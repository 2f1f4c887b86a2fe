"""Mails leave in the background, so that nobody waits for the mail server."""

import queue
import threading
from collections.abc import Callable

from shop.mail import Mail


class MailQueue:
    def __init__(self, send: Callable[[Mail], None]) -> None:
        self._send = send
        self._waiting: queue.Queue[Mail] = queue.Queue()
        self._idle = threading.Event()
        self._idle.set()

    def put(self, mail: Mail) -> None:
        self._idle.clear()
        self._waiting.put(mail)

    def start(self) -> None:
        threading.Thread(target=self.drain, name="mail-queue", daemon=True).start()

    def drain(self) -> None:
        """Send what waits, oldest first."""
        while not self._waiting.empty():
            self._send(self._waiting.get())
        self._idle.set()

    def wait(self, timeout: float) -> bool:
        """Whether everything was sent within so many seconds."""
        return self._idle.wait(timeout)
