"""`flakeguard analyze`: score a series of runs from their reports alone, with no server at all.

Paths are given oldest first. A path is one run: a folder of reports (each folder in it is an
artifact of its own), a zip archive of reports, or a single report. A single path that is a
folder of nothing but folders and archives is a series, and each of those is a run.

Runs stand in the order of the times that their reports name. Where a report names none, its run
is taken to have followed the one before it a day later.

Every run is taken for one of the default branch, on a commit of its own, unless names say that
it is the same code again: `CODE.attempt2` is the second attempt at the run `CODE`, and
`CODE#nightly` another run of the code `CODE`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from app.commands.run_folders import FoundReport, Refused, RunFolder, reports_of, run_folders
from app.core.decide import State
from app.core.errors import BadInput, ErrorKind
from app.core.reports import Limits, read_report
from app.core.series import JudgedCase, Series, SeriesRun
from app.render import escape, words

DONE, BAD_INPUT = 0, 1  # exit status
BRANCH = "the default branch"  # what the sentences call it: no report names its branch
MOST_SHOWN = 100  # cases in the table; --json has them all
DECIMALS = 4  # of scores and rates in JSON
PATH_SHOWN = 300  # characters of a path in a sentence

COLOURS: dict[State, str] = {
    State.BROKEN: "red",
    State.FLAKY: "yellow",
    State.SUSPECT: "cyan",
    State.HEALTHY: "green",
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a series of runs comes to."""

    runs: int  # attempts of which at least one report was read
    undated: int  # of these, those whose reports name no time
    executions: int
    cases: list[JudgedCase]  # worst first
    refused: list[Refused]


def analyze(paths: list[Path], *, as_json: bool) -> int:
    """Score every case under the paths and print it; 1 when any file was refused."""
    columns = (TextColumn("Reading runs"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    folders = run_folders(paths)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=len(folders))
        found = analysis_of(folders, read=lambda: progress.advance(task))
    if as_json:
        print(json.dumps(_as_json(found)))  # noqa: T201 - what a program reads
    else:
        _print_table(found)
    _print_remarks(found, console)
    return BAD_INPUT if found.refused or not found.runs else DONE


def analysis_of(
    folders: list[RunFolder], *, read: Callable[[], object], limits: Limits | None = None
) -> Analysis:
    """Read every run and judge what it holds; `read` is called after each."""
    series = Series()
    runs: list[SeriesRun] = []
    refused: list[Refused] = []
    ids: dict[str, int] = {}
    for folder in folders:
        times: list[datetime | None] = []
        for found in reports_of(folder, limits=limits or Limits()):
            try:
                times += _add(series, folder, found, limits or Limits())
            except BadInput as bad:
                refused.append(Refused(found.path, str(bad), bad.line))
            if isinstance(found, Refused):
                refused.append(found)
        if times:
            series.end_run(len(runs))
            run_id = ids.setdefault(folder.run, len(ids) + 1)
            runs.append(_run(folder, run_id, times))
        else:
            series.drop_run()
        read()
    return Analysis(
        runs=len(runs),
        undated=sum(run.at is None for run in runs),
        executions=series.executions,
        cases=series.judged(runs, branch=BRANCH),
        refused=refused,
    )


def _add(
    series: Series, folder: RunFolder, found: FoundReport | Refused, limits: Limits
) -> list[datetime | None]:
    """Read one report into the series; the time that it names, if it could be read."""
    if isinstance(found, Refused):
        return []
    reading = read_report(found.file, limits=limits)
    place = found.path.removeprefix(str(folder.path)).lstrip("/")
    for case in reading:
        series.add(found.variant, place, case)
    return [reading.started_at]


def _run(folder: RunFolder, run_id: int, times: list[datetime | None]) -> SeriesRun:
    return SeriesRun(
        code=folder.code,
        shown=folder.name.code,
        run_id=run_id,
        attempt=folder.name.attempt,
        at=min((time for time in times if time is not None), default=None),
    )


def _as_json(found: Analysis) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "executions": found.executions,
        "cases": [_case_as_json(case) for case in found.cases],
        "refused": [
            {
                "path": one.path,
                "error": {
                    "kind": ErrorKind.VALIDATION,
                    "message": one.message,
                    "line": one.line,
                },
            }
            for one in found.refused
        ],
    }


def _case_as_json(case: JudgedCase) -> dict[str, Any]:
    standing = case.standing
    return {
        "case": case.name,
        "state": standing.state,
        "score": round(standing.score, DECIMALS),
        "rate": round(standing.rate, DECIMALS),
        "rate_interval": [round(end, DECIMALS) for end in standing.rate_interval],
        "evidence": list(words.evidence_sentences(standing.evidence)),
    }


def _print_table(found: Analysis) -> None:
    """The cases that ever failed; what never did is only counted."""
    console = Console(highlight=False)
    failing = [case for case in found.cases if case.standing.failures]
    if failing:
        table = Table(header_style="bold")
        table.add_column("case", overflow="fold", ratio=2)
        table.add_column("state", no_wrap=True)
        for column in ("score", "fails in", "flakes"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("evidence", overflow="fold", ratio=3)
        for case in failing[:MOST_SHOWN]:
            table.add_row(*_cells(case))
        console.print(table)
    if len(failing) > MOST_SHOWN:
        left = words.counted(len(failing) - MOST_SHOWN, "more case")
        console.print(f"{left} failed at least once; --json lists them.")
    if found.runs:
        console.print(_sum(found, failing=len(failing)))


def _sum(found: Analysis, *, failing: int) -> str:
    executions = words.counted(found.executions, "execution")
    never = words.counted(len(found.cases) - failing, "case")
    return f"{executions} in {words.counted(found.runs, 'run')}; {never} never failed."


def _cells(case: JudgedCase) -> tuple[Text, ...]:
    standing = case.standing
    sentences = words.evidence_sentences(standing.evidence)
    return (
        Text(escape.plain(case.name)),
        Text(words.STATE_WORDS[standing.state], style=COLOURS[standing.state]),
        Text(words.probability(standing.score)),
        Text(words.rate_with_interval(standing.rate, *standing.rate_interval)),
        Text(str(standing.flakes)),
        Text("\n".join(escape.plain(one, limit=PATH_SHOWN) for one in sentences)),
    )


def _print_remarks(found: Analysis, console: Console) -> None:
    for one in found.refused:
        path = escape.plain(one.path, limit=PATH_SHOWN)
        console.print(Text.assemble((path, "red"), f": {one.message}"))
    if found.undated:
        runs = words.counted(found.undated, "run names", "runs name")
        console.print(Text(f"{runs} no time: each is taken to be a day after the one before it."))
