"""`flakeguard policy check`: in order, or every fault at its place, for people and programs."""

import json
from pathlib import Path

import pytest

from app.commands.policy import check
from app.core.errors import BadInput
from app.core.policy.keys import KEYS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".flakeguard.yml"


def test_a_file_in_order_says_what_it_comes_to(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("scorer: flake-rate\nauto_quarantine_enabled: true\n")

    assert check(file, as_json=False) == 0

    said = capsys.readouterr()
    assert said.err == ""
    assert said.out == (
        f"{file}:2:1: In mode report nothing is quarantined by itself; write `mode: act` for that."
        f"\n{file} is in order: mode report, judged by flake-rate, held for flaky from 0.05.\n"
    )


def test_every_fault_is_said_on_a_line_of_its_own_and_nothing_else(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("mod: act\n\x1b[31mred: 1\n")

    assert check(file, as_json=False) == 1
    file.write_text("mod: act\nlookback_days: 0\n")
    capsys.readouterr()
    assert check(file, as_json=False) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"{file}:1:1: There is no key “mod”; did you mean `mode`?\n"
        f"{file}:2:16: `lookback_days` must be a whole number from 1 to 365, not “0”.\n"
    )


def test_programs_get_faults_and_the_whole_policy(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        "rules: [{file: 'e2e/**', exempt: true}]\nowners: {src/: '@acme/web'}\n"
        "team_overrides: {web: {lookback_days: 3}}\n"
    )

    assert check(file, as_json=True) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["path"], answer["ok"], answer["faults"]) == (str(file), True, [])
    assert set(answer["policy"]) == set(KEYS)
    assert answer["policy"]["rules"] == [{"line": 1, "file": "e2e/**", "is_exempt": True}]
    assert answer["policy"]["owners"] == [{"path": "src/", "owners": ["@acme/web"]}]
    assert answer["policy"]["team_overrides"] == {"web": {"lookback_days": 3}}

    file.write_text("mode: loud")
    assert check(file, as_json=True) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["policy"] is None
    assert answer["faults"] == [
        {
            "line": 1,
            "column": 7,
            "message": "`mode` must be one of observe, report, act, not “loud”.",
        }
    ]


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        check(tmp_path, as_json=False)

    assert str(refused.value) == f"{tmp_path} cannot be read: Is a directory."
