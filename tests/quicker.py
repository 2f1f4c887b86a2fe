"""How the suite is made quick: files in memory, the long tests first, costly fixtures once.

Hooks of pytest, which `tests/conftest.py` takes up.
"""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

MEMORY = Path("/dev/shm")
ENOUGH = 6 * 1024**3  # bytes free there: a session takes up to 2 GB
ROOT = "PYTEST_DEBUG_TEMPROOT"  # where pytest puts its temporary folders
AUTHORITIES, END = "SSL_CERT_FILE", "-----END CERTIFICATE-----"


def keep_files_in_memory(config: pytest.Config) -> None:
    """Keep temporary folders, and with them the tests' databases, in memory where there is room."""
    is_asked_otherwise = ROOT in os.environ or config.getoption("basetemp")  # noqa: TID251 -- pytest's own, not a setting
    if is_asked_otherwise or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ[ROOT] = str(MEMORY)  # noqa: TID251


def in_memory() -> str | None:
    """The folder in memory where temporary folders are to lie; None for the usual place."""
    return os.environ.get(ROOT)  # noqa: TID251 -- pytest's own, not a setting


def trust_one_authority(config: pytest.Config) -> None:
    """Let clients read one authority's certificate instead of all.

    Only loopback is spoken to, in the clear, and reading them took most of a request's time.
    """
    if AUTHORITIES in os.environ:  # noqa: TID251 -- OpenSSL's own, not a setting
        return
    first, end, _ = Path(certifi.where()).read_text(encoding="ascii").partition(END)
    folder = TemporaryDirectory(dir=in_memory())
    config.add_cleanup(folder.cleanup)
    one = Path(folder.name) / "authority.pem"
    one.write_text(first + end + "\n", encoding="ascii")
    os.environ[AUTHORITIES] = str(one)  # noqa: TID251 -- OpenSSL's own, not a setting


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stories, which take longest: what is short fills the end of both workers."""
    items.sort(key=lambda item: item.get_closest_marker("story") is None)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # has no types
    """Hands out whole files, so that what a file makes once is made once; stories one by one.

    Most stories set a stage up for themselves, and a file of them would keep one worker for
    minutes. Those whose stage stands for the whole file stay together.
    """

    TOGETHER = ("test_killed.py", "test_bad_days.py")

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        is_apart = "/stories/" in file and not file.endswith(self.TOGETHER)
        return nodeid if is_apart else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: stories wait as long as they work."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Hand tests out our way."""
    config.option.loadscopereorder = False  # in the order of the collection
    return ByFile(config, log)
