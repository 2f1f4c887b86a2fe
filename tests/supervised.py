"""What the tests of the supervisor run: children of many characters, and a supervisor itself.

`supervised.py CHARACTER FOLDER`: the child writes its process id into the folder, as a file's name.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from app.supervise import GaveUp, Patience, Program, Supervisor

LONG = 600  # seconds: longer than any test
QUICK = Patience(steady=30.0, first_pause=0.01, longest_pause=0.02, failed_starts=3, grace=0.5)
PATIENT = replace(QUICK, grace=LONG)  # where goodbyes are waited for, however busy the machine


def program(character: str, folder: Path) -> Program:
    return Program(character, [sys.executable, __file__, character, str(folder)])


def note(folder: Path, name: str) -> None:
    (folder / f"{name}.{os.getpid()}").touch()


def obedient(folder: Path) -> None:
    """Ends at SIGTERM, saying so."""

    def say_goodbye(number: int, frame: FrameType | None) -> None:
        note(folder, "said-goodbye")
        os._exit(0)

    signal.signal(signal.SIGTERM, say_goodbye)
    note(folder, "obedient")
    time.sleep(LONG)


def stubborn(folder: Path) -> None:
    """Ignores SIGTERM and is busy all the time."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(folder, "stubborn")
    while True:
        pass


def parent(folder: Path) -> None:
    """Has a child in a process group of its own, as RQ's workers do, that ignores SIGTERM."""
    subprocess.Popen([sys.executable, __file__, "stubborn", str(folder)], process_group=0)
    note(folder, "parent")
    time.sleep(LONG)


def hopeless(folder: Path) -> None:
    """Fails at its start."""
    note(folder, "hopeless")
    sys.exit(3)


def supervisor(folder: Path) -> None:
    """Keeps one that ends when it is told to."""
    with Supervisor([program("obedient", folder)], PATIENT) as kept:
        kept.watch()
    note(folder, "supervisor-done")


def stubborn_supervisor(folder: Path) -> None:
    """Keeps two that do not."""
    with Supervisor([program(one, folder) for one in ("stubborn", "parent")], QUICK) as kept:
        kept.watch()
    note(folder, "supervisor-done")


def hopeless_supervisor(folder: Path) -> None:
    """Keeps what cannot be kept, beside what can."""
    try:
        with Supervisor([program(one, folder) for one in ("obedient", "hopeless")], QUICK) as kept:
            kept.watch()
    except GaveUp as error:
        sys.exit(str(error))


CHARACTERS = {
    "obedient": obedient,
    "stubborn": stubborn,
    "parent": parent,
    "hopeless": hopeless,
    "supervisor": supervisor,
    "stubborn-supervisor": stubborn_supervisor,
    "hopeless-supervisor": hopeless_supervisor,
}

if __name__ == "__main__":
    CHARACTERS[sys.argv[1]](Path(sys.argv[2]))
