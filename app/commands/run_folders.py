"""Runs as they lie on a disk: folders and zip archives of reports, opened one at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from app.core.errors import BadInput
from app.core.reports import Limits
from app.core.reports.archive import is_zip, report_files
from app.core.reports.registry import format_of
from app.core.reports.source import Source
from app.core.reports.texts import clean
from app.core.reports.together import Part, groups_of, read_together
from app.core.series import RunName, run_name

REPORT_SUFFIXES = frozenset({".xml", ".json", ".jsonl", ".ndjson", ".trx", ".tap", ".gz"})
"""Names that a report may have: when such a file is empty or damaged, that is said."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder, zip archive or single report that holds one attempt's reports."""

    path: Path
    name: RunName

    @property
    def code(self) -> str:
        """Equal text, equal code: a name means something only among its neighbours."""
        return str(self.path.parent / self.name.code)

    @property
    def run(self) -> str:
        """Attempts of one run share it."""
        return str(self.path.parent / self.name.run)


@dataclass(frozen=True, slots=True)
class FoundReport:
    """One report, to be read before the next is asked for."""

    path: str
    variant: str  # the artifact it lay in, "" where there is only one
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file, an archive or a folder could not be read."""

    path: str
    message: str
    line: int | None = None


def run_folders(paths: list[Path]) -> list[RunFolder]:
    """The runs that these paths mean, in order.

    Several paths are a run each. A single folder without files of its own, archives apart, is
    a series: each folder and archive in it is a run, by name.
    """
    found = paths
    if len(paths) == 1 and _is_series(paths[0]):
        found = sorted(_children(paths[0]), key=lambda path: _natural(path.name))
    return [RunFolder(path, run_name(path.name or path.resolve().name)) for path in found]


def reports_of(folder: RunFolder, *, limits: Limits) -> Iterator[FoundReport | Refused]:
    """Every report of a run, or why it cannot be read; files that are no reports are passed by."""
    path = folder.path
    if not path.is_dir():
        yield from _opened(str(path), "", [_part(path)], limits, is_given=True)
        return
    found = False
    for one in _in_folder(path, limits):
        found = True
        yield one
    if not found:
        yield Refused(str(path), "The folder holds no test report we know.")


def _is_series(path: Path) -> bool:
    if not path.is_dir():
        return False
    children = _children(path)
    return bool(children) and all(_is_run(child) for child in children)


def _is_run(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() == ".zip"


def _children(folder: Path) -> list[Path]:
    """What lies in a folder and is not hidden; links lead who knows where."""
    return [
        path for path in folder.iterdir() if not path.is_symlink() and not path.name.startswith(".")
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts `run-2` before `run-10`, and a run before its further attempts."""
    stem = name[:-4] if name.lower().endswith(".zip") else name
    return [(int(digits or 0), text) for text, digits in re.findall(r"(\D*)(\d*)", stem)]


def _in_folder(folder: Path, limits: Limits) -> Iterator[FoundReport | Refused]:
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    for name, group in groups_of(names):
        artifact, _, rest = name.partition("/")
        parts = [_part(folder / one) for one in group]
        variant = artifact if rest else ""
        yield from _opened(str(folder / name), variant, parts, limits, is_given=False)


def _part(path: Path) -> Part:
    return Part(path.name, partial(_open, path))


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, path.open("rb"))


def _opened(
    path: str, variant: str, parts: list[Part], limits: Limits, *, is_given: bool
) -> Iterator[FoundReport | Refused]:
    """One report, or those of an archive; `is_given` when it was named, not found."""
    try:
        with read_together(parts) as file:
            if is_zip(file):
                name = variant or ("" if is_given else Path(path).stem)
                yield from _in_archive(path, name, file, limits)
            elif is_given or _is_report(path, file, limits):
                yield FoundReport(path, variant, file)
    except BadInput as bad:
        yield Refused(path, str(bad), bad.line)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        yield Refused(path, f"The file cannot be read: {reason}.")


def _in_archive(
    path: str, variant: str, file: BinaryIO, limits: Limits
) -> Iterator[FoundReport | Refused]:
    found = False
    for name, member in report_files(file, limits=limits):
        found = True
        yield FoundReport(f"{path}/{clean(name)}", variant, member)
    if not found:
        yield Refused(path, "The archive holds no test report we know.")


def _is_report(path: str, file: BinaryIO, limits: Limits) -> bool:
    """By its content; a damaged file that is named like a report counts too."""
    try:
        return format_of(Source(file, limits).head) is not None
    except BadInput:
        return Path(path).suffix.lower() in REPORT_SUFFIXES
