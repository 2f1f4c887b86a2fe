"""The reports inside a zip archive, as they are: nothing is ever written under a path from it."""

import re
import zlib
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, NamedTuple, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from app.core.attachments import Kind, kind_of
from app.core.errors import BadInput
from app.core.reports.coverage import is_coverage
from app.core.reports.limits import DEFAULTS, MB, Limits
from app.core.reports.registry import format_in, format_of
from app.core.reports.source import Source
from app.core.reports.together import Part, groups_of, read_together
from app.core.reports.zipcheck import check_directory, check_members

SPOOL_BYTES = 4 * MB  # of one member, before it goes to a file without a name
CHUNK = 65_536
ATTACHMENTS_MOST = 10_000  # listed of one archive
# What zipfile raises while it reads: NotImplementedError for a packing that it does not know.
_READ_ERRORS = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)

_NO_REPORT = re.compile(
    r"\.(?:png|jpe?g|gif|webp|bmp|svg|ico|pdf|mp4|webm|mov|avi|mkv|wav|mp3|woff2?|ttf|eot"
    r"|exe|dll|so|dylib|a|o|obj|pdb|class|jar|war|apk|ipa|whl|pyc|gcda|gcno|prof|exec"
    r"|7z|rar|bz2|xz|zst|tar|tgz|iso|bin|dat|db|sqlite3?|har|css|js|mjs|ts|map|html?|md|rst)$",
    re.IGNORECASE,
)
LIKE_REPORT = re.compile(
    r"(?:^|/)(?:TEST-[^/]*|[^/]*junit[^/]*|[^/]*(?:test|spec)[-_.]?(?:results?|reports?|output)[^/]*"
    r"|results?|report|test|output)\.(?:xml|json|trx|jsonl|ndjson|tap)$",
    re.IGNORECASE,
)


def is_zip(file: BinaryIO) -> bool:
    """Whether the file begins like a zip archive."""
    file.seek(0)
    return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class Content(StrEnum):
    """What a member is, told by its beginning."""

    REPORT = "report"
    COVERAGE = "coverage"
    UNKNOWN = "unknown"  # named like a report, and of no format we read


class Member(NamedTuple):
    """One file of an archive that is read; to be read before the next is asked for."""

    name: str
    file: BinaryIO
    content: Content


def members_of(file: BinaryIO, *, limits: Limits = DEFAULTS) -> Iterator[Member]:
    """The members that look like reports or coverage files, or are named like a report.

    Files that tell of one report together (a Bazel test's attempts, Allure's results) come as
    one. Raises BadInput, in one sentence, for what is no zip or must not be unpacked.
    """
    yield from _members_in(file, _Budget(limits), inside="")


def report_files(file: BinaryIO, *, limits: Limits = DEFAULTS) -> Iterator[tuple[str, BinaryIO]]:
    """As `members_of`, of reports alone: by name."""
    for member in members_of(file, limits=limits):
        if member.content is Content.REPORT:
            yield member.name, member.file


def attachments_in(file: BinaryIO, *, limits: Limits = DEFAULTS) -> dict[str, int]:
    """Screenshots, videos, traces and logs among the members: their sizes, by path."""
    with opened_zip(file, limits) as archive:
        found = (one for one in archive.infolist() if kind_of(one.filename) and not one.is_dir())
        return {one.filename: one.file_size for one in islice(found, ATTACHMENTS_MOST)}


def file_names_in(file: BinaryIO, *, limits: Limits = DEFAULTS, most: int) -> list[str]:
    """What the first files of an archive are called, whatever they are."""
    with opened_zip(file, limits) as archive:
        found = (one.filename for one in archive.infolist() if not one.is_dir())
        return list(islice(found, most))


