"""What the tests of the embedded servers share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.world import processes_of


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder that does not exist yet; whatever ran in it has ended when the test has."""
    folder = tmp_path / "data"
    yield folder
    assert processes_of(folder) == {}
