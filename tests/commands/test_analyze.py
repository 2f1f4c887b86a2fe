"""`flakeguard analyze`: series of folders, archives and single reports, with no server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands import analyze as command
from app.commands.analyze import analyze
from tests.commands.runs_on_disk import FAIL, PASS, SKIP, answer, archive, folder, junit, states


def test_the_same_code_failing_and_passing_on_two_days_makes_a_case_flaky(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path / "c1", junit("01", a=FAIL, b=PASS))
    folder(tmp_path / "c1.attempt2", junit("01T12", a=PASS, b=PASS))
    archive(tmp_path / "c2.zip", first=junit("02", a=FAIL, b=PASS))
    archive(tmp_path / "c2.attempt2.zip", first=junit("02T12", a=PASS, b=PASS))

    said = answer(capsys, tmp_path)

    assert said == {
        "runs": 4,
        "executions": 8,
        "cases": [
            {
                "case": "shop.cart::a",
                "state": "flaky",
                "score": 0.9982,
                "rate": 0.5,
                "rate_interval": [0.15, 0.85],
                "evidence": [
                    "Failed on attempt 1 and passed on attempt 2 of the same commit,"
                    " twice on 2 days, last on c2.",
                    "Fails in 50 % (15\u201385 %) of 4 executions for no fault of the code.",
                ],
            },
            {
                "case": "shop.cart::b",
                "state": "healthy",
                "score": 0.0,
                "rate": 0.0,
                "rate_interval": [0.0, 0.4899],
                "evidence": [
                    "Fails in 0 % (0\u201349 %) of 4 executions for no fault of the code."
                ],
            },
        ],
        "refused": [],
    }


def test_failing_always_from_one_run_on_makes_a_case_broken_and_not_flaky(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [
        folder(tmp_path / f"build-{day}", junit(f"0{day}", a=PASS if day < 3 else FAIL))
        for day in range(1, 5)
    ]

    case = answer(capsys, *runs)["cases"][0]

    assert (case["state"], case["score"]) == ("broken", 0.0296)
    assert case["evidence"][0] == (
        "Has failed on the default branch since build-3 (2 of 2 executions)."
    )


def test_runs_stand_in_the_order_of_their_reports_times_whatever_they_are_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path / "a-last", junit("09", a=PASS))
    folder(tmp_path / "b-first", junit("01", a=FAIL))
    folder(tmp_path / "c-second", junit("02", a=FAIL))

    said = answer(capsys, tmp_path)

    assert states(said) == {"shop.cart::a": "healthy"}


def test_runs_without_a_time_follow_one_another_by_name_a_day_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, outcome in [(2, PASS), (9, FAIL), (10, FAIL)]:
        folder(tmp_path / f"run-{number}", junit(None, a=outcome))

    status = analyze([tmp_path], as_json=True)

    printed = capsys.readouterr()
    assert status == 0
    assert states(json.loads(printed.out)) == {"shop.cart::a": "broken"}
    assert printed.err == (
        "3 runs name no time: each is taken to be a day after the one before it.\n"
    )


def test_attempts_without_a_time_are_of_one_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path / "run", junit(None, a=FAIL))
    folder(tmp_path / "run.attempt2", junit(None, a=PASS))

    said = answer(capsys, tmp_path)

    assert states(said) == {"shop.cart::a": "suspect"}


def test_two_runs_of_one_code_are_told_by_their_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in ("01", "02"):
        folder(tmp_path / f"c{day}#push", junit(day, a=FAIL))
        folder(tmp_path / f"c{day}#nightly", junit(f"{day}T20", a=PASS))

    said = answer(capsys, tmp_path)

    assert said["cases"][0]["evidence"][0] == (
        "Failed in one run and passed in another of the same commit, twice on 2 days, last on c02."
    )


def test_folders_of_one_name_in_different_places_are_different_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = folder(tmp_path / "monday" / "reports", junit("01", a=FAIL))
    two = folder(tmp_path / "tuesday" / "reports", junit("02", a=PASS))

    case = answer(capsys, one, two)["cases"][0]

    assert case["evidence"][0] == (
        "Failed on one commit of the default branch and passed on the next"
        f" ({one}); seen on one day only, two make it flaky."
    )


def test_each_artifact_of_a_run_is_a_variant_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in ("01", "02"):
        folder(tmp_path / day / "linux", junit(day, a=PASS))
        archive(tmp_path / day / "windows.zip", junit=junit(day, a=FAIL))

    said = answer(capsys, tmp_path / "01", tmp_path / "02")

    assert said["runs"] == 2
    assert states(said) == {"shop.cart::a": "broken"}


def test_a_report_that_shows_both_outcomes_itself_is_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flake = '<flakyFailure type="AssertionError" message="assert 1 == 2">trace</flakyFailure>'
    twice = junit("01", a=PASS).replace("></testcase>", f">{flake}</testcase>")
    run = folder(tmp_path / "nightly", twice)

    said = answer(capsys, run)

    assert said["executions"] == 2
    assert said["cases"][0]["evidence"][0] == (
        "Failed and passed within attempt 1 of the same commit (nightly);"
        " seen on one day only, two make it flaky."
    )


def test_skips_say_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path / "c1", junit("01", a=SKIP))
    folder(tmp_path / "c2", junit("02", a=SKIP))

    case = answer(capsys, tmp_path)["cases"][0]

    assert (case["state"], case["rate_interval"], case["evidence"]) == ("healthy", [0.0, 1.0], [])


def test_the_table_shows_what_ever_failed_and_counts_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    folder(tmp_path / "c1", junit("01", a=FAIL, b=PASS, c=PASS))
    folder(tmp_path / "c1.attempt2", junit("01T12", a=PASS, b=PASS, c=PASS))

    status = analyze([tmp_path], as_json=False)

    printed = capsys.readouterr()
    squeezed = " ".join(printed.out.replace("│", " ").split())
    assert status == 0
    assert printed.err == ""
    assert "shop.cart::a suspect 0.60 50 % (9.5\u201391 %) 1" in squeezed
    assert "shop.cart::b" not in squeezed
    assert squeezed.endswith("6 executions in 2 runs; 2 cases never failed.")


def test_a_long_table_says_how_much_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = command.MOST_SHOWN + 7
    folder(tmp_path, junit("01", **{f"case{number}": FAIL for number in range(count)}))

    status = analyze([tmp_path], as_json=False)

    assert status == 0
    assert "7 more cases failed at least once; --json lists them." in capsys.readouterr().out


def test_a_hostile_name_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    report = junit("01", NAME=FAIL).replace("NAME", "[red]\u202egnp\u009b2J[/]")
    folder(tmp_path, report)

    analyze([tmp_path], as_json=False)

    shown = capsys.readouterr().out
    assert "[red]" in shown
    assert "\\u202egnp" in shown
    assert not {"\u202e", "\u009b", "\x1b"} & set(shown)


def test_the_command_answers_json_and_its_status(tmp_path: Path) -> None:
    run = folder(tmp_path / "c1", junit("01", a=PASS))

    ended = subprocess.run(
        [sys.executable, "-m", "app.cli", "analyze", str(run), str(tmp_path / "c2"), "--json"],
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )

    assert ended.returncode == 1
    assert json.loads(ended.stdout)["runs"] == 1
    assert ended.stderr.startswith(f"{tmp_path / 'c2'}: The file cannot be read")