class _Budget:
    """What may still be unpacked, over an archive and the archives in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.bytes_left = limits.max_archive_bytes
        self.archives_left = limits.max_nested

    def take(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise BadInput(
                f"The zip archive unpacks to more than {self.limits.max_archive_bytes // MB:,} MB;"
                " upload only the reports, or raise ARCHIVE_MAX_MB."
            )

    def take_archive(self, name: str) -> None:
        self.archives_left -= 1
        if self.archives_left < 0:
            raise BadInput(
                f"The zip archive holds more than {self.limits.max_nested} archives"
                f" (“{name[:100]}”); upload the reports themselves."
            )


def opened_zip(file: BinaryIO, limits: Limits) -> ZipFile:
    """The archive, unless its directory is an attack."""
    check_directory(file, limits)
    file.seek(0)
    try:
        return ZipFile(file)
    except (*_READ_ERRORS, RuntimeError):
        raise BadInput("The zip archive is damaged or cut short; upload it again.") from None


def _members_in(file: BinaryIO, budget: _Budget, *, inside: str) -> Iterator[Member]:
    with opened_zip(file, budget.limits) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        check_members(members, budget.limits)
        wanted = {m.filename: m for m in members if may_be_read(m.filename)}
        for name, names in groups_of(wanted):
            parts = [Part(one, _opener(archive, wanted[one], budget)) for one in names]
            yield from _opened(inside + name, parts, budget, is_nested=bool(inside))


def may_be_read(name: str) -> bool:
    """Whether a member may be a report or hold some; a recorded trace is a zip that holds none."""
    return not _NO_REPORT.search(name) and kind_of(name) is not Kind.TRACE


def _opened(name: str, parts: list[Part], budget: _Budget, *, is_nested: bool) -> Iterator[Member]:
    """One report of the archive, or those of an archive in it."""
    with read_together(parts) as whole:
        if is_zip(whole):
            if is_nested:
                raise BadInput(
                    f"The zip archive holds archives in archives (“{name[:100]}”);"
                    " upload the reports themselves."
                )
            budget.take_archive(name)
            yield from _members_in(whole, budget, inside=f"{name}/")
        elif content := _content_of(name, whole, budget.limits):
            whole.seek(0)
            yield Member(name, whole, content)


def _content_of(name: str, file: BinaryIO, limits: Limits) -> Content | None:
    """By its beginning; a file named like a report counts as one, so that its flaw is said."""
    try:
        source = Source(file, limits)
    except BadInput:
        return Content.REPORT if LIKE_REPORT.search(name) else None
    is_named_so = LIKE_REPORT.search(name) is not None
    known = format_in(source) if is_named_so else format_of(source.head)
    if known is not None:
        return Content.REPORT
    if is_coverage(source.head):
        return Content.COVERAGE
    return Content.UNKNOWN if is_named_so else None


def _opener(archive: ZipFile, member: ZipInfo, budget: _Budget) -> "Opener":
    return Opener(archive, member, budget)


class Opener:
    """Unpacks one member when it is asked for, within what may still be unpacked."""

    def __init__(self, archive: ZipFile, member: ZipInfo, budget: _Budget) -> None:
        self._archive, self._member, self._budget = archive, member, budget

    def __call__(self) -> BinaryIO:
        spool: IO[bytes] = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - handed on
        try:
            self._unpack(spool)
        except (*_READ_ERRORS, RuntimeError):
            spool.close()
            raise BadInput(
                f"“{self._name}” in the zip archive is damaged; upload it again."
            ) from None
        except BadInput:
            spool.close()
            raise
        spool.seek(0)
        return cast(BinaryIO, spool)

    @property
    def _name(self) -> str:
        return self._member.filename[:100]

    def _unpack(self, spool: IO[bytes]) -> None:
        ratio = self._budget.limits.max_ratio
        most = max(MB, self._member.compress_size * ratio)
        seen = 0
        with self._archive.open(self._member) as packed:
            while chunk := packed.read(CHUNK):
                seen += len(chunk)
                self._budget.take(len(chunk))
                if seen > most:
                    raise BadInput(
                        f"“{self._name}” unpacks to more than {ratio} times its size, which no"
                        " report does; it is refused as a zip bomb (ARCHIVE_MAX_RATIO)."
                    )
                spool.write(chunk)
