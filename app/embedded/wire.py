"""Just enough of both servers' protocols to ask: are you there, and is the database made?"""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PATIENCE = 5.0  # seconds for an answer on a local socket, on a busy machine
PROTOCOL_3_0 = 196_608  # PostgreSQL's number for it: 3 << 16
HEAD_BYTES = 5  # one of type, four of length, which counts itself
LENGTH_BYTES = 4


def postgres_state(
    path: Path, *, user: str, database: str, statement: str | None = None
) -> str | None:
    """Return the SQLSTATE that PostgreSQL refused with; None when it took us in.

    The statement, where given, is run then, and its SQLSTATE counts.
    Raises OSError when nobody listens there.
    """
    with _connected(path) as conversation, conversation.makefile("rb") as answers:
        words = ["user", user, "database", database, ""]
        conversation.sendall(_sized(PROTOCOL_3_0.to_bytes(4, "big") + _terminated(*words)))
        state = _state_when_idle(answers)
        if state is None and statement is not None:
            conversation.sendall(b"Q" + _sized(_terminated(statement)))
            state = _state_when_idle(answers)
        if state is None:
            conversation.sendall(b"X" + _sized(b""))
        return state


def redis_is_ready(path: Path) -> bool:
    """Whether Redis answers and has read its files; raises OSError when nobody listens there."""
    with _connected(path) as conversation, conversation.makefile("rb") as answers:
        conversation.sendall(b"PING\r\n")
        return answers.readline() == b"+PONG\r\n"


def _connected(path: Path) -> socket.socket:
    conversation = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        conversation.settimeout(PATIENCE)
        conversation.connect(str(path))
    except OSError:
        conversation.close()
        raise
    return conversation


def _sized(body: bytes) -> bytes:
    return (len(body) + LENGTH_BYTES).to_bytes(LENGTH_BYTES, "big") + body


def _terminated(*words: str) -> bytes:
    return b"".join(word.encode() + b"\0" for word in words)


def _messages(answers: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while len(head := answers.read(HEAD_BYTES)) == HEAD_BYTES:
        length = int.from_bytes(head[1:], "big") - LENGTH_BYTES
        yield head[:1], answers.read(length)


def _state_when_idle(answers: BinaryIO) -> str | None:
    """Read up to ReadyForQuery; a refused connection ends after its error instead."""
    state = None
    for kind, body in _messages(answers):
        if kind == b"E":
            state = _sqlstate(body)
        elif kind == b"Z":
            return state
    if state is None:
        raise ConnectionResetError("PostgreSQL hung up")
    return state


def _sqlstate(body: bytes) -> str:
    fields = {field[:1]: field[1:].decode("ascii", "replace") for field in body.split(b"\0")}
    return fields.get(b"C", "XX000")  # internal_error, where none is said
