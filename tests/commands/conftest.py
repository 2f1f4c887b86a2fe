"""What the tests of commands share."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.keys import pem


@pytest.fixture(scope="session")
def private_key() -> str:
    return pem(rsa.generate_private_key(public_exponent=65_537, key_size=2048))
