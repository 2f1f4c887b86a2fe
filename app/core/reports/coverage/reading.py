"""Coverage files, found by their content; a new format is a line here."""

from collections.abc import Callable
from typing import BinaryIO

from app.core.errors import BadInput
from app.core.reports.coverage import cobertura, jacoco, lcov
from app.core.reports.coverage.totals import Coverage
from app.core.reports.limits import DEFAULTS, Limits
from app.core.reports.source import Head, Source

Reader = Callable[[Source], Coverage]

FORMATS: tuple[tuple[Callable[[Head], bool], Reader], ...] = (
    (cobertura.recognises, cobertura.read),
    (jacoco.recognises, jacoco.read),
    (lcov.recognises, lcov.read),
)


def is_coverage(head: Head) -> bool:
    """Whether a file that begins so is of a format we read."""
    return _reader_of(head) is not None


def is_coverage_file(file: BinaryIO, *, limits: Limits = DEFAULTS) -> bool:
    """Whether a file begins like a coverage file of a format we read."""
    try:
        return is_coverage(Source(file, limits).head)
    except BadInput:
        return False


def coverage_of(file: BinaryIO, *, limits: Limits = DEFAULTS) -> Coverage:
    """The totals of a coverage file; BadInput when it is none, or cannot be read."""
    source = Source(file, limits)
    read = _reader_of(source.head)
    if read is None:
        raise BadInput("The file is no coverage file of a format we read: Cobertura, JaCoCo, lcov.")
    found = read(source)
    if not (found.lines.is_plausible and found.branches.is_plausible):
        raise BadInput("The coverage file claims to have reached more lines than there are.")
    return found


def _reader_of(head: Head) -> Reader | None:
    return next((read for recognises, read in FORMATS if recognises(head)), None)
