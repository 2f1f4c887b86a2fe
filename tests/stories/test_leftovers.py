"""Nothing is left behind: no process, no file outside our own folder, no other permission."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands.world import ROOT, free_port
from tests.embedded.world import modes_of_parents, until
from tests.quicker import in_memory

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here"),
]

DEMO = ("-m", "tests.stories.small_demo")
UP = ("-m", "app.cli", "up")


@dataclass
class Home:
    """Somebody's empty home folder and temporary folder, and what they run there."""

    folder: Path
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, arguments: Sequence[str]) -> "subprocess.Popen[str]":
        """A program of ours in a terminal of its own, with nothing configured."""
        environ = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "FLAKEGUARD_DATA": str(self.data),
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "complaints").open("a") as complaints:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def processes(self) -> dict[int, str]:
        """Whatever was started below this folder, by anybody in between, and still runs."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                place = os.fsencode((process / "cwd").readlink())
                told = command + (process / "environ").read_bytes() + place
            except OSError:
                continue
            if bytes(self.folder) in told and int(process.name) != os.getpid():
                found[int(process.name)] = command.replace(b"\0", b" ").decode()
        return found

    def runs(self, words: str) -> bool:
        return any(words in command for command in self.processes().values())

    def left(self) -> list[str]:
        """What lies in the home and the temporary folder."""
        places = (self.home, self.temporary)
        return sorted(str(one) for place in places for one in place.rglob("*"))

    def complaints(self) -> str:
        return (self.folder / "complaints").read_text()


@pytest.fixture
def home() -> Iterator[Home]:
    # A short name, else the sockets lie elsewhere; in memory, where the suite's files lie there.
    with tempfile.TemporaryDirectory(prefix="fg-", dir=in_memory()) as short:
        found = Home(Path(short))
        found.home.mkdir(mode=0o700)
        found.temporary.mkdir(mode=0o700)
        before = modes_of_parents(found.home)
        yield found
        for process in found.started:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        until(lambda: found.processes() == {})  # a killed program's own end by themselves, too
        assert modes_of_parents(found.home) == before


def press_ctrl_c(process: "subprocess.Popen[str]") -> str:
    """As a terminal does: every process of its foreground group hears it; what was said."""
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate()
    return said


def test_a_demo_that_ends_by_itself_leaves_nothing(home: Home) -> None:
    demo = home.start(DEMO)

    said, _ = demo.communicate()

    assert demo.returncode == 0, home.complaints()
    assert json.loads(said)["runs"] > 0
    assert home.processes() == {}
    assert home.left() == []
    assert not home.data.exists(), "the demo keeps to a folder that it removes"


MOMENTS: dict[str, Callable[[Home], bool]] = {
    "the database is made": lambda home: home.runs("bin/initdb"),
    "the servers start": lambda home: home.runs("redis-server"),
    "web starts": lambda home: home.runs("app.cli web"),
    "the shop's tests run": lambda home: any(home.temporary.glob("flakeguard-demo-*/runs/*")),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_in_the_middle_of_the_demo_leaves_nothing(home: Home, moment: str) -> None:
    demo = home.start(DEMO)
    until(lambda: MOMENTS[moment](home))

    press_ctrl_c(demo)

    assert demo.returncode == 0, home.complaints()
    assert "Traceback" not in home.complaints()
    assert home.processes() == {}
    assert home.left() == []


def test_ctrl_c_while_it_comes_up_leaves_nothing_but_its_data(home: Home) -> None:
    for moment in ("the database is made", "the servers start", "web starts"):
        whole = home.start((*UP, "--port", str(free_port())))
        until(lambda: MOMENTS[moment](home))  # noqa: B023 -- asked before the next moment

        press_ctrl_c(whole)

        assert whole.returncode == 0, home.complaints()
        assert "Traceback" not in home.complaints()
        assert home.processes() == {}
        assert home.left() == []

    again = home.start((*UP, "--port", str(free_port())))
    assert again.stdout is not None
    assert again.stdout.readline().startswith("FlakeGuard is up at "), home.complaints()
    press_ctrl_c(again)
    assert again.returncode == 0, home.complaints()
    assert home.processes() == {}
    assert home.left() == []
    assert sorted(one.name for one in home.folder.iterdir()) == [
        "complaints",
        "data",
        "home",
        "temporary",
    ]
    assert home.data.stat().st_mode & 0o777 == 0o700
