"""The supervisor, with real processes: kept running, ended together, none left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.supervise import Supervisor
from tests import supervised
from tests.supervised import PATIENT, QUICK, program

ROOT = Path(__file__).parents[1]
Started = subprocess.Popen[str]
STEP = 0.02  # seconds between looks; how long a test looks is pytest's time-out


def seen(folder: Path, name: str) -> list[int]:
    return [int(file.suffix[1:]) for file in folder.glob(f"{name}.*")]


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def await_end(*processes: int) -> None:
    while any(is_alive(process) for process in processes):
        time.sleep(STEP)


def started(character: str, folder: Path) -> Started:
    return subprocess.Popen(
        [sys.executable, supervised.__file__, character, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251 -- a child's is made of ours
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def running(character: str, folder: Path, expected: Sequence[str]) -> Iterator[Started]:
    """A supervisor whose children have all written down that they are there."""
    process = started(character, folder)
    try:
        while [len(seen(folder, name)) for name in expected] != [1] * len(expected):
            time.sleep(STEP)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor([program("obedient", tmp_path)], PATIENT) as kept:
        while not seen(tmp_path, "obedient"):
            kept.step(STEP)
        os.kill(seen(tmp_path, "obedient")[0], signal.SIGKILL)
        while len(seen(tmp_path, "obedient")) < 2:
            kept.step(STEP)

    assert len(seen(tmp_path, "said-goodbye")) == 1


def test_what_a_dead_process_leaves_behind_is_ended_before_it_starts_again(tmp_path: Path) -> None:
    with Supervisor([program("parent", tmp_path)], QUICK) as kept:
        while not (seen(tmp_path, "parent") and seen(tmp_path, "stubborn")):
            kept.step(STEP)
        (left,) = seen(tmp_path, "stubborn")
        os.kill(seen(tmp_path, "parent")[0], signal.SIGKILL)
        while len(seen(tmp_path, "stubborn")) < 2:
            kept.step(STEP)

        await_end(left)


def test_leaving_the_context_ends_the_obedient_the_stubborn_and_their_children(
    tmp_path: Path,
) -> None:
    names = ("obedient", "stubborn", "parent")

    with Supervisor([program(name, tmp_path) for name in names], QUICK) as kept:
        while not (all(seen(tmp_path, n) for n in names) and len(seen(tmp_path, "stubborn")) == 2):
            kept.step(STEP)
        processes = [process for name in names for process in seen(tmp_path, name)]

    await_end(*processes)
    assert len(processes) == 4


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_every_process_say_goodbye(tmp_path: Path, ending: signal.Signals) -> None:
    with running("supervisor", tmp_path, ["obedient"]) as process:
        process.send_signal(ending)
        process.wait()

    await_end(*seen(tmp_path, "obedient"))
    assert process.returncode == 0
    assert len(seen(tmp_path, "said-goodbye")) == 1
    assert len(seen(tmp_path, "supervisor-done")) == 1


def test_a_signal_ends_what_is_busy_and_will_not_listen(tmp_path: Path) -> None:
    process = started("stubborn-supervisor", tmp_path)
    while not (len(seen(tmp_path, "stubborn")) == 2 and seen(tmp_path, "parent")):
        time.sleep(STEP)

    process.send_signal(signal.SIGINT)
    process.communicate()

    await_end(*seen(tmp_path, "stubborn"), *seen(tmp_path, "parent"))
    assert process.returncode == 0
    assert len(seen(tmp_path, "supervisor-done")) == 1


def test_a_supervisor_killed_outright_takes_its_processes_along(tmp_path: Path) -> None:
    with running("supervisor", tmp_path, ["obedient"]) as process:
        process.kill()
        process.wait()

        await_end(*seen(tmp_path, "obedient"))

    assert seen(tmp_path, "said-goodbye") == []


def test_each_process_has_its_own_session_so_that_ctrl_c_reaches_only_the_supervisor(
    tmp_path: Path,
) -> None:
    with running("supervisor", tmp_path, ["obedient"]) as process:
        (child,) = seen(tmp_path, "obedient")

        assert os.getsid(child) == child
        assert os.getsid(process.pid) != child


def test_what_fails_at_its_start_again_and_again_is_given_up_in_one_sentence(
    tmp_path: Path,
) -> None:
    process = started("hopeless-supervisor", tmp_path)

    _, said = process.communicate()

    assert process.returncode == 1
    assert said.splitlines()[-1] == (
        "hopeless ended 3 times just after its start, the last time with exit status 3; "
        "its own lines above say why."
    )
    assert len(seen(tmp_path, "hopeless")) == 3
    await_end(*seen(tmp_path, "obedient"))


def test_the_former_signal_handlers_are_back_afterwards(tmp_path: Path) -> None:
    former = signal.getsignal(signal.SIGINT)

    with Supervisor([program("obedient", tmp_path)], QUICK):
        assert signal.getsignal(signal.SIGINT) != former

    assert signal.getsignal(signal.SIGINT) == former
