"""The key of the embedded mode: made once, kept in the data folder, readable by its owner only."""

import base64
import binascii
from pathlib import Path

from app.core.errors import BadInput
from app.embedded.folder import claim, said_of, write_once

FILE = "secret.key"
KEY_BYTES = 32  # what Fernet takes


def secret_key(data: Path) -> str:
    """Return the Fernet key of a data folder, made when there is none; racing processes agree.

    Raises BadInput when the folder cannot be used or the file holds no key.
    """
    data = data.resolve()
    claim(data)
    file = data / FILE
    with said_of(data):
        if not file.exists():
            write_once(file, _new_key)
        key = file.read_bytes().strip()
    if not _is_key(key):
        raise BadInput(
            f"The file {file} holds no key; restore it from a backup: what it encrypted cannot be"
            " read without it."
        )
    return key.decode("ascii")


def _new_key() -> bytes:
    from cryptography.fernet import Fernet  # late: the keepers need not load it

    return Fernet.generate_key()


def _is_key(text: bytes) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == KEY_BYTES
    except binascii.Error:
        return False
