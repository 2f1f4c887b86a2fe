"""The guide to quarantine in CI, its snippets run as they stand against a server that listens."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from app.services.access.tokens import Made
from tests.api.ci import PROJECT, SHA, Ci, junit
from tests.api.conftest import ci, clock, engine, template, world
from tests.docs.test_other_ci import GUIDES, needs_curl
from tests.web.site import served
from tests.web.world import World

__all__ = ["ci", "clock", "engine", "template", "world"]

GUIDE = (GUIDES / "quarantine.md").read_text()
TESTS = """
def test_flaky():
    assert 1 == 2

def test_sound():
    assert 1 == {}
"""


@pytest.fixture
def token(ci: Ci) -> Made:
    return ci.token(may_act=True)


@pytest.fixture
def address(ci: Ci) -> Iterator[str]:
    with served(ci.application()) as found:
        yield found


def variables(address: str, token: Made) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "FLAKEGUARD_URL": address,
        "FLAKEGUARD_TOKEN": token.text,
        "FLAKEGUARD_PROJECT": PROJECT,
        "COMMIT": SHA,
        "BRANCH": "main",
    }


def hold(ci: Ci, token: Made, case_id: UUID | str) -> None:
    answer = ci.client(token).post(f"/api/v1/repositories/{PROJECT}/cases/{case_id}/activate")
    assert answer.status_code == 200, answer.text


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize(
    ("sound", "status", "said"),
    [
        (1, 0, "Every failure is quarantined; the build goes on."),
        (2, 1, "1 == 2"),
    ],
)
def test_pytest_fails_only_for_what_is_not_quarantined(
    ci: Ci,
    world: World,
    token: Made,
    address: str,
    tmp_path: Path,
    sound: int,
    status: int,
    said: str,
) -> None:
    flaky = world.case(token.token.repo_id, "test_flaky", classname="test_it", file="test_it.py")
    hold(ci, token, flaky)
    (tmp_path / "conftest.py").write_text(blocks("python")[0])
    (tmp_path / "test_it.py").write_text(TESTS.format(sound))

    done = run_pytest(tmp_path, variables(address, token))

    assert done.returncode == status, done.stdout
    assert said in done.stdout
    report = (tmp_path / "report.xml").read_text()
    assert report.count("<failure") == (1 if sound == 1 else 2)  # still told


def test_pytest_excuses_nothing_while_nobody_answers(token: Made, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(blocks("python")[0])
    (tmp_path / "test_it.py").write_text(TESTS.format(1))

    done = run_pytest(tmp_path, variables("http://127.0.0.1:9", token))

    assert done.returncode == 1
    assert "FlakeGuard did not answer, so nothing is excused" in done.stdout


def run_pytest(folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=report.xml"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_curl
def test_any_other_runners_report_is_held_against_what_is_quarantined(
    ci: Ci, token: Made, address: str, tmp_path: Path
) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a", "b", failing="b"))
    script = blocks("sh")[1]

    blocked = run(ci, script, tmp_path, variables(address, token))
    [(case_id,)] = ci.rows("SELECT case_id FROM finding")
    hold(ci, token, case_id)
    excused = run(ci, script, tmp_path, variables(address, token))

    assert (blocked[0], blocked[1]) == (1, "Not quarantined:\nt::b\n")
    assert excused == (0, "")


@needs_curl
def test_the_first_line_lists_what_is_held(
    ci: Ci, world: World, token: Made, address: str, tmp_path: Path
) -> None:
    hold(ci, token, world.case(token.token.repo_id, "test_total"))

    done = subprocess.run(
        ["sh", "-e", "-c", blocks("sh")[0]],
        env=variables(address, token),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "tests/test_cart.py::test_total\n")


def run(ci: Ci, script: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a snippet while a worker works."""
    with subprocess.Popen(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None:
            ci.work()
        assert process.stderr is not None
        return process.returncode, process.stderr.read()
