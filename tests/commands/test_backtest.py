"""`flakeguard backtest`: the answer's shape, the three scorers, and files that are no histories."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from app.commands.backtest import backtest, judge_of
from app.commands.history_files import opened, reports_in
from app.core.errors import BadInput
from app.core.history.writer import moment
from app.core.policy.names import ScorerName
from app.core.statistics import wilson_interval
from tests.core.scorer.world import World, pushes, rerun

CASE = "case3-1"
EVIDENCE = judge_of("evidence")


@pytest.fixture(name="history")
def a_history(tmp_path: Path) -> Path:
    """Six days in which one case fails alone on two, and passes in the re-run."""
    world = World()
    reports = pushes(6)
    rows: list[object] = [
        {"history": 1, "repository": "acme/shop", "default_branch": "main"},
        {"cases": "s", "of": [{"case": c, "file": f} for c, f in world.files.items()]},
    ]
    again = [rerun(one) for one in reports if one.run in {15, 50}]
    for one in sorted([*reports, *again], key=lambda one: one.at):
        fails = one.run in {15, 50} and one.attempt == 1
        rows.append(
            {
                "at": moment(one.at),
                "run": one.run,
                "attempt": one.attempt,
                "job": one.job,
                "sha": one.code,
                "branch": "main" if one.pr is None else "topic",
                "pr": one.pr,
                "base": None,
                "changed": None,
                "trusted": True,
                "ran": "s",
                "not_run": [],
                "results": {CASE: [["failed", "AssertionError: 1 != 2"]]} if fails else {},
            }
        )
    path = tmp_path / "shop.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_case_contradicted_on_two_days_is_flagged_at_the_second(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert backtest(history, [EVIDENCE], checkpoints=3, as_json=True) == 0

    said = json.loads(capsys.readouterr().out)
    (case,) = said["cases"]
    assert (said["scorer"], said["version"], said["threshold"]) == ("evidence", "9", 0.9)
    assert (case["case"], case["state"]) == (CASE, "flaky")
    assert case["flags"] == [{"from": "2026-03-06T12:30:00Z", "to": None}]
    runs = 74  # the 14 before its first failure too
    assert case["rate"] == round(2 / runs, 6)
    assert case["rate_interval"] == [round(end, 6) for end in wilson_interval(2, runs)]
    assert [point["scores"].keys() for point in said["checkpoints"]] == [{CASE}] * 3
    assert [(row["run"], row["attempt"], row["verdict"]) for row in said["failures"]] == [
        (15, 1, "new"),
        (50, 1, said["failures"][1]["verdict"]),
    ]
    assert said["failures"][0]["p_flaky"] < said["failures"][1]["p_flaky"]


@pytest.mark.parametrize("scorer", list(ScorerName))
def test_every_scorer_answers_in_the_same_shape(
    history: Path, capsys: pytest.CaptureFixture[str], scorer: ScorerName
) -> None:
    backtest(history, [judge_of(scorer)], checkpoints=8, as_json=True)

    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"scorer", "version", "threshold", "cases", "checkpoints", "failures"}
    assert len(said["checkpoints"]) == 8
    assert len(said["failures"]) == 2


def test_a_zipped_history_gives_the_same_answer(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zipped = tmp_path / "shop.jsonl.gz"
    zipped.write_bytes(gzip.compress(history.read_bytes()))

    backtest(history, [EVIDENCE], checkpoints=8, as_json=True)
    backtest(zipped, [EVIDENCE], checkpoints=8, as_json=True)

    plain, other = capsys.readouterr().out.splitlines()
    assert plain == other


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_history_that_comes_through_a_pipe_gives_the_same_answer(
    history: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    packed: Callable[[bytes], bytes],
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=[packed(history.read_bytes())])
    writer.start()

    backtest(pipe, [EVIDENCE], checkpoints=8, as_json=True)
    writer.join()
    backtest(history, [EVIDENCE], checkpoints=8, as_json=True)

    piped, plain = capsys.readouterr().out.splitlines()
    assert piped == plain


def test_a_terminal_shows_cases_timeline_and_what_would_have_been_hidden(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backtest(history, [EVIDENCE], checkpoints=8, as_json=False)

    shown = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[:2] == [
        "acme/shop: 7 400 executions in 74 jobs, 2026-03-02 to 2026-03-08.",
        "Judged by evidence, held for flaky from 0.9.",
    ]
    assert "2026-03-06 to now" in shown
    assert lines[-2:] == [
        "1 case failed at least once; 1 would have been held for flaky, 1 still is.",
        "Holding them would have hidden none of 2 failures.",
    ]


def test_reports_whose_times_go_backwards_are_shown_from_the_earliest_to_the_latest(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, cases, *reports = history.read_text().splitlines(keepends=True)
    history.write_text("".join([header, cases, *reversed(reports)]))

    backtest(history, [EVIDENCE], checkpoints=8, as_json=False)

    shown = capsys.readouterr().out
    assert "in 74 jobs, 2026-03-02 to 2026-03-08." in shown
    assert "1 case failed at least once" in shown


@pytest.mark.parametrize("judge", [*ScorerName, "policy.yml"])
def test_what_failed_on_a_fork_alone_is_healthy_and_moves_nothing(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], judge: str
) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("min_occurrences: 20\n")
    judges = [judge_of(str(policy) if judge == "policy.yml" else judge)]
    backtest(history, judges, checkpoints=2, as_json=True)
    without = json.loads(capsys.readouterr().out)
    *rows, last = history.read_text().splitlines(keepends=True)
    forked = json.loads(last) | {"run": 999, "pr": 77, "trusted": False, "sha": "fork"}
    forked["results"] = {"case5-2": [["failed", "AssertionError"]], CASE: [["failed", None]]}
    history.write_text("".join([*rows, json.dumps(forked) + "\n", last]))

    backtest(history, judges, checkpoints=2, as_json=True)

    said = json.loads(capsys.readouterr().out)
    known, new = sorted(said["cases"], key=lambda one: str(one["case"]))
    assert known == without["cases"][0]
    assert (new["case"], new["state"], new["flags"]) == ("case5-2", "healthy", [])
    assert (new["rate"], new["score"] < 0.05) == (0.0, True)
    before, after = said["checkpoints"]
    assert before["scores"].keys() == {CASE}
    assert after["scores"] == {CASE: known["score"], "case5-2": new["score"]}


def test_a_policy_file_decides_and_its_exempt_cases_are_never_held(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "policy.yml"
    file.write_text(f"exempted_tests: [{CASE}]\n")

    backtest(history, [judge_of(str(file))], checkpoints=0, as_json=True)

    said = json.loads(capsys.readouterr().out)
    (case,) = said["cases"]
    assert (said["scorer"], said["threshold"]) == ("evidence", 0.9)
    assert (case["state"], case["flags"]) == ("healthy", [])
    assert {row["verdict"] for row in said["failures"]}.isdisjoint({"flaky"})


def test_judges_are_compared_side_by_side(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judges = [EVIDENCE, judge_of("rolling-window")]

    backtest(history, judges, checkpoints=2, as_json=True)
    both = json.loads(capsys.readouterr().out)["compared"]
    backtest(history, judges, checkpoints=2, as_json=False)
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    backtest(history, [EVIDENCE], checkpoints=2, as_json=True)
    alone = json.loads(capsys.readouterr().out)

    assert [one["scorer"] for one in both] == ["evidence", "rolling-window"]
    assert both[0] == alone
    assert "│ held from a score of │ 0.9 │ 0.6 │" in shown
    assert "│ cases held, ever │ 1 │ 0 │" in shown
    assert shown[-3:] == [
        "Held by evidence alone (1):",
        "case3-1",
        "Held by rolling-window alone: none.",
    ]


def test_what_is_no_judge_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "policy.yml"
    file.write_text("scorer: best\nmode: loud\n")

    with pytest.raises(BadInput) as refused:
        judge_of("bets")
    with pytest.raises(BadInput) as faulty:
        judge_of(str(file))

    assert str(refused.value) == (
        "bets is no scorer (evidence, rolling-window, flake-rate) and no file."
    )
    assert str(faulty.value) == (
        f"{file}, line 1, column 9: `scorer` must be one of evidence, rolling-window, flake-rate, "
        f"not “best”. It has 1 more fault; `flakeguard policy check {file}` tells all."
    )


def test_reports_are_counted_whatever_their_lines_look_like(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    lines = [
        '{"history": 1, "run": 1}',
        '{"of": [{"case": "run", "file": null}], "cases": "s"}',
        '{"of": [{"case": "x"}], "cases": "t", "not": "\\"run\\""}',
        '{"of": [], "run": 7}',
        '{"at": "x", "run": 8}',
    ]
    file.write_text("\n".join(lines))

    with opened(file) as odd:
        assert reports_in(odd) == 2


def test_the_bar_is_told_every_byte(history: Path) -> None:
    told: list[int] = []

    with opened(history) as file:
        reports_in(file, read=told.append)

    assert told == sorted(told)
    assert told[-1] == history.stat().st_size


def test_what_is_no_history_is_refused_in_one_sentence(tmp_path: Path) -> None:
    missing, cut = tmp_path / "none.jsonl", tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(b'{"history": 1}\n' * 50)[:30])

    with pytest.raises(BadInput, match=r"none\.jsonl cannot be read: No such file or directory\.$"):
        backtest(missing, [EVIDENCE], checkpoints=8, as_json=True)
    with pytest.raises(BadInput, match=r"cut\.jsonl\.gz holds damaged gzip data; copy it again\.$"):
        backtest(cut, [EVIDENCE], checkpoints=8, as_json=True)
