"""`flakeguard parse`: read reports from files, folders and archives, and say what they hold."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from app.core.errors import BadInput, ErrorKind
from app.core.outcomes import ReportedCase
from app.core.reports import Limits, Totals, read_report
from app.core.reports.archive import Content, is_zip, members_of
from app.core.reports.texts import clean
from app.core.reports.together import Part, groups_of, read_together

DONE, BAD_INPUT = 0, 1  # exit status
MAX_SHOWN = 20  # failing cases shown of one report
MESSAGE_CHARS = 100  # of a failure's message, in the list


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one report holds."""

    path: str
    format: str
    totals: Totals
    warnings: tuple[str, ...]
    failing: tuple[ReportedCase, ...]  # the first ones


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one file could not be read."""

    path: str
    message: str
    line: int | None
    kind: ErrorKind = ErrorKind.VALIDATION


Result = Parsed | Refused


def parse(paths: list[Path], *, as_json: bool) -> int:
    """Read every report under the paths and print what it holds; 1 when any was refused."""
    status = DONE
    if as_json:
        for result in results(paths):
            print(_json_line(result))  # noqa: T201 - what a program reads
            status = BAD_INPUT if isinstance(result, Refused) else status
        return status
    seen = _watch(paths)
    _print_tables(seen)
    for refused in (result for result in seen if isinstance(result, Refused)):
        Console(stderr=True, soft_wrap=True).print(
            f"[red]{escape(refused.path)}[/]: {escape(refused.message)}", highlight=False
        )
        status = BAD_INPUT
    return status


def results(paths: list[Path], *, limits: Limits | None = None) -> Iterator[Result]:
    """What each report under the paths holds, in the order of their names."""
    limits = limits or Limits()
    for path in paths:
        if path.is_dir():
            yield from _folder(path, limits)
        else:
            yield from _file(str(path), [Part(path.name, partial(_open, path))], limits)


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, path.open("rb"))


def _folder(folder: Path, limits: Limits) -> Iterator[Result]:
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    if not names:
        yield Refused(str(folder), "The folder holds no file.", None)
    for name, group in groups_of(names):
        parts = [Part(one, partial(_open, folder / one)) for one in group]
        yield from _file(str(folder / name), parts, limits)


def _file(path: str, parts: list[Part], limits: Limits) -> Iterator[Result]:
    try:
        with read_together(parts) as file:
            if is_zip(file):
                yield from _archive(path, file, limits)
            else:
                yield _report(path, file, limits)
    except BadInput as bad:
        yield Refused(path, str(bad), bad.line)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        yield Refused(path, f"The file cannot be read: {reason}.", None)


def _archive(path: str, file: BinaryIO, limits: Limits) -> Iterator[Result]:
    found = False
    for name, member, content in members_of(file, limits=limits):
        if content is Content.COVERAGE:
            continue
        found = True
        shown = f"{path}/{clean(name)}"
        try:
            yield _report(shown, member, limits)
        except BadInput as bad:
            yield Refused(shown, str(bad), bad.line)
    if not found:
        yield Refused(path, "The archive holds no test report we know.", None)


def _report(path: str, file: BinaryIO, limits: Limits) -> Parsed:
    reading = read_report(file, limits=limits)
    failing: list[ReportedCase] = []
    for case in reading:
        if case.last.outcome.is_failing and len(failing) < MAX_SHOWN:
            failing.append(case)
    return Parsed(path, reading.format, reading.totals, tuple(reading.warnings), tuple(failing))


def _json_line(result: Result) -> str:
    if isinstance(result, Refused):
        error = {"kind": result.kind, "message": result.message, "line": result.line}
        return json.dumps({"path": result.path, "error": error}, ensure_ascii=False)
    totals = asdict(result.totals)
    duration_ms = totals.pop("duration_ms")
    said = {
        "path": result.path,
        "format": result.format,
        "totals": totals,
        "duration_ms": duration_ms,
        "warnings": list(result.warnings),
    }
    return json.dumps(said, ensure_ascii=False)


def _watch(paths: list[Path]) -> list[Result]:
    """Read everything, showing on a terminal what is being read."""
    seen: list[Result] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("Reading reports", total=None)
        for result in results(paths):
            seen.append(result)
            progress.update(task, description=f"{len(seen)} read: {escape(result.path[-60:])}")
    return seen


def _print_tables(seen: list[Result]) -> None:
    console = Console()
    parsed = [result for result in seen if isinstance(result, Parsed)]
    if not parsed:
        return
    table = Table(header_style="bold")
    table.add_column("report", overflow="fold")
    table.add_column("format", no_wrap=True)
    for column in ("cases", "runs", "passed", "failed", "errored", "skipped", "flaky", "time"):
        table.add_column(column, justify="right", no_wrap=True)
    for result in parsed:
        table.add_row(escape(result.path), result.format, *_cells(result.totals))
    console.print(table)
    for result in parsed:
        for warning in result.warnings:
            console.print(f"[yellow]{escape(result.path)}[/]: {escape(warning)}", highlight=False)
        for case in result.failing:
            console.print(_failing_line(case), highlight=False)


def _cells(totals: Totals) -> list[str]:
    t = totals
    return [
        f"{t.cases:,}",
        f"{t.executions:,}",
        f"{t.passed:,}",
        f"[red]{t.failed:,}[/]" if t.failed else "0",
        f"[red]{t.errored:,}[/]" if t.errored else "0",
        f"{t.skipped:,}",
        f"[yellow]{t.flaky:,}[/]" if t.flaky else "0",
        f"{t.duration_ms / 1000:,.1f} s",
    ]


def _failing_line(case: ReportedCase) -> str:
    words = (case.classname, case.name + case.parameters)
    title = " · ".join(escape(word) for word in words if word)
    message = (case.last.failure.message or "") if case.last.failure else ""
    first = message.split("\n", 1)[0][:MESSAGE_CHARS]
    return f"  [red]{case.last.outcome.value}[/] {title} {escape(first)}"
