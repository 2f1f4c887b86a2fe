"""Fuzzes the targets that are named, or all, for some seconds: `python -m tests.fuzz`."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.settings import environment
from tests.fuzz.targets import TARGETS, Target

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "tests" / "output" / "fuzz"  # what was found stays there, and is built upon
SECONDS = 240  # all targets together, on each core
LEAST = 1  # seconds for one target
MOST_INPUTS = 10**9  # for one target: the time ends it
MOST_BYTES = 65_536  # of one input
TOO_SLOW = 20  # seconds for one input; then it is a finding
TOO_LARGE = 1024  # MB of memory; likewise
GRACE = 120  # seconds beyond its time until a target's process is given up
SHOWN = 40  # lines of a finding
WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$.-]{2,40}")
SPECIAL = (
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE", b"<?xml", b"&#0;", b"&lt;", b"</"),
    *(b"null", b"true", b"NaN", b"-1", b"1e999", b"1,234.56", b"<<computed>>", b"\\ud800"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"),
)
_RAN = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERED = re.compile(r"cov: (\d+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """How the search of one target ended."""

    target: str
    runs: int
    covered: int  # places of the code that were reached
    is_sound: bool
    told: str  # the last lines of what libFuzzer and Python said


def fuzz(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of: {', '.join(TARGETS)}.")] = None,
    *,
    seconds: Annotated[int, typer.Option(min=1, help="For all of them together.")] = SECONDS,
    inputs: Annotated[int, typer.Option(min=1, help="At most, for each of them.")] = MOST_INPUTS,
    seed: Annotated[int, typer.Option(min=0, help="Of chance; 0 is another each time.")] = 0,
    again: Annotated[Path | None, typer.Option(help="Run this one input on the target.")] = None,
    output: Annotated[Path, typer.Option(help="Folder of inputs and findings.")] = OUTPUT,
) -> None:
    """Search for inputs that break a promise; exit with 1 when there are some."""
    if unknown := set(names or ()) - set(TARGETS):
        raise typer.BadParameter(f"There is no target called {', '.join(sorted(unknown))}.")
    wanted = [TARGETS[name] for name in names or TARGETS]
    if again is not None:
        for target in wanted:
            target.run(again.read_bytes())
        return
    if importlib.util.find_spec("atheris") is None:
        typer.echo("There is no atheris for this platform, so nothing was fuzzed.", err=True)
        raise typer.Exit(1)
    cores = os.cpu_count() or 1
    each = max(LEAST, seconds * cores // len(wanted)) if len(wanted) > 1 else seconds
    limits = {"max_total_time": each, "runs": inputs, "seed": seed}
    with ThreadPoolExecutor(cores) as pool:
        found = list(pool.map(partial(_search, limits=limits, output=output), wanted))
    _show(found)
    raise typer.Exit(0 if all(one.is_sound for one in found) else 1)


def _search(target: Target, *, limits: dict[str, int], output: Path) -> Finding:
    """Fuzz one target in a process of its own: libFuzzer ends the one it runs in."""
    corpus = output / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / sha256(seed).hexdigest()[:40]).write_bytes(seed)
    words = output / f"{target.name}.dict"
    words.write_text("".join(_dictionary(target)), encoding="utf-8")
    options = {
        **limits,
        "timeout": TOO_SLOW,
        "rss_limit_mb": TOO_LARGE,
        "max_len": MOST_BYTES,
        "dict": words,
        "artifact_prefix": f"{output}/{target.name}-",
    }
    command = [sys.executable, "-m", "tests.fuzz.one", target.name]
    command += [*(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment(), "PYTHONHASHSEED": str(limits["seed"])} if limits["seed"] else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=limits["max_total_time"] + GRACE,
        check=False,
    )
    told = done.stdout.decode(errors="replace")
    ran, covered = _RAN.findall(told), _COVERED.findall(told)
    return Finding(
        target=target.name,
        runs=int(ran[-1][0]) if ran else 0,
        covered=int(covered[-1]) if covered else 0,
        is_sound=done.returncode == 0,
        told="\n".join(told.splitlines()[-SHOWN:]),
    )


def _dictionary(target: Target) -> Iterator[str]:
    """The words of the seeds and some that readers stumble over, as libFuzzer takes them."""
    words = {word for seed in target.seeds() for word in WORD.findall(seed)}
    for word in sorted(words.union(SPECIAL)):
        yield '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


def _show(found: list[Finding]) -> None:
    table = Table("target", "inputs tried", "places reached", "finding")
    for one in found:
        table.add_row(one.target, f"{one.runs:,}", f"{one.covered:,}", _verdict(one))
    Console().print(table)
    for one in found:
        if not one.is_sound:
            typer.echo(f"\n{one.target}:\n{one.told}", err=True)
            typer.echo(
                f"To see it again: python -m tests.fuzz {one.target} --again FILE,"
                " with the file that is named above.",
                err=True,
            )


def _verdict(found: Finding) -> str:
    return "none" if found.is_sound else "a promise is broken"


if __name__ == "__main__":
    typer.run(fuzz)
