"""A key pair for the App: the private half is FlakeGuard's, the public one GitHub's."""

from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PUBLIC_EXPONENT = 65_537
KEY_SIZE = 2_048  # bits, as GitHub's own


class KeyPair(NamedTuple):
    """Both halves in PEM."""

    private: str
    public: str


def new_key_pair() -> KeyPair:
    """A fresh RSA key."""
    key = rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=KEY_SIZE)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(private.decode(), public.decode())
