"""Runs as a test lays them on the disk: folders and archives of JUnit XML."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from app.commands.analyze import analyze

PASS, FAIL, SKIP = "pass", "fail", "skip"
INSIDE = {
    PASS: "",
    FAIL: '<failure type="AssertionError" message="assert 1 == 2">trace</failure>',
    SKIP: "<skipped/>",
}


def junit(day: str | None, **outcomes: str) -> str:
    """A report of a day in March 2026 (`02`, `02T18`), or of no time, with these cases."""
    cases = "".join(
        f'<testcase classname="shop.cart" name="{name}">{INSIDE[outcome]}</testcase>'
        for name, outcome in outcomes.items()
    )
    date, _, hour = (day or "").partition("T")
    stamp = f' timestamp="2026-03-{date}T{hour or "10"}:00:00"' if day else ""
    return f'<testsuite name="pytest"{stamp}>{cases}</testsuite>'


def folder(at: Path, report: str, name: str = "junit.xml") -> Path:
    """A folder that holds a report."""
    at.mkdir(parents=True, exist_ok=True)
    (at / name).write_text(report)
    return at


def archive(at: Path, **reports: str) -> Path:
    """A zip archive of reports."""
    at.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(at, "w") as packed:
        for name, report in reports.items():
            packed.writestr(f"{name}.xml", report)
    return at


def answer(capsys: pytest.CaptureFixture[str], *paths: Path) -> dict[str, Any]:
    """What `analyze --json` prints for these paths, all of which can be read."""
    assert analyze(list(paths), as_json=True) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def states(said: dict[str, Any]) -> dict[str, str]:
    """The state of every case."""
    return {case["case"]: case["state"] for case in said["cases"]}
