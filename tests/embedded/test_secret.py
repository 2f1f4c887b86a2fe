"""The key of the embedded mode."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.core.errors import BadInput
from app.embedded import secret_key
from tests.embedded.world import Asker


def test_racing_processes_agree_on_one_key(data: Path) -> None:
    askers = [Asker(data, key=True) for _ in range(4)]
    keys = [asker.answer()["key"] for asker in askers]
    for asker in askers:
        asker.leave()

    assert keys == [secret_key(data)] * 4
    assert Fernet(keys[0]).decrypt(Fernet(keys[0]).encrypt(b"token")) == b"token"


def test_only_its_owner_reads_the_key(data: Path) -> None:
    secret_key(data)

    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "one") != secret_key(tmp_path / "two")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 44, b"A" * 40])
def test_a_damaged_key_is_not_replaced(data: Path, content: bytes) -> None:
    secret_key(data)
    (data / "secret.key").write_bytes(content)

    with pytest.raises(BadInput) as refused:
        secret_key(data)

    assert str(refused.value) == (
        f"The file {data / 'secret.key'} holds no key; restore it from a backup: what it encrypted"
        " cannot be read without it."
    )
    assert (data / "secret.key").read_bytes() == content
