"""`flakeguard up` with every real process: it comes up, stays up, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.clock import utc_now
from app.commands.up import address_of, next_step, programs
from app.core.credentials import in_use
from app.settings import Settings, isolated
from app.wiring import given_app
from tests.commands.world import free_port, processes_of, run, start

STEP = 0.05  # seconds between looks; how long a test looks is pytest's time-out
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")


@dataclass
class Running:
    """An installation that is up, and the link that it printed."""

    process: "subprocess.Popen[str]"
    data: Path
    address: str
    link: str

    def processes(self, command: str) -> list[int]:
        return [
            one for one, line in processes_of(self.data).items() if f"app.cli {command}" in line
        ]


@contextmanager
def running(data: Path) -> Iterator[Running]:
    port = free_port()
    process = start(data, "up", "--port", str(port))
    complaints = drained(process)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert lines[0] == f"FlakeGuard is up at http://127.0.0.1:{port}\n", complaints
        link = lines[1].removeprefix("Sign in within 24 hours, once: ").strip()
        yield Running(process, data, f"http://127.0.0.1:{port}", link)
    finally:
        process.kill()
        process.wait()
        await_nothing_left(data)
        assert process.stdout is not None
        process.stdout.close()


def drained(process: "subprocess.Popen[str]") -> list[str]:
    """What the process complains of, read as it comes so that its pipe never fills."""
    complaints: list[str] = []

    def drain() -> None:
        assert process.stderr is not None
        with process.stderr as pipe:
            complaints.extend(pipe)

    threading.Thread(target=drain, daemon=True).start()
    return complaints


def await_nothing_left(data: Path) -> None:
    while processes_of(data):
        time.sleep(STEP)


@pytest.mark.story
def test_up_brings_everything_up_lets_us_in_keeps_it_up_and_ends_it_all(tmp_path: Path) -> None:
    with running(tmp_path / "a folder") as whole:
        with httpx.Client(follow_redirects=True) as browser:
            assert browser.get(whole.link).status_code == 200
            assert browser.get(whole.address).status_code == 200
        assert httpx.get(whole.link, follow_redirects=True).url.path != "/"
        for name in ("web", "worker", "cron"):
            assert whole.processes(name), name

        (web,) = whole.processes("web")
        os.kill(web, signal.SIGKILL)
        while whole.processes("web") in ([], [web]) or not answers(whole.address):
            time.sleep(STEP)

        whole.process.send_signal(signal.SIGINT)
        whole.process.wait()
        assert whole.process.returncode == 0
        assert processes_of(whole.data) == {}


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.story
def test_an_up_that_is_killed_outright_leaves_nothing_and_comes_up_again(tmp_path: Path) -> None:
    with running(tmp_path / "data") as whole:
        whole.process.kill()
        whole.process.wait()
        await_nothing_left(whole.data)

    with running(tmp_path / "data") as again:
        assert answers(again.address)


def test_a_port_that_is_taken_is_said_in_one_sentence_before_anything_is_started(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        status, said, complained = run(tmp_path / "data", "up", "--port", str(port))

    assert (status, said) == (1, "")
    assert complained == (
        f"Port {port} on 127.0.0.1 is taken: stop what listens there, "
        "or choose another with --port.\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_not_this_machine_is_said_in_one_sentence(tmp_path: Path) -> None:
    status, _, complained = run(tmp_path / "data", "up", "--host", "192.0.2.1", "--port", "8000")

    assert status == 1
    assert complained == (
        "192.0.2.1 is no address of this machine: choose one of its own with --host.\n"
    )


def test_an_installation_is_one_web_one_cron_and_as_many_workers_as_wanted(tmp_path: Path) -> None:
    wanted = programs(isolated(tmp_path, host="::1", port=8080), workers=2, command=["flakeguard"])

    assert {one.name: " ".join(one.arguments) for one in wanted} == {
        "web": "flakeguard web --no-link --host ::1 --port 8080",
        "worker 1": "flakeguard worker",
        "worker 2": "flakeguard worker",
        "cron": "flakeguard cron",
    }


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_the_address_shown_is_one_that_a_browser_can_open(
    tmp_path: Path, host: str, address: str
) -> None:
    assert address_of(isolated(tmp_path, host=host)) == address


def test_the_address_shown_is_the_public_one_where_there_is_one(tmp_path: Path) -> None:
    settings = isolated(tmp_path, public_url="https://flakes.example.com/")

    assert address_of(settings) == "https://flakes.example.com"


def test_the_next_step_is_the_first_thing_that_is_missing(tmp_path: Path, private_key: str) -> None:
    app = {"github_app_id": 7, "github_app_private_key": private_key}

    def step(settings: Settings) -> str:
        return next_step(settings, in_use(given_app(settings), None, now=utc_now()))

    assert step(isolated(tmp_path)) == (
        "Next: connect GitHub at http://127.0.0.1:8000/github/setup, or with GITHUB_APP_ID, "
        "GITHUB_APP_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET."
    )
    assert step(isolated(tmp_path, **app)) == (
        "Next: set GITHUB_WEBHOOK_SECRET; until then GitHub's deliveries are answered 503."
    )
    assert step(isolated(tmp_path, **app, github_webhook_secret="s")) == (
        "Next: push to a repository whose workflow uploads its test report as an artifact."
    )
