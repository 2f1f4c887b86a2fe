"""A few seconds of the fuzzer; `make fuzz` searches longer."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.reports.registry import FORMATS
from tests.fuzz.__main__ import ROOT
from tests.fuzz.targets import TARGETS

INPUTS = 600  # for each target; so many and one seed: a search by the clock finds another each time
SECONDS = 120  # at most
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
needs_atheris = pytest.mark.skipif(not HAS_ATHERIS, reason="atheris has no wheel here")


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer as people do."""
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_atheris
@pytest.mark.parametrize("target", ["junit", "archive", "any-report"])
def test_a_short_search_breaks_no_promise(target: str, tmp_path: Path) -> None:
    limits = ["--inputs", str(INPUTS), "--seed", "1", "--seconds", str(SECONDS)]
    ran = fuzz(target, *limits, "--output", str(tmp_path))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(list((tmp_path / "corpus" / target).iterdir())) > len(list(TARGETS[target].seeds()))


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_begins_with_seeds_that_it_reads(name: str) -> None:
    seeds = list(TARGETS[name].seeds())

    for seed in seeds:
        TARGETS[name].run(seed)
    assert seeds


def test_an_unknown_target_is_refused() -> None:
    ran = fuzz("nonsense")

    assert ran.returncode == 2
    assert "There is no target called nonsense." in ran.stderr


def test_every_reader_is_fuzzed() -> None:
    assert {known.name.replace(" ", "-") for known in FORMATS} < set(TARGETS)
